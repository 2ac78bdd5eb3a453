"""Job titles as people write them, brought to the words that say the occupation.

Masculine, feminine and both forms come to the same words; accents, case, (H/F), contract words, places and digits go.
The words that go, and the ones that stand for others, are in `data/title_words.csv`.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

#: Longer titles are cut: no occupation takes more, and nothing costs more (security.md I5).
LONGEST = 200
#: Letters of a normalised title; abbreviations written out must not pass what a stored label holds.
LONGEST_KEY = 240

_BRACKETS = re.compile(r"\(([^()]{0,60})\)")
_GENDER = re.compile(r"\b[hfm] ?/ ?[hfm](?: ?/ ?[hfmxd])?\b|\bh-f\b|\bf-h\b")
#: Word endings in brackets: « Agent (e) », « Animateur(trice) ».
_ENDING = re.compile(
    r"e|es|s|ne|se|le|te|ve|re|ere|iere|euse|rice|trice|sse|esse|ive|ale|elle|onne|ienne|ice|x|eure"
)
_INCLUSIVE = re.compile(r"(?<=[a-z])[.·•‧/\-](?:e|fe|ne|se|rice|trice|euse|ere|iere|le|ve|te|sse|eure)s?\b")
_WORD = re.compile(r"[a-z0-9+#]+")
_DE = frozenset(("de", "des", "du", "d"))

#: Feminine endings and the masculine ones they answer, longest first.
_ENDINGS = (
    ("trices", "teur"), ("trice", "teur"), ("euses", "eur"), ("euse", "eur"), ("eures", "eur"), ("eure", "eur"),
    ("ieres", "ier"), ("iere", "ier"), ("iennes", "ien"), ("ienne", "ien"), ("onnes", "on"), ("onne", "on"),
    ("elles", "el"), ("elle", "el"), ("ives", "if"), ("ive", "if"), ("antes", "ant"), ("ante", "ant"),
    ("entes", "ent"), ("ente", "ent"), ("eres", "er"), ("ere", "er"), ("ales", "al"),
    ("ale", "al"), ("aine", "ain"), ("ointe", "oint"), ("euves", "euf"), ("ees", "e"), ("ee", "e"),
    ("eaux", "eau"), ("aux", "al"),
)  # fmt: skip


@cache
def _table(kind: str) -> Mapping[str, str]:
    """Rows of one kind of `data/title_words.csv`: words -> what they stand for.

    Kinds: `noise` says nothing of the occupation; `after_de` belongs to the title after « de » only (veilleur de
    nuit), `further_on` anywhere but at its head (chargé de projet emploi); `short` is written out; `diploma` speaks
    when nothing else does; `feminine` no ending answers for; `kept` the endings would spoil.
    """
    text = (files("matching.scoring") / "data" / "title_words.csv").read_text(encoding="utf-8")
    return {
        words: row["means"]
        for row in csv.DictReader(text.splitlines())
        if row["kind"] == kind
        for words in row["words"].split("|")
    }


@cache
def _phrases() -> re.Pattern[str]:
    """Several words in a row that say nothing of the occupation: any of the blanks may be a hyphen."""
    longest_first = sorted(_table("phrase"), key=lambda words: (-len(words), words))
    return re.compile(r"\b(?:" + "|".join(words.replace(" ", "[ '-]") for words in longest_first) + r")\b")


def bare(text: str) -> str:
    """Lower case without accents; ligatures in two letters; at most `LONGEST` letters."""
    lowered = text[:LONGEST].lower()
    if lowered.isascii():
        return lowered
    plain = lowered.translate(_usual_letters())
    return (plain if plain.isascii() else _without_marks(plain))[:LONGEST]


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@cache
def _usual_letters() -> Mapping[int, str]:
    """The accented letters of Latin alphabets: nearly every title ends here, ten times quicker than decomposed."""
    accented = {code: _without_marks(chr(code)) for code in range(0xC0, 0x180)}
    found = {code: plain for code, plain in accented.items() if plain.isascii()}
    return found | {ord("œ"): "oe", ord("æ"): "ae", ord("’"): "'"}


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """One form for masculine, feminine and plural."""
    known = _table("feminine").get(word)
    if known:
        return known
    if len(word) < 5 or word in _table("kept"):
        return word
    for feminine, masculine in _ENDINGS:
        if word.endswith(feminine) and len(word) - len(feminine) >= 2:
            return word[: len(word) - len(feminine)] + masculine
    if word.endswith(("s", "x")) and not word.endswith(("ss", "us", "is")):
        return stem(word[:-1])
    return word


def spoken(title: str) -> list[str]:
    """The words that say the occupation as they are spelt, without accents, in the order written."""
    said = _BRACKETS.sub(_inside, _GENDER.sub(" ", bare(title)))
    tokens = _WORD.findall(_phrases().sub(" ", _INCLUSIVE.sub("", said)))
    found: list[str] = []
    for before, token in zip(["", *tokens], tokens, strict=False):
        # « aux. de vie » opens with a word written short, « aide aux personnes » holds one of grammar.
        if (token in _table("noise") and (found or token not in _table("short"))) or not _is_word(token):
            continue
        if token in _table("after_de") and before not in _DE:
            continue
        if token in _table("further_on") and not found:
            continue
        found += _table("short").get(token, token).split()
    return found or [word for token in tokens for word in _table("diploma").get(token, "").split()]


def words(title: str) -> list[str]:
    """The stems that say the occupation, each once, in the order written."""
    return _cut(list(dict.fromkeys(map(stem, spoken(title)))))


def normalise(title: str) -> str:
    """The words in the order written: the key of the label cache, at most `LONGEST_KEY` letters."""
    return " ".join(words(title))


def _cut(found: list[str]) -> list[str]:
    left = LONGEST_KEY + 1
    for at, word in enumerate(found):
        left -= len(word) + 1
        if left < 0:
            return found[:at]
    return found


def _is_word(token: str) -> bool:
    """Levels, hours and codes (N2, 3x8, R482) are none; 2D and 3D are."""
    if token.isalpha():
        return len(token) > 1 or token == "c"
    if any(letter.isdigit() for letter in token):
        return token in ("2d", "3d", "b2b")
    return len(token) > 1


def _inside(brackets: re.Match[str]) -> str:
    """An ending glued to its word goes, so does (H/F); an acronym or a remark is part of the title."""
    inside = brackets.group(1).strip()
    glued = brackets.start() > 0 and brackets.string[brackets.start() - 1].isalnum()
    if _ENDING.fullmatch(inside) or (glued and len(inside) <= 6):
        # In the middle of a word too: « spécialisé(e)s ».
        return "" if glued else " "
    return f" {inside} "
