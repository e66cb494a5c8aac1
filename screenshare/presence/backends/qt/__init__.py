"""The program that draws the sign with Qt; it runs in a process of its own and knows nothing of the share."""
