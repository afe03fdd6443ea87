"""Who reviews texts of which language: each city's staff its own and English, managers all (ecosystem spec 8)."""

from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import Language
from iurc_portal.translation.registry import Translated

OF_SIDE = {
    PartnerSide.TORINO: (Language.ITALIAN, Language.ENGLISH),
    PartnerSide.NAGOYA: (Language.JAPANESE, Language.ENGLISH),
}


def languages_reviewed_by(user) -> tuple[str, ...]:
    """The languages in which ``user`` may say that a text is good; none for people who are no staff."""
    if user.has_perm("translation.review_every_language"):
        return tuple(Language.values)
    if not (user.is_staff and user.has_perm("translation.change_textrecord")):
        return ()
    return tuple(str(code) for code in OF_SIDE.get(user.side, ()))


def may_see(user, kind: Translated) -> bool:
    options = kind.model._meta
    return user.has_perm(f"{options.app_label}.view_{options.model_name}")


def may_write(user, obj, language: str) -> bool:
    """Whether ``user`` may write a text: in a language they review, or of a record that is theirs to edit."""
    if not user.has_perm("translation.change_textrecord"):
        return False
    if language in languages_reviewed_by(user):
        return True
    options, rows = obj._meta, type(obj)._default_manager
    if not user.has_perm(f"{options.app_label}.change_{options.model_name}"):
        return False
    return not hasattr(rows, "editable_by") or rows.editable_by(user).filter(pk=obj.pk).exists()
