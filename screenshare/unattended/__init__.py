"""Who may come in while nobody sits at this computer, kept on its disk.

Does: hold whether it is on, what a password was turned into, which devices are remembered, and how often
somebody guessed wrong; refuse who guessed too often; the commands at the machine itself.

Does not: talk to anybody. Nothing that comes over the network switches it on or changes the password.

Door: ``Vault`` in ``vault``, ``RemoteHands`` in ``hands``, ``command``.
"""
