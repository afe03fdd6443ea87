"""Sample milestones, and what readers sent to the staff's desk."""

from datetime import timedelta
from functools import partial

from iurc_portal.pages.models import PageRating, ProblemReport
from programme.demo.samples import Samples, columns_of
from programme.models import Edition, Milestone

MILESTONES = [  # days from today, done, what
    (-120, True, ("Avvio del programma (esempio)", "Kick-off (sample)", "キックオフ（見本）")),
    (-20, True, ("Primo webinar svolto (esempio)", "First webinar held (sample)", "第1回ウェビナー開催（見本）")),
    (-5, False, ("Temi comuni concordati (esempio)", "Common themes agreed (sample)", "共通テーマの合意（見本）")),
    (
        3,
        False,
        ("Prima visita studio conclusa (esempio)", "First study visit over (sample)", "第1回視察の終了（見本）"),
    ),
    (46, False, ("Seconda visita studio (esempio)", "Second study visit (sample)", "第2回視察（見本）")),
    (200, False, ("Piano d'azione condiviso (esempio)", "Shared action plan (sample)", "共同行動計画（見本）")),
]
RATINGS = [("/ja/ecosystem/", "ja", 5), ("/it/events/", "it", 4), ("/en/programme/", "en", 3)]


def make_milestones(samples: Samples, edition: Edition) -> None:
    for number, (days, done, title) in enumerate(MILESTONES, start=1):
        due_on = samples.today + timedelta(days=days)
        fields = {"edition": edition, "due_on": due_on, "is_sample": True, **columns_of("title", *title)}
        if done:
            fields |= {"done_on": due_on - timedelta(days=2), "evidence": "https://evidence.example/sample"}
        samples.once("milestones", f"milestone-{number}", partial(Milestone.objects.create, **fields))


def make_letters(samples: Samples) -> None:
    samples.once("reports", "report-contrast", _report)
    for number, (path, language, rating) in enumerate(RATINGS, start=1):
        rate = partial(PageRating.objects.create, path=path, language=language, rating=rating)
        samples.once("ratings", f"rating-{number}", rate)


def _report() -> ProblemReport:
    return ProblemReport.objects.create(
        kind=ProblemReport.Kind.ACCESSIBILITY,
        path="/ja/ecosystem/",
        text="見本:地図の凡例が読み上げられません。(esempio / sample)",
        email="sample1@guests.example",
        language="ja",
    )
