"""Places: asked for, proved, approved, waited for, offered, taken and given back (events spec 2 and 3).

``seats`` takes seats, and nothing else does; ``asking`` is the way in for people, ``staff`` the one for staff,
``approval`` and ``offers`` decide, ``waiting`` hands on what becomes free, ``leaving`` gives back. Everything happens
under the lock of the event's row (``locks``): event first, then its pools, then registrations.
"""

from events.services.registrations.approval import approve, reconsider, reject
from events.services.registrations.asking import has_verified_address, prove_registration, request_registration
from events.services.registrations.leaving import withdraw_registration
from events.services.registrations.locks import locked
from events.services.registrations.merging import adopt_registrations, move_to_address
from events.services.registrations.offers import (
    claim_offer,
    close_all_offers,
    close_offer,
    decline_offer,
    offer_place,
    rejoin_waiting_list,
)
from events.services.registrations.seats import take_seats
from events.services.registrations.staff import give_place, register_by_staff, set_priority
from events.services.registrations.waiting import promote, promote_soon, sweep, why_idle

__all__ = [
    "adopt_registrations",
    "approve",
    "claim_offer",
    "close_all_offers",
    "close_offer",
    "decline_offer",
    "give_place",
    "has_verified_address",
    "locked",
    "move_to_address",
    "offer_place",
    "promote",
    "promote_soon",
    "prove_registration",
    "reconsider",
    "register_by_staff",
    "reject",
    "rejoin_waiting_list",
    "request_registration",
    "set_priority",
    "sweep",
    "take_seats",
    "why_idle",
    "withdraw_registration",
]
