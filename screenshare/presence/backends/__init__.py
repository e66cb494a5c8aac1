"""Ways to show a sign; imported by ``presence.choose`` alone."""
