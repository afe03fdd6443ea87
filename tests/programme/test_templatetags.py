from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.html import strip_tags

from iurc_portal.translation.times import date_range
from programme.models import Edition
from programme.templatetags.programme_tags import reading_of, tel, year_range
from tests.factories import make_event, make_person, make_user, make_visit, make_webinar


def render(source, language="en", **context):
    with translation.override(language):
        return Template("{% load programme_tags %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("first", "last", "language", "words"),
    [
        (date(2026, 3, 3), date(2026, 3, 4), "it", "3–4 marzo 2026"),
        (date(2026, 3, 3), date(2026, 3, 4), "en", "3–4 March 2026"),
        (date(2026, 3, 3), date(2026, 3, 4), "ja", "2026年3月3日〜4日"),
        (date(2026, 3, 31), date(2026, 4, 2), "it", "31 marzo – 2 aprile 2026"),
        (date(2026, 3, 31), date(2026, 4, 2), "ja", "2026年3月31日〜4月2日"),
        (date(2026, 12, 30), date(2027, 1, 2), "en", "30 December 2026 – 2 January 2027"),
        (date(2026, 12, 30), date(2027, 1, 2), "ja", "2026年12月30日〜2027年1月2日"),
        (date(2026, 3, 3), date(2026, 3, 3), "it", "3 marzo 2026"),
        (date(2026, 3, 3), None, "it", "3 marzo 2026"),
        (None, None, "it", ""),
    ],
)
def test_a_range_of_days_says_once_what_both_share(first, last, language, words):
    with translation.override(language):
        assert date_range(first, last) == words


def test_a_phase_that_goes_on_has_no_last_year():
    with translation.override("ja"):
        assert (year_range(2021, 2023), year_range(2025, None)) == ("2021年〜2023年", "2025年〜")
    with translation.override("en"):
        assert (year_range(2021, 2023), year_range(2025, None)) == ("2021–2023", "since 2025")


def test_a_telephone_number_becomes_an_address():
    assert tel("+39 011-555 (12)") == "+3901155512"


@pytest.mark.django_db
def test_a_name_is_read_in_katakana_for_japanese_readers_and_in_latin_letters_for_others():
    yamada = make_person(
        family_name="山田", given_name="太郎", family_kana="ヤマダ", given_kana="タロウ", romaji="YAMADA Taro"
    )
    rossi = make_person(family_name="Rossi", given_name="Anna", family_kana="ロッシ", given_kana="アンナ")

    with translation.override("ja"):
        assert (reading_of(yamada), reading_of(rossi)) == ("ヤマダ タロウ", "ロッシ アンナ")
    with translation.override("it"):
        assert (reading_of(yamada), reading_of(rossi)) == ("", "")


@pytest.mark.django_db
def test_the_funding_notice_is_the_running_editions_and_marked_when_in_another_language():
    Edition.objects.create(slug="old", name_en="Old", funding_notice_en="Old notice", state="closed")
    Edition.objects.create(slug="now", name_en="Now", funding_notice_en="The present notice", state="running")

    assert render("{% funding_notice %}") == "The present notice"
    assert render("{% funding_notice %}", "ja") == '<span lang="en">The present notice</span>'


@pytest.mark.django_db
def test_my_visits_lead_to_the_agenda_of_those_i_take_part_in():
    user = make_user()
    mine, other = make_visit(state="released"), make_visit(state="released")
    person = make_person(user=user)
    mine.delegates.create(person=person)
    other.delegates.create(person=person, reply="declined")

    html = render("{% my_visits %}", user=user)

    assert f"/en/programme/visits/{mine.slug}/agenda/" in html
    assert other.slug not in html


@pytest.mark.django_db
def test_the_parts_of_a_webinar_move_with_it_and_stand_in_both_times():
    webinar = make_webinar(event=make_event(dtstart=datetime(2026, 3, 3, 8, 0, tzinfo=UTC)))
    webinar.segments.create(starts_after=20, title_en="How to apply")

    english = render("{% webinar_of event %}", event=webinar.event)
    japanese = render("{% webinar_of event %}", "ja", event=webinar.event)

    assert "How to apply" in english
    assert english.index("09:20") < english.index("17:20")
    assert japanese.index("17:20") < japanese.index("09:20")


@pytest.mark.django_db
def test_both_times_of_a_part_name_their_city():
    webinar = make_webinar(event=make_event(dtstart=datetime(2026, 3, 3, 8, 0, tzinfo=UTC)))
    webinar.segments.create(starts_after=20, title_en="How to apply")

    words = " ".join(strip_tags(render("{% webinar_of event %}", "ja", event=webinar.event)).split())

    assert "17:20 名古屋 09:20 トリノ" in words


@pytest.mark.django_db
def test_the_speakers_of_a_part_are_written_as_the_reader_writes_and_marked_where_they_are_not():
    webinar = make_webinar()
    webinar.segments.create(
        starts_after=0, title_en="Welcome", title_ja="挨拶", speakers_en="Taro Mihon", speakers_ja="見本 太郎"
    )

    assert '<p lang="ja">見本 太郎</p>' in render("{% webinar_of event %}", "ja", event=webinar.event)
    assert '<p lang="en">Taro Mihon</p>' in render("{% webinar_of event %}", "it", event=webinar.event)


@pytest.mark.django_db
def test_a_part_whose_title_is_in_another_language_says_so():
    webinar = make_webinar()
    webinar.segments.create(starts_after=0, title_it="Apertura")

    assert "イタリア語のみ" in render("{% webinar_of event %}", "ja", event=webinar.event)
    assert "Solo in italiano" not in render("{% webinar_of event %}", "it", event=webinar.event)


@pytest.mark.django_db
def test_an_event_without_a_webinar_has_no_such_part():
    assert render("{% webinar_of event %}", event=make_event()).strip() == ""
