"""The trilingual vocabulary, after SKOS: themes and glossary in one table."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from iurc_portal.audit.machine import StateMachine
from iurc_portal.search.fold import fold
from iurc_portal.translation.constraints import some_language
from iurc_portal.translation.languages import Language, columns


class ConceptQuerySet(models.QuerySet):
    def themes(self):
        return self.filter(scheme=Concept.Scheme.THEME, state=Concept.State.APPROVED)

    def glossary(self):
        return self.filter(scheme=Concept.Scheme.GLOSSARY)

    def approved(self):
        return self.filter(state=Concept.State.APPROVED)

    def by_label(self, scheme: str) -> dict[tuple[str, str], int]:
        """Which concept of ``scheme`` a word leads to: (language, word as the search reads it) → key.

        Preferred and all other labels, hidden and forbidden ones as well; what is out of use leads nowhere.
        """
        in_use = self.filter(scheme=scheme).exclude(state=Concept.State.DEPRECATED)
        owners: dict[tuple[str, str], int] = {}
        for pk, *texts in in_use.order_by("pk").values_list("pk", *columns("pref_label")):
            for code, text in zip(Language.values, texts, strict=True):
                if text:
                    owners.setdefault((code, fold(text).strip()), pk)
        others = ConceptLabel.objects.filter(concept__in=in_use).order_by("pk")
        for pk, code, text in others.values_list("concept", "language", "text"):
            owners.setdefault((code, fold(text).strip()), pk)
        return owners


def themes_in_use(path: str = "themes") -> models.Prefetch:
    """The themes of some records without those that are no longer used: a tag that leads nowhere says nothing.

    ``path`` is where they are, as ``prefetch_related`` names it. One statement.
    """
    return models.Prefetch(path, Concept.objects.themes())


class Concept(StateMachine):
    """skos:Concept. ``notation`` is its stable code within ``scheme``."""

    class Scheme(models.TextChoices):
        THEME = "theme", _("theme")
        GLOSSARY = "glossary", _("glossary")
        COOPERATION = "cooperation", _("kind of cooperation")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("approved")
        DEPRECATED = "deprecated", _("no longer used")

    NEXT = {"draft": {"approved", "deprecated"}, "approved": {"deprecated"}, "deprecated": {"approved"}}

    scheme = models.CharField(_("scheme"), max_length=11, choices=Scheme)
    notation = models.SlugField(_("notation"), max_length=80)
    pref_label = models.CharField(_("preferred label"), max_length=160)
    definition = models.TextField(_("definition"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    broader = models.ForeignKey(
        "self", verbose_name=_("broader"), null=True, blank=True, on_delete=models.SET_NULL, related_name="narrower"
    )
    related = models.ManyToManyField(
        "self",
        verbose_name=_("related"),
        blank=True,
        help_text=_("For a glossary concept: the themes it belongs to, and its neighbours."),
    )

    replaced_by = models.ForeignKey(
        "self",
        verbose_name=_("replaced by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="replaces",
        help_text=_("Where its page leads once it is out of use."),
    )

    objects = ConceptQuerySet.as_manager()

    class Meta:
        verbose_name = _("concept")
        verbose_name_plural = _("themes and glossary")
        ordering = ["scheme", "notation"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "notation"], name="concept_notation_once"),
            some_language("concept", "pref_label"),
            models.CheckConstraint(
                name="concept_not_replaced_by_itself",
                condition=Q(replaced_by=None) | ~Q(replaced_by=F("pk")),
                violation_error_message=_("A concept is not replaced by itself."),
            ),
        ]

    def __str__(self):
        return self.pref_label or self.notation

    def get_absolute_url(self):
        return reverse("ecosystem:concept", args=[self.notation])

    def clean(self):
        """No concept is broader than itself, and none is replaced in a circle: the refusal names the whole loop."""
        super().clean()
        for field in ("broader", "replaced_by"):
            loop = self.loop_of(field)
            if loop:
                words = _("This goes round in a circle: %(loop)s.")
                params = {"loop": " → ".join(str(concept) for concept in loop)}
                raise ValidationError({field: ValidationError(words, "cycle", params)})

    def chain_of(self, field: str) -> list["Concept"]:
        """What ``field`` (``broader``, ``replaced_by``) leads to, step by step, to the end or to where it closes."""
        chain: list[Concept] = []
        concept = getattr(self, field)
        while concept is not None and concept not in chain:
            chain.append(concept)
            concept = None if concept.pk == self.pk else getattr(concept, field)
        return chain

    def loop_of(self, field: str) -> list["Concept"]:
        """The circle in which ``field`` leads back to this concept, from it to it; empty if it does not."""
        chain = self.chain_of(field)
        return [self, *chain] if self.pk and chain and chain[-1].pk == self.pk else []

    @property
    def has_page(self) -> bool:
        """Whether visitors can open it: a term of the glossary that is in use."""
        return self.scheme == self.Scheme.GLOSSARY and self.state == self.State.APPROVED

    @property
    def page(self) -> str:
        """The public page that tells of it: a term's own, the directory under a theme; "" where there is none."""
        if self.has_page:
            return self.get_absolute_url()
        if self.scheme == self.Scheme.THEME and self.state == self.State.APPROVED:
            return f"{reverse('ecosystem:directory')}?theme={self.notation}"
        return ""

    @property
    def successor(self) -> "Concept | None":
        """The concept in use that stands for this one when it is out of use, over as many steps as it takes."""
        return next((other for other in self.chain_of("replaced_by") if other.state == self.State.APPROVED), None)


class ConceptLabel(models.Model):
    """Another word for a concept: an alternative, a hidden one (for search only), or a forbidden one."""

    class Kind(models.TextChoices):
        ALTERNATIVE = "alt", _("alternative")
        HIDDEN = "hidden", _("hidden")
        FORBIDDEN = "forbidden", _("to be avoided")

    concept = models.ForeignKey(Concept, verbose_name=_("concept"), on_delete=models.CASCADE, related_name="labels")
    language = models.CharField(_("language"), max_length=2, choices=Language)
    text = models.CharField(_("text"), max_length=160)
    reading = models.CharField(_("reading"), max_length=160, blank=True)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind, default=Kind.ALTERNATIVE)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["concept", "language", "pk"]
        constraints = [models.UniqueConstraint(fields=["concept", "language", "text"], name="conceptlabel_once")]

    def __str__(self):
        return self.text
