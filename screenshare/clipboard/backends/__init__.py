"""One file for each way to a clipboard; only ``choose`` imports them."""
