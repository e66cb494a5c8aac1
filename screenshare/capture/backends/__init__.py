"""Ways to reach a screen; ``capture.choose`` alone imports them."""
