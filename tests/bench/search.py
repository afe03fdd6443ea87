"""The search by itself: a page of results against the same statements run bare, query by query in turn."""

import random
import statistics
import time
from contextlib import contextmanager

from django.db import connection
from django.http import QueryDict
from django.test import override_settings
from django.utils import translation

PAGE = 20
ROUNDS = 5
QUERIES = [
    "自動運転", "スマートシティ", "社会的インパクト", "水素", "人工知能", "ロボット",
    "ドローン", "循環型経済", "大学", "市", "トリノ", "名古屋市",
    "guida autonoma", "economia circolare", "impatto sociale", "intelligenza artificiale", "energia rinnovabile",
    "mobilità elettrica", "università", "imprese sociali", "idrogeno", "sensori", "acqua", "Torino",
    "autonomous driving", "circular economy", "artificial intelligence", "smart city", "5G", "C-ITS", "drone",
    "start-up", "university", "Politecnco", "robot mobility Torino", "zzzzzz",
]  # fmt: skip
SENTENCES = {
    "en": "It works on {} with partners of the city and has tested {} in real streets, schools and hospitals.",
    "it": "Lavora su {} con i partner della città e ha sperimentato {} in strade, scuole e ospedali veri.",
    "ja": "{}に取り組み、市の関係機関とともに{}の実証実験を道路や学校、病院で行ってきました。",
}


def texts(labels: dict[str, list[str]], chance: random.Random) -> dict[str, str]:
    """A summary in each language about two subjects; some subjects are much more frequent than others."""
    number = len(labels["en"])
    subjects = [min(int(chance.paretovariate(0.7)) - 1, number - 1) for _place in range(2)]
    return {
        f"summary_{code}": " ".join([sentence.format(*(labels[code][subject] for subject in subjects))] * 2)
        for code, sentence in SENTENCES.items()
    }


def labels_of_concepts() -> dict[str, list[str]]:
    """The preferred labels of the glossary by language, in one shuffled order."""
    from ecosystem.models import Concept

    concepts = list(Concept.objects.glossary().exclude(pref_label_ja="").order_by("notation"))
    random.Random(7).shuffle(concepts)
    return {code: [getattr(c, f"pref_label_{code}") or c.notation for c in concepts] for code in SENTENCES}


@contextmanager
def recorded():
    """Every statement that is run inside, with its parameters."""
    statements: list[tuple[str, tuple]] = []

    def keep(execute, sql, params, many, context):
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield statements


def milliseconds(work) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def replay(statements) -> None:
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            cursor.fetchall()


def page_of(words: str):
    from ecosystem.filters import OrganisationFilter
    from ecosystem.models import Organisation

    data = QueryDict(mutable=True)
    data["q"] = words
    filterset = OrganisationFilter(data, queryset=Organisation.objects.select_related("city"))
    filterset.results()[0:PAGE]
    return filterset.counted()


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def report() -> None:
    """Print p50 and p95 of a page of results, of its statements run bare, and their ratio. Nothing is kept."""
    ours, bare, most = [], [], 0
    with translation.override("ja"), override_settings(KEEP_PAGES=False):
        for words in QUERIES:
            page_of(words)
        for _round in range(ROUNDS):
            for words in QUERIES:
                with recorded() as statements:
                    page_of(words)
                most = max(most, len(statements))
                ours.append(milliseconds(lambda words=words: page_of(words)))
                bare.append(milliseconds(lambda statements=statements: replay(statements)))
    figures = [percentile(values, share) for values in (ours, bare) for share in (0.5, 0.95)]
    print(
        f"search, {len(QUERIES)} queries × {ROUNDS}: p50 {figures[0]:.1f} p95 {figures[1]:.1f} ms; "
        f"its statements bare: p50 {figures[2]:.1f} p95 {figures[3]:.1f} ms; "
        f"ratio of p95 {figures[1] / figures[3]:.2f}, "
        f"of the means {statistics.mean(ours) / statistics.mean(bare):.2f}; at most {most} statements",
        flush=True,
    )
