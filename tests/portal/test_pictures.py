"""Pictures that people upload: what is taken, what it becomes, and what of it visitors can read."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from iurc_portal.pictures import PictureField, PictureFormField, picture_path


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def drawn(form="PNG", size=(60, 30), mode="RGB", **options):
    written = BytesIO()
    Image.new(mode, size, None if mode == "P" else "white").save(written, form, **options)
    return written.getvalue()


def taken(content, name="upload.png"):
    """The picture as it would be kept."""
    return PictureFormField().clean(SimpleUploadedFile(name, content))


def refusal(content, name="upload.png"):
    with pytest.raises(ValidationError) as error:
        taken(content, name)
    return error.value.messages


@pytest.mark.parametrize(
    ("form", "mode", "name"),
    [
        ("PNG", "RGBA", "picture.png"),
        ("PNG", "P", "picture.png"),
        ("JPEG", "RGB", "picture.jpg"),
        ("JPEG", "CMYK", "picture.jpg"),
        ("JPEG", "L", "picture.jpg"),
        ("WEBP", "RGB", "picture.webp"),
    ],
)
def test_the_content_decides_what_a_picture_is_not_its_name(form, mode, name):
    kept = taken(drawn(form, mode=mode), name="holiday.png")

    assert kept.name == name
    assert (Image.open(kept).format, Image.open(kept).size) == (form, (60, 30))


def test_a_large_picture_is_made_smaller_in_its_proportions():
    assert Image.open(taken(drawn(size=(4000, 1000)))).size == (1600, 400)


def test_what_a_camera_wrote_into_a_picture_is_taken_out():
    exif = Image.Exif()
    exif[0x010F] = "Camera of Anna"
    exif[0x0112] = 6  # lies on its side
    kept = taken(drawn("JPEG", exif=exif), "a.jpg")

    assert b"Anna" not in kept.read()
    assert Image.open(kept).size == (30, 60)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        drawn("GIF", mode="P"),
        drawn("BMP"),
        drawn()[:60],
    ],
    ids=["empty", "text", "svg", "gif", "bmp", "cut off"],
)
def test_other_files_are_refused_with_the_names_of_those_that_are_taken(content):
    if not content:
        assert refusal(content) == ["The submitted file is empty."]
    else:
        assert refusal(content) == ["This is not a picture that we can read. Send a PNG, a JPEG or a WebP file."]


def test_a_file_that_is_too_large_is_refused_before_it_is_read():
    content = drawn() + b"\0" * (5 * 1024 * 1024)

    assert refusal(content) == ["The picture is larger than 5 MB. Send a smaller one."]


def test_a_small_file_with_many_pixels_is_refused():
    content = drawn(size=(9000, 5000), mode="1")

    assert refusal(content) == ["The picture has more than 40 million pixels. Send a smaller one."]


def test_names_tell_nothing_and_never_come_twice():
    names = {picture_path(None, "anna-rossi.png") for _ in range(3)}

    assert len(names) == 3
    assert not any("anna" in name for name in names)
    assert all(name.startswith("pictures/") and name.endswith(".png") for name in names)


def test_visitors_read_a_picture_and_may_keep_it(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    field = PictureField()
    name = field.storage.save(picture_path(None, "a.png"), ContentFile(drawn()))

    response = client.get(f"/media/{name}")

    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert client.post(f"/media/{name}").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "secret.pdf",
        "pictures/secret.pdf",
        "pictures/../secret.pdf",
        "pictures/%2e%2e/secret.pdf",
        "pictures/" + "0" * 32 + ".png",
        "pictures/" + "0" * 32 + ".svg",
        "pictures/",
    ],
)
def test_no_other_file_is_ever_served(client, settings, tmp_path, path):
    settings.MEDIA_ROOT = tmp_path
    Path(tmp_path / "pictures").mkdir()
    for name in ("secret.pdf", "pictures/secret.pdf", f"pictures/{'0' * 32}.svg"):
        Path(tmp_path / name).write_text("secret")

    assert client.get(f"/media/{path}").status_code == 404
