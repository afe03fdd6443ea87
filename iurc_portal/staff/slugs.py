"""Addresses of pages, made from titles."""

from uuid import uuid4

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from iurc_portal.translation.languages import Language


def slug_from(texts: dict[str, str], length: int) -> str:
    """The address that titles by language give: the English one's, then the Italian, then chance; never Japanese."""
    slugs = (slugify(texts.get(code) or "") for code in ("en", "it"))
    return next(filter(None, slugs), uuid4().hex[:8])[: length - 8].strip("-")  # room for a number


def numbered(base: str, taken) -> str:
    """``base``, or with the first number that makes it another than all ``taken``."""
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


class SlugFromTitle(forms.ModelForm):
    """An address left empty is made from the English text, then the Italian, then by chance; never of Japanese."""

    slug_source = "title"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("The last part of the page's address. Empty: made from the title.")

    def clean(self):
        cleaned = super().clean()
        if "slug" in self.fields and not cleaned.get("slug") and "slug" not in self.errors:
            cleaned["slug"] = self._free_slug(cleaned)
        return cleaned

    def _free_slug(self, cleaned) -> str:
        texts = {code: cleaned.get(f"{self.slug_source}_{code}") for code in Language.values}
        base = slug_from(texts, self._meta.model._meta.get_field("slug").max_length)
        records = self._meta.model._default_manager.filter(slug__startswith=base).exclude(pk=self.instance.pk)
        return numbered(base, set(records.values_list("slug", flat=True)))


class SlugFromName(SlugFromTitle):
    slug_source = "name"
