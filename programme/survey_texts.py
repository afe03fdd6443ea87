"""The questions that staff begin with, in three languages: they take them over with one click and adjust them."""

from typing import Any

from iurc_portal.translation.languages import Language
from programme.models import Survey, SurveyQuestion

Kind = SurveyQuestion.Kind
Three = tuple[str, str, str]  # Italian, English, Japanese

INTRODUCTION: Three = (
    "Bastano due minuti. Le risposte sono anonime: non si può risalire a chi le ha date.",
    "It takes two minutes. Answers are anonymous: nobody can tell who gave them.",
    "所要時間は2分ほどです。回答は匿名で、どなたの回答かは分かりません。",
)
ORGANISED: Three = (
    "Quanto erano curate l'organizzazione e le informazioni ricevute prima?",
    "How well organised was it, and how good was the information beforehand?",
    "運営や事前のご案内はいかがでしたか。",
)
INTERPRETED: Three = (
    "Quanto è stato facile seguire nella propria lingua (interpreti, sottotitoli, diapositive)?",
    "How easy was it to follow in your language (interpreters, subtitles, slides)?",
    "ご自身の言語での分かりやすさ（通訳・字幕・スライド）はいかがでしたか。",
)
FOR_GUESTS: list[tuple[str, Three, list[Three]]] = [
    (
        Kind.SCALE,
        (
            "Quanto è stato utile questo evento per il proprio lavoro?",
            "How useful was this event for your work?",
            "今回の内容は、お仕事にどの程度役立ちますか。",
        ),
        [],
    ),
    (Kind.SCALE, ORGANISED, []),
    (Kind.SCALE, INTERPRETED, []),
    (
        Kind.CHOICE,
        (
            "Che cosa sarebbe più utile adesso?",
            "What would help you most now?",
            "次に最も役立つと思われるものをお選びください。",
        ),
        [
            (
                "Essere presentati a un'impresa dell'altra città",
                "An introduction to a company of the other city",
                "相手都市の企業の紹介",
            ),
            (
                "Essere presentati a un'università o a un centro di ricerca",
                "An introduction to a university or research centre",
                "大学・研究機関の紹介",
            ),
            (
                "Essere presentati al Comune o a un luogo di prova",
                "An introduction to the city administration or a testbed",
                "市役所・実証フィールドの紹介",
            ),
            ("Un webinar di approfondimento", "A webinar that goes deeper", "より詳しいウェビナー"),
            ("Una visita studio", "A study visit", "視察"),
            ("Per ora nient'altro", "Nothing more for now", "今のところ特にない"),
        ],
    ),
    (
        Kind.YES_NO,
        (
            "Consiglierebbe un evento come questo a un collega?",
            "Would you recommend an event like this to a colleague?",
            "このような催しを同僚の方に勧めたいと思われますか。",
        ),
        [],
    ),
    (
        Kind.TEXT,
        (
            "Che cosa si può fare meglio, e di quale tema si vorrebbe sentir parlare?",
            "What should we do better, and which topic should come next?",
            "改善すべき点や、今後取り上げてほしいテーマをお聞かせください。",
        ),
        [],
    ),
]
FOR_HOSTS: list[tuple[str, Three, list[Three]]] = [
    (Kind.SCALE, ORGANISED, []),
    (
        Kind.SCALE,
        (
            "Quanto il pubblico era quello giusto per il proprio intervento?",
            "How well did the audience fit your contribution?",
            "参加者は、ご登壇の内容に合っていましたか。",
        ),
        [],
    ),
    (
        Kind.SCALE,
        (
            "Quanto ha funzionato il lavoro con gli interpreti?",
            "How well did the work with the interpreters go?",
            "通訳との連携はいかがでしたか。",
        ),
        [],
    ),
    (
        Kind.YES_NO,
        (
            "È nato un contatto che avrà un seguito?",
            "Did a contact come of it that will go on?",
            "今後につながるご縁はありましたか。",
        ),
        [],
    ),
    (
        Kind.YES_NO,
        ("Parteciperebbe di nuovo?", "Would you take part again?", "またご協力いただけますか。"),
        [],
    ),
    (
        Kind.TEXT,
        (
            "Che cosa avrebbe aiutato a prepararsi meglio?",
            "What would have helped you to prepare better?",
            "準備にあたって、あればよかったと思われるものをお聞かせください。",
        ),
        [],
    ),
]
VISIT_INTERPRETED: Three = (
    "Quanto è stato facile capirsi grazie all'interpretariato?",
    "How well did interpretation let both sides understand each other?",
    "通訳を介した意思疎通は円滑でしたか。",
)
OF_VISIT_FOR_GUESTS: list[tuple[str, Three, list[Three]]] = [
    (
        Kind.SCALE,
        (
            "Quanto è stata utile la visita per il proprio lavoro?",
            "How useful was the visit for your work?",
            "今回の視察は、お仕事にどの程度役立ちますか。",
        ),
        [],
    ),
    (
        Kind.SCALE,
        (
            "In che misura sono state affrontate le domande poste prima della visita?",
            "How far were the questions you had asked beforehand answered?",
            "事前にお寄せいただいた質問には、どの程度回答が得られましたか。",
        ),
        [],
    ),
    (
        Kind.SCALE,
        (
            "Quanto erano adatti il ritmo della visita e i tempi tra un incontro e l'altro?",
            "How well did the pace suit you, and the time between meetings?",
            "日程のゆとりや移動時間の配分は適切でしたか。",
        ),
        [],
    ),
    (Kind.SCALE, VISIT_INTERPRETED, []),
    (
        Kind.CHOICE,
        ("Che cosa dovrebbe seguire?", "What should come next?", "今後、何が続くとよいとお考えですか。"),
        [
            ("Una prova comune sul campo", "A joint test on site", "共同での実証"),
            ("Uno scambio di personale", "A staff exchange", "職員の相互派遣"),
            ("Un incontro tra imprese", "A meeting of companies", "企業同士の面談"),
            ("Un webinar per approfondire", "A webinar that goes deeper", "より詳しいウェビナー"),
            ("Per ora nient'altro", "Nothing more for now", "今のところ特にない"),
        ],
    ),
    (
        Kind.TEXT,
        (
            "Che cosa si porta a casa, e che cosa si può fare meglio?",
            "What do you take home, and what should we do better?",
            "今回得られたこと、および改善すべき点をお聞かせください。",
        ),
        [],
    ),
]
OF_VISIT_FOR_HOSTS: list[tuple[str, Three, list[Three]]] = [
    (
        Kind.SCALE,
        (
            "Quanto erano chiari in anticipo lo scopo della visita e le domande degli ospiti?",
            "How clear were the purpose of the visit and the guests' questions beforehand?",
            "視察の目的や訪問団からの質問は、事前に十分伝わっていましたか。",
        ),
        [],
    ),
    (
        Kind.SCALE,
        (
            "Quanto è stato utile l'incontro per la propria organizzazione?",
            "How useful was the meeting for your own organisation?",
            "今回の受入れは、貴組織にとってどの程度有益でしたか。",
        ),
        [],
    ),
    (Kind.SCALE, VISIT_INTERPRETED, []),
    (
        Kind.YES_NO,
        (
            "È nato un contatto che avrà un seguito?",
            "Did a contact come of it that will go on?",
            "今後につながるご縁はありましたか。",
        ),
        [],
    ),
    (
        Kind.YES_NO,
        (
            "Riceverebbe di nuovo una delegazione?",
            "Would you receive a delegation again?",
            "今後も受け入れていただけますか。",
        ),
        [],
    ),
    (
        Kind.TEXT,
        (
            "Che cosa avrebbe aiutato a ricevere meglio la delegazione?",
            "What would have helped you to receive the delegation better?",
            "受入れにあたって、あればよかったと思われるものをお聞かせください。",
        ),
        [],
    ),
]
SETS = {Survey.Audience.GUEST: FOR_GUESTS, Survey.Audience.HOST: FOR_HOSTS}
VISIT_SETS = {Survey.Audience.GUEST: OF_VISIT_FOR_GUESTS, Survey.Audience.HOST: OF_VISIT_FOR_HOSTS}


def introduction() -> dict[str, str]:
    """The columns of the introduction."""
    return _columns("introduction", INTRODUCTION)


def questions_for(audience: str, *, of_a_visit: bool = False) -> list[dict[str, Any]]:
    """The fields of each ready-made question for ``audience`` of an event or a visit, in order."""
    sets = VISIT_SETS if of_a_visit else SETS
    return [
        {
            "order": order,
            "kind": kind,
            **_columns("label", label),
            **_columns("choices", _lines(choices)),
        }
        for order, (kind, label, choices) in enumerate(sets[Survey.Audience(audience)], start=1)
    ]


def _columns(field: str, texts: Three) -> dict[str, str]:
    return {f"{field}_{code}": text for code, text in zip(Language.values, texts, strict=True)}


def _lines(choices: list[Three]) -> Three:
    italian, english, japanese = ("\n".join(choice[n] for choice in choices) for n in range(3))
    return italian, english, japanese
