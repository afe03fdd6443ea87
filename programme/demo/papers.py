"""Papers of the sample visit under way: asked for here, made by the task a moment later."""

from programme.demo import people
from programme.demo.samples import Samples
from programme.models import StudyVisit
from programme.services import papers

VISIT = "sample-visit-of-nagoya-to-torino"
COSTS = {
    "it": "Le spese di viaggio e di alloggio sono a carico di chi invia la delegazione; i trasporti in città e i "
    "pasti ufficiali sono a carico della Città di Torino.",
    "en": "Travel and accommodation are paid by those who send the delegation; transport in the city and official "
    "meals are paid by the City of Torino.",
    "ja": "渡航費および宿泊費は派遣元のご負担、市内の移動および公式の食事は当市の負担とさせていただきます。",
}
SIGNATORY = {
    "it": ("Anna Esempio", "L’Assessora (esempio)"),
    "en": ("Anna Esempio", "Deputy Mayor (sample)"),
    "ja": ("Anna Esempio", "副市長（見本）"),
}
NAGOYA_CITY = papers.Recipient("Città di Nagoya (esempio)", "JP", True, "arrangement")


def make_papers(samples: Samples) -> None:
    samples.once("papers", "visit-under-way", lambda: _of_visit(samples))


def _of_visit(samples: Samples) -> StudyVisit:
    visit = StudyVisit.objects.get(slug=VISIT)
    by = people.user(people.STAFF_TORINO)
    common = {"now": samples.ago(days=9), "by": by}
    for language in ("it", "en", "ja"):
        signatory, post = SIGNATORY[language]
        letter = {"signatory": signatory, "signatory_post": post, "costs": COSTS[language]}
        number = "42/2026 (見本)" if language == "ja" else "42/2026 (esempio)"
        papers.ask_for(visit, "official-letter", language, protocol_number=number, particulars=letter, **common)
        papers.ask_for(visit, "itinerary", language, recipient=NAGOYA_CITY, now=samples.ago(minutes=1), by=by)
    return visit
