"""The embedded default keeps each letter as a file."""

import email
import email.policy

import pytest
from django.core.mail import EmailMessage

from iurc_portal.notifications.backends import EmlFolderBackend


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return settings.EMAIL_FILE_PATH


def test_each_letter_is_one_file_that_mail_programs_open(folder):
    sent = EmlFolderBackend().send_messages([EmailMessage("日本時間", "本文です", to=["aiko@example.org"])] * 2)

    files = sorted(folder.iterdir())
    assert sent == 2
    assert [file.suffix for file in files] == [".eml", ".eml"]
    letter = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert (letter["Subject"], letter["To"], letter.get_content().strip()) == (
        "日本時間",
        "aiko@example.org",
        "本文です",
    )


def test_an_address_cannot_choose_the_folder_nor_break_the_name(folder):
    long = "x" * 240 + "/../../etc/passwd@example.org"

    EmlFolderBackend().send_messages([EmailMessage("Hello", "there", to=[long])])

    (file,) = folder.iterdir()
    assert "/" not in file.name.removeprefix(str(folder))
    assert len(file.name) < 160


def test_a_folder_that_cannot_be_written_is_a_passing_trouble(settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.EMAIL_FILE_PATH = tmp_path / "file"

    with pytest.raises(OSError, match="file"):
        EmlFolderBackend().send_messages([EmailMessage("Hello", "there", to=["aiko@example.org"])])
