"""What the person at the host sees and answers in the terminal.

Does: the opening block with link, code and QR; one quiet status line; questions that y, c and n
answer and a countdown denies; r for control back; plain lines where there is no terminal.
Does not: decide who may do what (the session does), serve the console page, or speak JSON.

Door: ``terminal.Terminal`` (the shell), ``browser_name.browser_name``.
"""
