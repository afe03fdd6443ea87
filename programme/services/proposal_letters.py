"""Who is told of a proposal's way: its applicant, and the staff of the host city (programme spec P3)."""

from datetime import datetime

from django.contrib.auth.models import Permission
from django.db.models import Q

from iurc_portal.accounts.models import User
from iurc_portal.clock import PartnerSide, zone_of_language
from iurc_portal.notifications.services import Letter, queue_messages
from iurc_portal.translation.languages import Language
from programme.models import StudyVisit

State = StudyVisit.State
RECEIVED, TO_ANSWER = "programme.proposal_received", "programme.proposal_to_answer"
TO_APPLICANT = {
    State.PROPOSED: RECEIVED,
    State.RETURNED: "programme.proposal_returned",
    State.DECLINED: "programme.proposal_declined",
    State.ACCEPTED: "programme.proposal_accepted",
}


def tell_of(visit: StudyVisit, to_state: str, *, now: datetime, reason: str = "", code: str = "") -> None:
    """Queue the letters that belong to a move of ``visit``, one each, in the reader's language.

    Samples write to nobody, and a proposal without an address has nobody to write to.
    """
    if visit.is_sample or to_state not in TO_APPLICANT:
        return
    said = {"reason": reason, "code": code}
    when = f"{visit.pk}:{now:%Y%m%dT%H%M%S%f}"
    letters = []
    if visit.applicant_contact:
        language = language_of(visit)
        letters.append(
            Letter(
                key=f"{TO_APPLICANT[State(to_state)]}:{when}",
                kind=TO_APPLICANT[State(to_state)],
                to=visit.applicant_contact,
                language=language,
                tzid=zone_of_language(language),
                subject_id=str(visit.pk),
                payload=said,
            )
        )
    if to_state == State.PROPOSED:
        letters += [
            Letter(
                key=f"{TO_ANSWER}:{when}:{user.pk}",
                kind=TO_ANSWER,
                to=user.email,
                language=user.language,
                tzid=user.tzid,
                subject_id=str(visit.pk),
            )
            for user in staff_of(visit.host_city.slug)
        ]
    queue_messages(letters)


def language_of(visit: StudyVisit) -> str:
    """In which language its applicant is written to: their own choice, else that of their city."""
    if visit.language in Language.values:
        return visit.language
    return Language.JAPANESE if visit.guest_city.slug == PartnerSide.NAGOYA else Language.ITALIAN


def staff_of(side: str) -> list[User]:
    """Active staff of ``side`` who may change visits, by themselves or by a group; superusers of that side too."""
    may = Permission.objects.filter(content_type__app_label="programme", codename="change_studyvisit")
    allowed = Q(user_permissions__in=may) | Q(groups__permissions__in=may) | Q(is_superuser=True)
    return list(User.objects.filter(allowed, is_staff=True, is_active=True, side=side).distinct().order_by("pk"))
