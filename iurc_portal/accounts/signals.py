"""News of people for the apps above, sent once it is certain."""

from django.dispatch import Signal

address_proved = Signal()  # carries ``user`` and ``email``: this person has shown that the address is theirs (14.6)
address_changed = (
    Signal()
)  # carries ``user``, ``former`` and ``email``: the proved address that mail goes to now (14.7)
