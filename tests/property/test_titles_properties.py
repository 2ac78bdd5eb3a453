"""Any text at all is a title: it is answered, alone as among others, in any order."""

import unicodedata
from functools import cache

from hypothesis import given, settings, strategies as st

from matching.scoring.normalise import LONGEST, LONGEST_KEY, bare, normalise, words
from matching.scoring.referential import Referential
from matching.scoring.titles import MOST, Coder, LabelCache

WORDS = (
    "agent agente d'entretien animateur animatrice sportif sportive de la en conseillère commerciale (H/F) CDI "
    "urgent Amiens cuisinier collectivité polyvalent(e) resp. tech. PL/VL maçon vente nuit mission 35h BAFA "
    "éducteur secretiare · - / ( ) ’ œuvre"
)
SAID = st.sampled_from(WORDS.split())
TITLES = st.one_of(st.text(max_size=300), st.lists(SAID, max_size=9).map(" ".join))


@cache
def coder() -> Coder:
    return Coder(Referential.starter())


def cold(titles: list[str]):
    """Nothing remembered but the referential."""
    coder().cache = LabelCache(coder().referential.digest)
    return coder().code(titles)


@given(TITLES)
@settings(deadline=None, max_examples=300)
def test_any_text_has_up_to_five_occupations_of_the_referential_best_first(title):
    (found,) = cold([title])
    assert len(found) <= MOST
    assert {match.rome for match in found} <= set(coder().referential.codes)
    assert all(0 < match.score <= 1 for match in found)
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)


@given(st.lists(TITLES, max_size=12), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_an_answer_depends_neither_on_the_others_nor_on_their_order(titles, dice):
    together = dict(zip(titles, cold(titles), strict=True))
    mixed = titles * 2
    dice.shuffle(mixed)
    assert dict(zip(mixed, cold(mixed), strict=True)) == together
    for title in titles[:3]:
        assert cold([title]) == [together[title]]


@given(TITLES)
@settings(deadline=None, max_examples=300)
def test_a_normalised_title_is_short_plain_and_says_each_word_once(title):
    said = words(title)
    assert len(set(said)) == len(said)
    assert len(normalise(title)) <= LONGEST_KEY
    assert all(word.isascii() and word == word.lower() and " " not in word for word in said)


@given(
    st.lists(SAID, min_size=1, max_size=6),
    st.sampled_from(["", " (H/F)", " F/H", " - CDI", " URGENT", " 80000 AMIENS", " !"]),
)
@settings(deadline=None, max_examples=150)
def test_case_and_what_is_hung_behind_change_nothing(said, behind):
    title = " ".join(said)
    assert normalise(title.upper() + behind) == normalise(title)


@given(text=st.text(st.characters(max_codepoint=0x2FFF), max_size=250))
def test_the_quick_way_to_bare_letters_is_the_unicode_one(text):
    lowered = text[:LONGEST].lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    marks_off = (c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    assert bare(text) == "".join(marks_off)[:LONGEST]
