"""What letters say: the words the portal ships in three languages, and those of staff instead (programme spec 7).

These are letters between city halls, and each language has its own way of writing one: none is the other's
translation. Staff may change the wording, never the data: a gap in braces is filled from the visit, once.
"""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from iurc_portal.notifications.words import fill, paragraphs
from iurc_portal.translation.languages import CODES
from programme.models import DocumentKind, PaperText

GAPS = {
    "visit": _("the title of the visit"),
    "topic": _("its subject"),
    "purpose": _("its purpose"),
    "dates": _("its first and last day"),
    "size": _("how many people come"),
    "host_city": _("the host city"),
    "guest_city": _("the guest city"),
    "applicant": _("who applied"),
    "costs": _("who pays for what, as written for this letter"),
    "reason": _("the reason of a refusal, and what is offered instead"),
    "sending": _("of a stay: the organisation that sends"),
    "hosting": _("of a stay: the organisation that receives"),
    "aims": _("of a stay: its learning aims"),
}

SHIPPED: dict[str, dict[str, tuple[str, str]]] = {
    DocumentKind.OFFICIAL_LETTER: {
        "it": (
            "Visita di studio «{visit}»: richiesta di invio della delegazione",
            "in riferimento alla proposta di visita di studio presentata da {applicant}, la Città di {host_city} è "
            "lieta di accogliere la delegazione di {guest_city} e chiede di volerne disporre l’invio secondo i dati "
            "riportati di seguito.\n\n"
            "{costs}\n\n"
            "Il programma e l’elenco dei partecipanti seguiranno con comunicazione separata.\n\n"
            "Con l’occasione si porgono distinti saluti.",
        ),
        "en": (
            "Study visit “{visit}”: request to send the delegation",
            "With reference to the proposal of a study visit made by {applicant}, the City of {host_city} is pleased "
            "to receive the delegation of {guest_city}, and kindly asks you to send it as set out below.\n\n"
            "{costs}\n\n"
            "The itinerary and the list of participants will follow separately.\n\n"
            "Yours faithfully,",
        ),
        "ja": (
            "「{visit}」に係る代表団の派遣について（依頼）",
            "拝啓　時下ますますご清栄のこととお慶び申し上げます。\n\n"
            "平素より当市との交流に格別のご高配を賜り、厚く御礼申し上げます。\n\n"
            "さて、このたび{applicant}様よりご提案いただきました標記の視察につきまして、当市で受入れの準備を進めて"
            "おります。つきましては、ご多用中誠に恐縮に存じますが、下記のとおり{guest_city}市からの代表団を派遣して"
            "いただきたく、ご高配を賜りますようお願い申し上げます。\n\n"
            "{costs}\n\n"
            "なお、行程表および名簿は別途お送りいたします。",
        ),
    },
    DocumentKind.INVITATION: {
        "it": (
            "Invito alla visita di studio «{visit}»",
            "la Città di {host_city} ha il piacere di invitare la S.V. alla visita di studio «{visit}», che si terrà "
            "a {host_city} nelle date indicate di seguito.\n\n"
            "La visita riguarda: {topic}.\n\n"
            "{costs}\n\n"
            "In attesa di poterla accogliere, si porgono distinti saluti.",
        ),
        "en": (
            "Invitation to the study visit “{visit}”",
            "The City of {host_city} has the pleasure of inviting you to the study visit “{visit}”, which will take "
            "place in {host_city} on the dates given below.\n\n"
            "The visit is about: {topic}.\n\n"
            "{costs}\n\n"
            "We look forward to welcoming you.\n\n"
            "Yours sincerely,",
        ),
        "ja": (
            "「{visit}」へのご招へいについて",
            "拝啓　時下ますますご清栄のこととお慶び申し上げます。\n\n"
            "このたび{host_city}市におきまして、下記のとおり「{visit}」を実施いたします。つきましては、ご多用中誠に"
            "恐縮に存じますが、ご来訪いただきたく、謹んでご招へい申し上げます。\n\n"
            "{costs}\n\n"
            "皆様のお越しを心よりお待ち申し上げております。",
        ),
    },
    DocumentKind.ACCEPTANCE: {
        "it": (
            "Visita di studio «{visit}»: accoglimento della proposta",
            "si comunica che la proposta di visita di studio in oggetto, presentata da {applicant}, è stata "
            "accolta.\n\n"
            "La visita si terrà a {host_city} alle condizioni riportate di seguito.\n\n"
            "{costs}\n\n"
            "Si prega di far pervenire l’elenco dei partecipanti appena disponibile.\n\n"
            "Distinti saluti.",
        ),
        "en": (
            "Study visit “{visit}”: acceptance of the proposal",
            "We are pleased to let you know that the proposal of a study visit made by {applicant} has been "
            "accepted.\n\n"
            "The visit will take place in {host_city} on the terms set out below.\n\n"
            "{costs}\n\n"
            "We would be grateful for the list of participants as soon as it is known.\n\n"
            "Yours faithfully,",
        ),
        "ja": (
            "「{visit}」の受入れについて（回答）",
            "拝啓　時下ますますご清栄のこととお慶び申し上げます。\n\n"
            "{applicant}様よりご提案いただきました標記の視察につきまして、下記のとおりお受けいたしますので、"
            "ご回答申し上げます。\n\n"
            "{costs}\n\n"
            "お手数をおかけいたしますが、参加者の名簿がまとまり次第、ご送付くださいますようお願い申し上げます。",
        ),
    },
    DocumentKind.REFUSAL: {
        "it": (
            "Visita di studio «{visit}»: esito della proposta",
            "si ringrazia {applicant} per l’interesse dimostrato verso la Città di {host_city}. Dopo attento esame, "
            "la proposta di visita di studio in oggetto non può purtroppo essere accolta.\n\n"
            "{reason}\n\n"
            "Nell’auspicio di poter collaborare in altra occasione, si porgono distinti saluti.",
        ),
        "en": (
            "Study visit “{visit}”: answer to the proposal",
            "We thank {applicant} for the interest shown in the City of {host_city}. After careful consideration, we "
            "are sorry to say that the proposed study visit cannot be accepted.\n\n"
            "{reason}\n\n"
            "We hope that there will be another occasion to work together.\n\n"
            "Yours faithfully,",
        ),
        "ja": (
            "「{visit}」の受入れについて（回答）",
            "拝啓　時下ますますご清栄のこととお慶び申し上げます。\n\n"
            "このたびは、{applicant}様より標記の視察をご提案いただき、誠にありがとうございます。慎重に検討いたしました"
            "が、誠に遺憾ながら、今回はご要望に沿いかねる結果となりました。\n\n"
            "{reason}\n\n"
            "何卒ご賢察のうえ、ご理解を賜りますようお願い申し上げます。",
        ),
    },
    DocumentKind.STAY_INVITATION: {
        "it": (
            "Invito a un soggiorno di lavoro a {host_city}",
            "come concordato fra i due enti, si ha il piacere di invitare la S.V. a un soggiorno di lavoro a "
            "{host_city}, nelle date e alle condizioni indicate di seguito.\n\n"
            "Obiettivi del soggiorno: {aims}\n\n"
            "{costs}\n\n"
            "Al termine la S.V. riceverà un attestato; una breve nota racconterà che cosa è stato appreso.\n\n"
            "In attesa di poterla accogliere, si porgono distinti saluti.",
        ),
        "en": (
            "Invitation to a working stay in {host_city}",
            "As agreed between our two organisations, we have the pleasure of inviting you to a working stay in "
            "{host_city}, on the dates and terms set out below.\n\n"
            "The aims of the stay are: {aims}\n\n"
            "{costs}\n\n"
            "Afterwards you will receive a certificate; a short note will tell what was learnt.\n\n"
            "We look forward to welcoming you.\n\n"
            "Yours sincerely,",
        ),
        "ja": (
            "{hosting}における職員研修の受入れについて",
            "拝啓　時下ますますご清栄のこととお慶び申し上げます。\n\n"
            "平素より両市の交流に格別のご高配を賜り、厚く御礼申し上げます。\n\n"
            "さて、{sending}様との合意に基づき、下記のとおり{host_city}市において研修の受入れを行いますので、ご来訪ください"
            "ますよう謹んでご案内申し上げます。\n\n"
            "研修の目的：{aims}\n\n"
            "{costs}\n\n"
            "なお、研修終了後に修了証明書を交付いたします。また、学ばれた内容を簡単な記録としておまとめいただきます。",
        ),
    },
}
LETTERS = tuple(str(kind) for kind in SHIPPED)


