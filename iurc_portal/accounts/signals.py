"""News of people for the apps above, sent once it is certain."""

from django.dispatch import Signal

address_proved = Signal()  # carries ``user`` and ``email``: this person has shown that the address is theirs (14.6)
