"""A list of delegates: read, judged line by line, written whole or not at all (programme spec P16, section 5)."""

import io

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from ecosystem.models import Person
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Message
from programme.delegate_import import HEADINGS, read_list, rows_from, template
from programme.models import Delegate
from programme.services import delegates as services
from tests.factories import make_person, make_user
from tests.programme.hosting import NOW, make_planned

pytestmark = pytest.mark.django_db
HEAD = "姓,名,セイ,メイ,ローマ字,役職（日本語）,所属（日本語）,役割,序列,職位区分,理解する言語,メールアドレス"
YAMADA = "山田,太郎,ヤマダ,タロウ,YAMADA Taro,局長,名古屋市,団長,1,3,ja、en,taro@nagoya.example"
SATO = "佐藤,花子,サトウ,ハナコ,SATO Hanako,課長,名古屋市,団員,,5,ja,hanako@nagoya.example"


@pytest.fixture
def visit():
    return make_planned()[0]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def read(visit, *lines, bom=True):
    return read_list((("\ufeff" if bom else "") + "\n".join(lines)).encode(), visit)


def problems(checked):
    return {row.number: row.problems for row in checked.rows if row.problems}


def test_a_clean_list_with_a_byte_order_mark_is_written_in_its_order(visit):
    checked = read(visit, HEAD, YAMADA, SATO)
    services.add_all(visit, rows_from(checked.signed(visit), visit), now=NOW, by=visit.lead)

    rows = Delegate.objects.filter(visit=visit).select_related("person").in_protocol_order()
    assert checked.is_clean
    assert [(one.rank, one.role, one.rank_band, one.title_ja, one.languages) for one in rows] == [
        (1, "head", 3, "局長", ["ja", "en"]),
        (2, "member", 5, "課長", ["ja"]),
    ]
    assert [one.person.family_kana for one in rows] == ["ヤマダ", "サトウ"]
    assert Transition.objects.filter(reason="delegation_imported", actor=visit.lead).count() == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ヤマダ,太郎,山田,タロウ,,,,,,,,", "セイ – Name and reading are swapped."),
        ("山田,太郎,yamada,タロウ,,,,,,,,", "セイ – Write the reading in kana, for example ヤマダ."),
        ("Yamada,Taro,,,山田 太郎,,,,,,,", "ローマ字 – Name and Latin letters are swapped."),
        ("taro@nagoya.example,太郎,,,,,,,,,,", "姓 – This is an e-mail address: are columns swapped?"),
        (",太郎,,,,,,,,,,", "姓 – Write the family name."),
        ("山田,太郎,,,,,,,0,,,", "序列 – A rank is a whole number from 1."),
        ("山田,太郎,,,,,,,,,古語,", "理解する言語 – No such language: 古語. Write codes like it, en, ja."),
        ("山田,太郎,,,,,,,,,,taro", "メールアドレス – Enter an address like name@company.jp"),
    ],
)
def test_what_is_wrong_is_told_line_by_line(visit, line, told):
    assert problems(read(visit, HEAD, line)) == {2: [told]}


def test_an_unknown_rank_band_names_those_there_are(visit):
    told = problems(read(visit, HEAD, "山田,太郎,,,,,,,,9,,"))
    assert told[2][0].startswith("職位区分 – No such rank band. Write one of: 1 mayor or president, 2 deputy mayor")


def test_the_same_person_twice_a_second_head_and_who_is_there_already_are_told(visit):
    visit.delegates.create(person=make_person(family_name="佐藤", given_name="花子"), role="head")
    told = problems(read(visit, HEAD, YAMADA, YAMADA, SATO))
    head = "役割 – The delegation already has a head: 佐藤 花子. Choose one of the two."
    assert told == {
        2: [head],
        3: ["The same person as in line 2.", head],
        4: ["佐藤 花子 is already in the delegation."],
    }


def test_passport_and_health_columns_are_dropped_and_the_page_says_so(visit):
    checked = read(visit, HEAD + ",パスポート番号,アレルギー,備考", YAMADA + ",TK1234567,そば,x")
    assert checked.notes == [
        "“パスポート番号” is left out: passport, health and birth data are never imported.",
        "“アレルギー” is left out: passport, health and birth data are never imported.",
        "“備考” is not known and left out.",
    ]
    assert "TK1234567" not in str(checked.rows)


