"""Names as they are compared, never as they are stored (imports.md §6)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from rapidfuzz import fuzz

#: From this ratio (0 to 100) two folded names are near.
NEAR = 85.0
#: rapidfuzz never sees more than this (security.md I5).
LONGEST = 200

#: Cyrillic and Greek letters that look like Latin ones. Two Greek capitals look like another letter than their small
#: ones do (Ν like N, ν like v; Υ like Y, υ like u): they are exchanged before lower case makes them one.
_LOOK_ALIKE = str.maketrans("аеорсухіјкмтвнαεοριυκντχ", "aeopcyxijkmtbhaeopiukvtx")
_CAPITALS = str.maketrans("ΝΥ", "NY")
_SEPARATORS = str.maketrans(dict.fromkeys("-'’.", " "))


def fold(name: str) -> str:
    """Accents off, lower case, œ as oe, look-alike letters as Latin, hyphens, apostrophes and dots as spaces."""
    lowered = name.translate(_CAPITALS).lower().replace("œ", "oe").replace("æ", "ae")
    bare = "".join(
        letter for letter in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(letter)
    )
    return " ".join(bare.translate(_LOOK_ALIKE).translate(_SEPARATORS).split())


def key(name: str) -> str:
    """The fold of an organisation's name or of a title, cut to what its column holds."""
    return fold(name)[:255]


@dataclass(frozen=True, slots=True)
class Alike:
    """Why two names may be one person's, and how near they are (0 to 100)."""

    reason: str
    score: float


def alike(one: tuple[str, str], other: tuple[str, str]) -> Alike | None:
    """Two (family name, given names), both folded: same-name, swapped-names, near-name, or None."""
    if one == other:
        return Alike("same-name", 100.0)
    if sorted(" ".join(one).split()) == sorted(" ".join(other).split()):
        return Alike("swapped-names", 100.0)
    straight = min(_ratio(one[0], other[0]), _ratio(one[1], other[1]))
    exchanged = min(_ratio(one[0], other[1]), _ratio(one[1], other[0]))
    best = max(straight, exchanged)
    if best >= NEAR:
        return Alike("near-name", best)
    if one[0] == other[0] and _begins(one[1], other[1]):
        return Alike("near-name", NEAR)
    return None


def _ratio(one: str, other: str) -> float:
    return fuzz.ratio(one[:LONGEST], other[:LONGEST])


def _begins(one: str, other: str) -> bool:
    """One is blank, or the beginning of the other in whole words."""
    short, long = sorted((one.split(), other.split()), key=len)
    return long[: len(short)] == short
