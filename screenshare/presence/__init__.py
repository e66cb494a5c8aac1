"""Presence: a sign on the host's own desktop while somebody watches or controls.

Draws the frame, the badge, the questions and the tray icon, or sends notifications where it can draw
nothing. It decides nothing: what is pressed becomes a command of the host, as from the console.
Door: ``Attendant``.
"""
