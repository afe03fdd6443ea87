"""Papers of the sample visit under way: asked for here, made by the task a moment later; and its interpreter."""

from programme.demo import people
from programme.demo.samples import Samples, columns_of
from programme.models import AgendaItem, InterpreterAssignment, StudyVisit
from programme.services import find_or_write_person, papers

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
    interpreter = find_or_write_person(
        **people.mihon("通子", "ミチコ", "Michiko"),
        **columns_of("title", "Interprete (esempio)", "Interpreter (sample)", "通訳者（見本）"),
        languages=["ja", "it", "en"],
        rank_band=6,
    )
    for item in AgendaItem.objects.filter(day__visit=visit).select_related("event"):
        if {"it", "ja"} <= set(item.spoken_languages):
            _interpret(item, interpreter)
    by = people.user(people.STAFF_TORINO)
    common = {"now": samples.ago(days=9), "by": by}
    for language in ("it", "en", "ja"):
        signatory, post = SIGNATORY[language]
        letter = {"signatory": signatory, "signatory_post": post, "costs": COSTS[language]}
        number = "42/2026 (見本)" if language == "ja" else "42/2026 (esempio)"
        papers.ask_for(visit, "official-letter", language, protocol_number=number, particulars=letter, **common)
        papers.ask_for(visit, "itinerary", language, recipient=NAGOYA_CITY, **common)
    return visit


def _interpret(item: AgendaItem, interpreter) -> None:
    """Consecutive, for the whole item: half an hour of speech takes an hour."""
    item.interpretation = AgendaItem.Interpretation.CONSECUTIVE
    item.speaking_minutes, item.question_minutes, item.materials_due = 20, 10, 5
    item.save()
    InterpreterAssignment.objects.create(
        item=item,
        interpreter=interpreter,
        language_from="it",
        language_to="ja",
        starts=item.event.dtstart,
        ends=item.event.dtend,
    )
