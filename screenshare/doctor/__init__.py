"""Finds out what keeps this computer from being shared or reached, and says in one sentence what to do.

Does: try each thing that a share needs, the way a share uses it, each with a deadline.

Does not: change anything, inject anything, ask anybody who was not named, or leave anything behind.

Door: ``command.run``.
"""
