"""Small words: articles, prepositions and the like, as they are after folding; elided ones (dell', l') are among them.

They are left out of questions when anything else is asked; in texts only their place is kept.
"""

ITALIAN = """
    a ad agli ai al all alla alle allo anche c ci col come con d da dagli dai dal dall dalla dalle dallo degli dei del
    dell della delle dello di e ed essere fra gli i il in l la le lo ma ne negli nei nel nell nella nelle nello non o
    per piu quest questa questo se si sono su sugli sui sul sull sulla sulle sullo tra un una uno
"""
ENGLISH = "a an and are as at be by for from in into is it its of on or that the their this to with"
# Japanese particles tie words together: トリノの企業 asks for トリノ and for 企業. As folded runs, so in katakana.
JAPANESE = "ノ ト デ ヲ ニ ハ ガ ヤ モ ヘ カラ マデ ヨリ ナド ニオケル ニヨル"
SMALL_WORDS = {"it": frozenset(ITALIAN.split()), "en": frozenset(ENGLISH.split())}
ANY_SMALL_WORD = frozenset().union(*SMALL_WORDS.values())
PARTICLES = frozenset(JAPANESE.split())
