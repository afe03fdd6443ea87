"""The tags that every template uses: languages of texts, both cities' times, safe texts of staff."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from lxml import html

from tests.factories import make_organisation

WINTER = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # 09:00 in Torino, 17:00 in Nagoya
SUMMER = datetime(2026, 5, 14, 8, 0, tzinfo=UTC)  # 10:00 in Torino, 17:00 in Nagoya
EVENING = datetime(2026, 12, 15, 16, 0, tzinfo=UTC)  # 17:00 in Torino, 01:00 of the next day in Nagoya


def render(source, language="en", **context):
    with translation.override(language):
        return Template("{% load portal_tags %}" + source).render(Context(context))


def words(markup):
    """The text without its tags, with single spaces."""
    return " ".join(html.fromstring(f"<div>{markup}</div>").text_content().split())


@pytest.mark.parametrize(
    ("language", "instant", "wanted"),
    [
        ("ja", WINTER, "17:00 名古屋 09:00 トリノ"),
        ("it", WINTER, "09:00 Torino 17:00 Nagoya"),
        ("en", SUMMER, "10:00 Torino 17:00 Nagoya"),
    ],
)
def test_the_readers_own_city_comes_first_in_winter_and_in_summer(language, instant, wanted):
    assert words(render("{% both_times start %}", language, start=instant)) == wanted


def test_another_date_in_the_other_city_is_said():
    assert words(render("{% both_times start %}", "en", start=EVENING)) == "17:00 Torino 01:00 Nagoya +1 day"


def test_the_dual_time_carries_offsets_and_zones():
    shown = render("{% dual_time start %}", "it", start=SUMMER)

    assert 'datetime="2026-05-14T10:00:00+02:00"' in shown
    assert 'datetime="2026-05-14T17:00:00+09:00"' in shown
    assert words(shown) == "Torino 10:00 gio 14 mag 2026 CEST (UTC+2) Nagoya 17:00 gio 14 mag 2026 JST (UTC+9)"


def test_the_tile_takes_the_day_of_the_zone():
    assert 'datetime="2026-12-15"' in render("{% date_tile instant 'Europe/Rome' %}", instant=EVENING)
    assert 'datetime="2026-12-16"' in render("{% date_tile instant 'Asia/Tokyo' %}", instant=EVENING)


@pytest.mark.parametrize(
    ("day", "language", "wanted"),
    [
        (date(2026, 11, 5), "it", "5 nov gio"),
        (date(2027, 1, 8), "it", "8 gen ven"),
        (date(2025, 12, 16), "it", "16 dic 2025"),
        (date(2025, 12, 16), "ja", "16 12月 2025年"),
    ],
)
def test_the_tile_says_the_year_of_what_is_over_since_last_year(day, language, wanted, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 28, 9, 0, tzinfo=UTC))

    assert words(render("{% date_tile day %}", language, day=day)) == wanted


@pytest.mark.parametrize(("language", "wanted"), [("ja", "英語のみ"), ("it", "Solo in inglese"), ("en", "")])
@pytest.mark.django_db
def test_a_row_says_in_two_words_that_its_text_is_in_another_language(language, wanted):
    organisation = make_organisation(summary_it="", summary_en="What it does", summary_ja="")

    assert words(render("{% fallback_tag organisation 'summary' %}", language, organisation=organisation)) == wanted


def test_a_japanese_title_may_break_after_the_dot_between_words():
    assert render("{% phrases title %}", "ja", title="トリノ・ソーシャル・インパクト") == (
        "トリノ・<wbr>ソーシャル・<wbr>インパクト"
    )


@pytest.mark.parametrize(
    ("precision", "language", "wanted"),
    [
        ("year", "ja", "2019年"),
        ("month", "ja", "2019年11月"),
        ("day", "ja", "2019年11月5日"),
        ("month", "it", "novembre 2019"),
        ("day", "en", "5 November 2019"),
    ],
)
def test_a_date_shows_no_more_than_is_known(precision, language, wanted):
    assert render("{% partial_date day precision %}", language, day=date(2019, 11, 5), precision=precision) == wanted


@pytest.mark.django_db
def test_a_text_that_stands_in_for_a_missing_one_says_its_language():
    organisation = make_organisation(summary_en="", summary_it="Un centro di ricerca.", name_ja="研究所")

    assert render("{% lang_of o 'summary' %} {% lang_of o 'name' %}", "ja", o=organisation) == "it ja"
    assert words(render("{% fallback_notice o 'summary' %}", "ja", o=organisation)) == "この項目はイタリア語のみです"
    assert render("{% fallback_notice o 'name' %}", "ja", o=organisation) == ""


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("it", "italiano, giapponese / Italia, Giappone"),
        ("en", "Italian, Japanese / Italy, Japan"),
        ("ja", "イタリア語、日本語 / イタリア、日本"),
    ],
)
def test_names_of_languages_and_of_countries_stand_in_a_row(language, wanted):
    shown = render(
        "{{ languages|language_names }} / {{ countries|country_names }}",
        language,
        languages=["it", "ja"],
        countries=["IT", "JP"],
    )

    assert shown == wanted
    assert render("{{ nothing|language_names }}", language, nothing=None) == ""


def test_phrases_break_in_japanese_only_and_are_escaped():
    assert render("{% phrases text %}", "it", text="<b> & città") == "&lt;b&gt; &amp; città"
    assert render("{% phrases text %}", "ja", text="今日は<b>です") == "今日は<wbr>&lt;b&gt;です"


def test_texts_of_staff_keep_their_marks_and_nothing_else():
    text = '<h2>Chi</h2><p onclick="x()">a <a href="javascript:x()">b</a><script>c</script></p><img src=x>'

    assert render("{{ text|staff_text }}", text=text) == "<h2>Chi</h2><p>a <a>b</a></p>"


def test_plain_text_becomes_paragraphs_and_is_escaped():
    assert render("{{ text|paragraphs }}", text="a<b\n\nc") == "<p>a&lt;b</p>\n\n<p>c</p>"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "", "ftp://a.example"])
def test_only_web_addresses_become_links(address):
    assert "<a" not in render("{% external_link url %}", url=address)


def test_a_link_outwards_shows_its_host():
    assert render("{% external_link url %}", url="https://www.polito.it/a?b=1&c=2") == (
        '<a class="tn-external" href="https://www.polito.it/a?b=1&amp;c=2" rel="external noopener">www.polito.it</a>'
    )


def test_the_pager_keeps_the_query_and_forgets_the_page():
    request = RequestFactory().get("/it/ecosystem/?theme=water&theme=soil&page=3")

    assert render("{% query_with page=2 %}", request=request) == "?theme=water&amp;theme=soil&amp;page=2"
    assert render("{% query_with page=None %}", request=request) == "?theme=water&amp;theme=soil"


def test_linked_data_cannot_break_out_of_its_element():
    shown = render("{{ data|json_ld_script }}", data={"name": "</script><script>alert(1)"})

    assert shown.count("<script") == shown.count("</script>") == 1
    assert "\\u003C/script\\u003E" in shown
