"""What hosts and delegates of the sample visits have answered: a proposal, a refusal, needs, diets; all invented."""

from datetime import timedelta

from iurc_portal.translation.languages import Language
from programme.demo.samples import Samples
from programme.host_facts import facts_of
from programme.models import Delegate, DelegateSensitive, Diet, HostConfirmation, LearningQuestion, StudyVisit
from programme.services.hosts import hosts_of_visit

Answer = HostConfirmation.Answer
POSTS = {
    "head": ("Direttore generale (esempio)", "Director general (sample)", "局長（見本）", 3),
    "deputy": ("Direttore (esempio)", "Director (sample)", "部長（見本）", 4),
    "member": ("Funzionario (esempio)", "Officer (sample)", "主査（見本）", 6),
    "interpreter": ("Interprete (esempio)", "Interpreter (sample)", "通訳（見本）", 6),
}


def make_answers(samples: Samples) -> None:
    """Nothing is done twice: visits whose hosts have been asked keep what they have."""
    for visit in StudyVisit.objects.filter(is_sample=True, state__in=["preparing", "running"]):
        if not HostConfirmation.objects.filter(item__day__visit=visit, asks__gt=0).exists():
            _hosts(visit, samples)
        _delegates(visit, samples)


def _reachable(person) -> None:
    """Letters to samples go to addresses that nobody has."""
    if not person.email:
        person.email = f"persona-{person.pk}@esempio.example"
        person.save(update_fields=["email"])


def _hosts(visit: StudyVisit, samples: Samples) -> None:
    rows = list(hosts_of_visit(visit))
    for number, host in enumerate(rows):
        _reachable(host.person)
        facts = facts_of(host.item).stored()
        host.asks, host.asked, host.known = 1, facts, facts
        host.asked_at = samples.ago(days=8)
        if host.answer == Answer.ACCEPTED and number == 0:
            host.needs = "Elenco per i badge, due proiettori. (esempio)"
        if visit.state == StudyVisit.State.PREPARING and number == 1:
            host.answer, host.answered_at = Answer.PROPOSED, samples.ago(days=2)
            host.proposed_start = host.item.event.dtstart + timedelta(hours=1)
            host.proposed_end = host.item.event.dtend + timedelta(hours=1)
            host.reason = "午前は議会のため、1時間遅らせていただけますと幸いです。（見本）"
        host.save()
    items = [host.item for host in rows]
    for question, item in zip(LearningQuestion.objects.filter(visit=visit, item=None), items, strict=False):
        question.item = item
        question.save(update_fields=["item"])


def _delegates(visit: StudyVisit, samples: Samples) -> None:
    for number, delegate in enumerate(visit.delegates.select_related("person").order_by("rank", "pk")):
        _reachable(delegate.person)
        if not delegate.title_en:
            post = POSTS.get(delegate.role, POSTS["member"])
            for code, title in zip(Language.values, post, strict=False):
                setattr(delegate, f"title_{code}", title)
            delegate.rank_band = delegate.rank_band or post[3]
            delegate.invited_at, delegate.invitations = samples.ago(days=9), 1
            delegate.save()
        if delegate.reply == Delegate.Reply.ACCEPTED and number in {1, 2}:
            values = {"diet": [Diet.VEGETARIAN.value] if number == 1 else [Diet.NO_PORK.value, Diet.NO_ALCOHOL.value]}
            DelegateSensitive.objects.get_or_create(
                delegate=delegate, defaults={**values, "consent_at": samples.ago(days=7)}
            )
