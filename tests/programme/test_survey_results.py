"""Nothing is told of few people: not of all, of a question, of a language, nor by subtraction (P24)."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programme.models import Survey, SurveyAnswer, SurveyQuestion
from programme.survey_results import lines_of, results_of, shown_groups, tell

LEAST = 5
CODES = ("it", "en", "ja")
SCALE = SurveyQuestion(pk=1, kind="scale", label_en="How useful?", label_it="Utile?", label_ja="役立ちましたか。")
YES = SurveyQuestion(pk=2, kind="yesno", label_en="Again?")
TEXT = SurveyQuestion(pk=3, kind="text", label_en="What else?")


def answers(*given_answers) -> list[SurveyAnswer]:
    return [SurveyAnswer(language=language, values=values) for language, values in given_answers]


def scales(**by_language: list[int]) -> list[SurveyAnswer]:
    return answers(*((code, {"1": value}) for code, values in by_language.items() for value in values))


def test_four_answers_tell_nothing_and_five_tell_their_mean():
    few = tell([SCALE, TEXT], scales(it=[1, 2, 3, 4]), at_least=LEAST)
    enough = tell([SCALE, TEXT], scales(it=[1, 2, 3, 4, 5]), at_least=LEAST)

    assert (few.n, few.questions, few.languages, few.public_line) == (4, (), {}, None)
    assert (enough.n, enough.languages, enough.public_line.mean) == (5, {"it": 5}, 3.0)
    assert [(bar.n, bar.share) for bar in enough.questions[0].bars] == [(1, 20)] * 5


def test_a_question_that_few_answered_tells_nothing_not_even_how_many():
    given_answers = answers(*(("it", {"1": 5} if n < 4 else {"2": True}) for n in range(12)))

    scale, yes = tell([SCALE, YES], given_answers, at_least=LEAST).questions

    assert (scale.n, scale.bars, scale.mean) == (None, (), None)
    assert [(bar.n, bar.share) for bar in yes.bars] == [(8, 100), (0, 0)]


def test_languages_stand_beside_the_total_where_each_has_enough():
    (found,) = tell([SCALE], scales(it=[4] * 5, ja=[2] * 6), at_least=LEAST).questions

    assert (found.languages, found.means) == (["it", "ja"], {"it": 4.0, "ja": 2.0})
    assert {bar.label: (bar.n, dict(bar.by_language)) for bar in found.bars if bar.n} == {
        "4": (5, {"it": 5, "ja": 0}),
        "2": (6, {"it": 0, "ja": 6}),
    }


def test_a_language_whose_rest_would_be_few_is_left_out_although_it_has_enough():
    (found,) = tell([SCALE], scales(it=[4] * 6, ja=[2] * 4), at_least=LEAST).questions

    assert (found.n, found.languages, found.means) == (10, [], {})


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"it": 5}, {"it"}),
        ({"it": 5, "ja": 5}, {"it", "ja"}),
        ({"it": 7, "ja": 6, "en": 2}, {"it"}),
        ({"it": 7, "ja": 3, "en": 2}, {"it"}),
        ({"it": 7, "ja": 2, "en": 2}, set()),
        ({"it": 4}, set()),
        ({}, set()),
    ],
)
def test_what_the_languages_shown_leave_over_is_nobody_or_enough(sizes, shown):
    assert shown_groups(sizes, at_least=LEAST) == shown


@given(st.lists(st.tuples(st.sampled_from(CODES), st.none() | st.integers(1, 5)), max_size=40), st.integers(2, 7))
@settings(max_examples=150)
def test_no_sum_or_difference_of_what_is_told_speaks_of_few(rows, at_least):
    given_answers = answers(*((code, {} if value is None else {"1": value}) for code, value in rows))

    results = tell([SCALE], given_answers, at_least=at_least)

    for found in results.questions:
        by_language = {code: sum(bar.by_language.get(code, 0) for bar in found.bars) for code in found.languages}
        assert found.n is None or found.n >= at_least
        for size in range(len(by_language) + 1):
            for some in combinations(by_language.values(), size):
                assert sum(some) == 0 or sum(some) >= at_least
                assert found.n is None or found.n - sum(some) in {0, *range(at_least, 41)}
    rest = results.n - sum(results.languages.values())
    assert not results.languages or rest == 0 or rest >= at_least


@given(st.permutations(range(12)))
@settings(max_examples=30)
def test_the_order_of_answers_changes_nothing(order):
    rows = answers(*((CODES[n % 2], {"1": n % 5 + 1, "3": f"Text {n}"}) for n in range(12)))

    assert tell([SCALE, TEXT], [rows[n] for n in order], at_least=LEAST) == tell([SCALE, TEXT], rows, at_least=LEAST)


def test_texts_are_read_in_languages_in_which_enough_people_answered():
    enough = [("ja", {"3": "ひと言"}), *[("ja", {"1": 3})] * 4]
    given_answers = answers(*enough, *[("en", {"3": "Mine."})] * 2)

    (found,) = tell([TEXT], given_answers, at_least=LEAST).questions

    assert (found.texts, found.texts_hidden) == ([("ja", "ひと言")], True)


def test_texts_of_one_person_do_not_stand_in_one_place():
    further = SurveyQuestion(pk=4, kind="text", label_en="And?")
    rows = answers(*(("it", {"3": f"{n}", "4": f"{n}"}) for n in range(20)))

    one, other = tell([TEXT, further], rows, at_least=LEAST).questions

    assert [text for _language, text in one.texts] != [text for _language, text in other.texts]
    assert sorted(one.texts) == sorted(other.texts)


@pytest.mark.django_db
def test_before_it_is_closed_a_survey_tells_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        results = results_of(Survey(state="open"))

    assert (results.n, results.questions) == (0, ())


def test_the_table_to_take_away_hides_what_the_page_hides():
    rows = scales(it=[4] * 6, ja=[2] * 4) + answers(("it", {"3": "=1+1"}))
    results = tell([SCALE, YES, TEXT], rows, at_least=LEAST)

    lines = lines_of(results, with_texts=True)

    assert [(line.number, line.by_language) for line in lines if line.kind == "scala da 1 a 5"][-1] == (3.2, {})
    assert [line.answer for line in lines if line.question == "Again?"] == ["troppo poche risposte per mostrarle"]
    assert [line.answer for line in lines][-1] == "=1+1"
    assert len(lines_of(results, with_texts=False)) == len(lines) - 1
