"""What ties a connection to the secret of a link or a code (sans-IO).

The room makes keys from secrets and checks what was made with them. It does not know who may come in
(that is the session's), nor how messages travel. Its doors are ``Binding``, and
``pake.Exchange`` for secrets that one can say or remember.
"""
