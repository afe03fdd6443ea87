"""The index: one narrow row for each thing that can be found. What it is made of: ``index.py``.

Facet columns and titles are copies, so that counting and sorting need no join. Texts are not kept: PostgreSQL has
their tokens in ``tokens``, SQLite in two tables of its own (see ``backends``).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

OUT_OF_DATE = 1000  # taken off the quality of a record that is out of date, so that it lies below zero


class TokensField(models.Field):
    """A ``tsvector`` on PostgreSQL, given as its text form; on SQLite an empty text, for FTS5 keeps the tokens."""

    def db_type(self, connection):
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder(self, value, compiler, connection):
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"


class DocumentQuerySet(models.QuerySet):
    def listed(self, *kinds: str):
        """What visitors may find, of ``kinds`` or of every kind."""
        listed = self.filter(public=True)
        return listed.filter(kind__in=kinds) if kinds else listed


class Document(models.Model):
    """One record of one kind, as the search sees it. ``quality`` decides between equals, the higher first.

    Below zero it says that the record is out of date: then its rank counts half.
    """

    kind = models.CharField(max_length=16)
    object_id = models.PositiveBigIntegerField()
    public = models.BooleanField(default=False)
    quality = models.SmallIntegerField(default=0)
    side = models.CharField(max_length=6, blank=True)
    city = models.CharField(max_length=60, blank=True)
    category = models.CharField(max_length=24, blank=True)
    dated = models.DateField(null=True)
    title_it = models.CharField(max_length=240)
    title_en = models.CharField(max_length=240)
    title_ja = models.CharField(max_length=240)
    tokens = TokensField(default="", editable=False)
    source_hash = models.CharField(max_length=32)
    analyser_version = models.PositiveSmallIntegerField()
    glossary_version = models.PositiveBigIntegerField()
    indexed_at = models.DateTimeField(auto_now=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="document_once")]
        indexes = [
            models.Index(fields=["kind", "public", f"title_{code}"], name=f"document_by_{code}")
            for code in ("it", "en", "ja")
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id}"


class FacetValue(models.Model):
    """One value of a facet that has several: a theme, an initiative, a language of contact."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="values")
    facet = models.CharField(max_length=16)
    value = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "facet", "value"], name="facetvalue_once")]
        indexes = [models.Index(fields=["facet", "value", "document"], name="facetvalue_documents")]

    def __str__(self):
        return f"{self.facet}={self.value}"


class Term(models.Model):
    """A word that titles, places and the glossary use, with the number of documents that have it."""

    text = models.CharField(max_length=80, unique=True)
    df = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["text"]

    def __str__(self):
        return self.text


class Version(models.Model):
    """When something last changed, in microseconds since 1970, so that no number comes twice: glossary or index."""

    name = models.CharField(max_length=16, primary_key=True)
    number = models.PositiveBigIntegerField()

    def __str__(self):
        return f"{self.name} {self.number}"


class MissedQuery(models.Model):
    """Words that found nothing: for the editors of the glossary. No person is noted; kept for 90 days."""

    text = models.CharField(_("words"), max_length=200, unique=True)
    count = models.PositiveIntegerField(_("times"), default=1)
    days = models.PositiveSmallIntegerField(_("days"), default=1)
    last_on = models.DateField(_("last time"))

    class Meta:
        verbose_name = _("search without result")
        verbose_name_plural = _("searches without result")
        ordering = ["-days", "-count", "text"]

    def __str__(self):
        return self.text
