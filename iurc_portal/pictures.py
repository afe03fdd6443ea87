"""Public pictures that people upload: checked by what they contain, written anew, named by chance.

Writing a picture anew takes out what cameras put in (places, names) and whatever else a file may hide.
"""

from io import BytesIO
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.utils.translation import gettext_lazy as _

FOLDER = "pictures"  # the only folder under MEDIA_ROOT that visitors can read
EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600


def picture_path(instance, filename: str) -> str:
    """A name that tells nothing and is never used twice, so that browsers may keep the picture for ever."""
    return f"{FOLDER}/{uuid4().hex}.{filename.rpartition('.')[2]}"


class PictureFormField(forms.ImageField):
    """A PNG, JPEG or WebP picture of at most 5 MB, made at most 1600 pixels long."""

    default_error_messages = {
        "invalid_image": _("This is not a picture that we can read. Send a PNG, a JPEG or a WebP file."),
        "too_large": _("The picture is larger than 5 MB. Send a smaller one."),
        "too_many_pixels": _("The picture has more than 40 million pixels. Send a smaller one."),
    }

    def to_python(self, data):
        if data and getattr(data, "size", 0) > MOST_BYTES:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        uploaded = super().to_python(data)
        if uploaded is None or not hasattr(uploaded, "image"):
            return uploaded
        form, (width, height) = uploaded.image.format, uploaded.image.size
        if form not in EXTENSIONS:
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image")
        if width * height > MOST_PIXELS:
            raise ValidationError(self.error_messages["too_many_pixels"], code="too_many_pixels")
        uploaded.seek(0)
        return self._written_anew(uploaded, form)

    def _written_anew(self, uploaded, form: str):
        from PIL import Image, ImageOps

        try:
            with Image.open(uploaded, formats=[form]) as image:
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                written = BytesIO()
                if form == "JPEG" and upright.mode not in {"RGB", "L"}:
                    upright = upright.convert("RGB")
                clean = Image.new(upright.mode, upright.size)
                if upright.mode == "P":
                    upright = upright.convert("RGBA")
                    clean = Image.new("RGBA", upright.size)
                clean.paste(upright)
                clean.save(written, form, quality=85)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error
        content_type = f"image/{form.lower()}"
        return SimpleUploadedFile(f"picture.{EXTENSIONS[form]}", written.getvalue(), content_type)


class PictureField(models.ImageField):
    """An ``ImageField`` for ``PictureFormField``, kept under ``pictures/``."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("upload_to", picture_path)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        help_text = _("PNG, JPEG or WebP, at most 5 MB.")
        return super().formfield(**{"form_class": PictureFormField, "help_text": help_text, **kwargs})