def shipped(kind: str, language: str) -> tuple[str, str]:
    """Subject and body as the portal ships them, with their gaps."""
    return SHIPPED[DocumentKind(kind)][language]


def pattern_of(kind: str, language: str) -> tuple[str, str]:
    """Subject and body in use: those of staff where they have written any."""
    text = PaperText.objects.filter(kind=kind, language=language).first()
    return (text.subject, text.body) if text is not None and text.is_adjusted else shipped(kind, language)


def said(pattern: tuple[str, str], facts: Mapping[str, str]) -> tuple[str, list[str]]:
    """Subject and paragraphs with their gaps filled; a paragraph of which nothing is left is left out."""
    subject, body = pattern
    return fill(subject, facts), paragraphs(body, facts)


def ensure_rows() -> None:
    """A row for each letter in each language. Called after every migration; idempotent."""
    PaperText.objects.bulk_create(
        (PaperText(kind=kind, language=code) for kind in LETTERS for code in CODES), ignore_conflicts=True
    )


def keep(text: PaperText, *, by, now: datetime) -> None:
    """Store what staff wrote, for every letter of this kind made from now on; what equals the shipped text is none."""
    if (text.subject, text.body) == shipped(text.kind, text.language):
        text.subject = text.body = ""
    text.full_clean()
    text.changed_at, text.changed_by = now, by
    text.save()


def back_to_shipped(text: PaperText, *, by, now: datetime) -> None:
    """Forget what staff wrote."""
    text.subject = text.body = ""
    keep(text, by=by, now=now)
