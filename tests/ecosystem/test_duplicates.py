"""What may be the same organisation: names in many spellings, websites, cities."""

import pytest

from ecosystem.identity import name_key, tidy, website_host
from ecosystem.services.duplicates import Directory, Entry, possible_duplicates
from tests.factories import make_city, make_organisation


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ZOLFORA  S.R.L.", "Zolfora srl"),
        ("Zolfora s. r. l.", "Zolfora S.p.A."),
        ("Società Zolfora", "SOCIETA' ZOLFORA"),
        ("株式会社矢沼", "矢沼（株）"),
        ("㈱ヤヌマ", "ﾔﾇﾏ"),
        ("Zolfora Co., Ltd.", "Zolfora"),
        ("Ｚｏｌｆｏｒａ　Lab", "Zolfora Lab"),
    ],
)
def test_two_spellings_are_one_name(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Sassari", "Ssari"), ("Zolfora (a)", "Zolfora (b)"), ("SpA", "Srl")])
def test_other_names_stay_other_names(one, other):
    assert name_key(one) != name_key(other)


def test_tidying_keeps_letters_case_and_marks():
    assert tidy("  ZOLFORA\u3000 e  figli, S.r.l.\u200b ") == "ZOLFORA e figli, S.r.l."
    assert tidy("ﾔﾇﾏ（本社）１") == "ヤヌマ（本社）1"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.Zolfora.example:8443/it/?x=1", "zolfora.example"),
        ("https://www.facebook.com/zolfora", ""),
        ("https://矢沼.example", "xn--xvwt1v.example"),
        ("https://[", ""),
        ("", ""),
    ],
)
def test_a_website_is_known_by_its_host(address, host):
    assert website_host(address) == host


@pytest.mark.django_db
def test_the_surest_come_first_with_their_reasons():
    record = make_organisation(name_en="Zolfora Ottica", website="https://zolfora.example")
    like = make_organisation(name_en="Zolfora Otica")
    host = make_organisation(name_en="Another", website="http://www.zolfora.example/en", city=make_city("nagoya"))
    same = make_organisation(name_en="Else", legal_name="ZOLFORA OTTICA S.p.A.", city=None)
    make_organisation(name_en="Zolfora Ottica", city=make_city("nagoya"))

    assert possible_duplicates(record) == [(same, "same"), (host, "host"), (like, "like")]


@pytest.mark.django_db
@pytest.mark.parametrize("for_many", [True, False])
def test_names_are_compared_with_their_words_in_any_order(for_many):
    directory = Directory(for_many=for_many)
    for key, name in enumerate(("Fondazione Zolfora Torino", "Brenvia", "Liceo Zolfora 2"), start=1):
        directory.add(Entry(key, (name,), "", None))

    def alike(name):
        return directory.alike(Entry(0, (name,), "", None))

    assert alike("Torino Fondazione Zolfora") == [(1, "like")]
    assert alike("Liceo Zolfora 1") == []
    assert alike("Melisca") == []