def test_a_file_without_headings_is_refused(visit):
    with pytest.raises(ValidationError) as refusal:
        read(visit, YAMADA)
    assert refusal.value.code == "headings"


def test_a_preview_cannot_be_changed_nor_used_for_another_visit(visit):
    signed = read(visit, HEAD, YAMADA).signed(visit)
    other = type(visit)(pk=visit.pk + 1)
    for text, whose in ((signed + "x", visit), (signed, other)):
        with pytest.raises(ValidationError):
            rows_from(text, whose)


def test_all_are_written_or_nobody(visit):
    rows = read(visit, HEAD, YAMADA, SATO).rows
    visit.delegates.create(person=make_person(family_name="佐藤", given_name="花子"))
    with pytest.raises(ValidationError):
        services.add_all(visit, rows, now=NOW)
    assert Delegate.objects.filter(visit=visit).count() == 1
    assert not Person.objects.filter(family_name="山田").exists()


def test_the_template_reads_as_a_clean_list(visit, client):
    staff(client)
    found = client.get(address(visit) + "?template=xlsx")
    data = b"".join(found.streaming_content)
    sheet = load_workbook(io.BytesIO(data)).active

    assert [cell.value for cell in sheet[1]] == [heading.title for heading in HEADINGS]
    assert template().titles[0] == "姓"
    assert problems(read_list(data, visit)) == {}


# --- The workplace ---------------------------------------------------------------------------------------------------


def address(visit):
    return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, "delegation"])


def staff(client, side="torino"):
    user = make_user(is_staff=True, is_superuser=side == "", side=side)
    user.groups.add(Group.objects.get(name="Staff"))
    client.force_login(user)
    return user


def send(client, visit, text):
    return client.post(address(visit), {"act": "check", "file": SimpleUploadedFile("lista.csv", text.encode())})


def test_nothing_is_written_before_the_list_is_clean(client, visit):
    staff(client)
    wrong = send(client, visit, f"{HEAD}\n{YAMADA}\n{YAMADA}")
    right = send(client, visit, f"{HEAD}\n{YAMADA}")
    before = Delegate.objects.count()
    client.post(address(visit), {"act": "write", "rows": right.context["signed"]})
    assert (wrong.context["signed"], before, Delegate.objects.count()) == ("", 0, 1)


def test_the_guest_citys_staff_bring_their_own_people(client, visit):
    staff(client, "nagoya")
    assert client.get(address(visit)).status_code == 200


def test_the_order_changes_by_buttons(client, visit):
    staff(client)
    a, _b, c = (visit.delegates.create(person=make_person(family_name=name), rank=5) for name in "ABC")
    client.post(address(visit), {"act": f"up:{c.pk}"})
    client.post(address(visit), {"act": f"down:{a.pk}"})
    order = Delegate.objects.filter(visit=visit).in_protocol_order()
    assert [(one.person.family_name, one.rank) for one in order] == [("C", 1), ("A", 2), ("B", 3)]
    client.post(address(visit), {"act": "up:99999"})
    client.post(address(visit), {"act": "up:nonsense"})


def test_everybody_without_a_reply_is_invited_and_each_refusal_stands_in_its_row(client, visit):
    staff(client)
    reachable = visit.delegates.create(person=make_person(email="a@nagoya.example"), rank=1)
    visit.delegates.create(person=make_person(email="b@nagoya.example"), rank=2, reply="accepted")
    silent = visit.delegates.create(person=make_person(), rank=3)

    found = client.post(address(visit), {"act": "invite"})

    refused = {line.delegate.pk: line.refusal for line in found.context["lines"] if line.refusal}
    assert (found.status_code, list(refused)) == (422, [silent.pk])
    assert [(m.to, m.subject_id) for m in Message.objects.all()] == [("a@nagoya.example", str(reachable.pk))]


def test_what_papers_lack_is_named(visit):
    bare = visit.delegates.create(person=make_person(family_name="山田", given_name=""))
    assert services.missing_in(bare) == [
        "given name",
        "reading in kana",
        "name in Latin letters",
        "title or post",
        "organisation",
        "rank band",
        "languages understood",
        "e-mail",
    ]


def test_a_longer_delegation_asks_the_database_no_more_often(client, visit):
    staff(client)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(address(visit))
        return len(queries)

    visit.delegates.create(person=make_person())
    count()
    first = count()
    for _n in range(4):
        visit.delegates.create(person=make_person())
    assert count() == first
