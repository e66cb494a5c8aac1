"""One file for each way to inject; only ``choose`` imports them."""
