"""One's own hosts, as a helper keeps them: their addresses in a file, and whether each is there now."""
