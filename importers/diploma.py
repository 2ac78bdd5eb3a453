"""The diploma of a cell: its level and years after the bac, by the table of imports.md §3, first rule that applies."""

from __future__ import annotations

import re

from matching.facts import DiplomaFact

from .cells import Bad
from .folding import spoken

_ROMAN = {"vi": 0, "v bis": 0, "v": 3, "iv": 4, "iii": 5, "ii": 6, "i": 7}
_ARABIC_2019 = {"1": 0, "2": 0, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8}
_ARABIC_1969 = {"6": 0, "5 bis": 0, "5": 3, "4": 4, "3": 5, "2": 6, "1": 7}
_YEARS_OF_LEVEL = {4: 0, 5: 2, 7: 5, 8: 8}
_LEVEL_OF_YEARS = {1: 4, 2: 5, 3: 6, 4: 6, 5: 7, 6: 7, 7: 7}

_HEAD = re.compile(r"^(?:(?:niveaux?|niv|de formation)\b ?)+")
_YEARS = re.compile(r"\bbac(?:calaureat)?(?: ?\+ ?| plus )([0-9]+)\b")
_CLASS = re.compile(
    r"^(?:[6543] ?e(?:me)?|troisieme|quatrieme|cinquieme|sixieme|seconde|2nde|premiere|1 ?ere|terminale)\b(?! annee)"
)
#: Years after the bac that a record holds at most; a wording beyond it says no more than a doctorate does.
_MOST_YEARS = 12


def _words(*names: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(names) + r")\b")


_UNFINISHED = _words("non obtenu", "non valide", "en cours", "abandon", "echec")
_NONE = {"sans diplome", "aucun", "aucun diplome", "non diplome", "neant", "sans"}
#: rules 7 to 14, in order: words -> (level, years after the bac)
_BY_NAME: tuple[tuple[re.Pattern[str], int, int | None], ...] = (
    (_words("doctorat", "these", "phd", "hdr"), 8, 8),
    (_words("master 1", "m1", "maitrise"), 6, 4),
    (_words("master", "master 2", "m2", "dess", "dea", "ingenieur", "mastere", "mba"), 7, 5),
    (_words("licence", "bachelor", "but"), 6, 3),
    (_words("bts", "btsa", "dut", "deug", "deust", "brevet de technicien superieur"), 5, 2),
    (_words("bac", "baccalaureat", "daeu", "brevet professionnel", "bp", "brevet de technicien"), 4, 0),
    (_words("cap", "capa", "bep", "bepa", "mention complementaire"), 3, None),
    (_words("brevet", "brevet des colleges", "dnb", "bepc", "cfg"), 0, None),
)


def diploma(text: str, *, nomenclature: str = "2019") -> DiplomaFact:
    """Level and years of a wording. Raises Bad("unknown-diploma")."""
    said = spoken(text)
    if _UNFINISHED.search(said):
        raise Bad("unknown-diploma")
    said = _HEAD.sub("", said).strip()
    if said in _NONE:
        return DiplomaFact(0)
    if said in _ROMAN:
        return _of_level(_ROMAN[said])
    figures = _ARABIC_1969 if nomenclature == "1969" else _ARABIC_2019
    if said in figures:
        return _of_level(figures[said])
    if years := _YEARS.search(said):
        count = min(int(years.group(1)[:6]), _MOST_YEARS)
        if count == 0:
            return DiplomaFact(4, 0)
        return DiplomaFact(_LEVEL_OF_YEARS.get(count, 8), count)
    if _CLASS.search(said):
        return DiplomaFact(0)
    for words, level, after_bac in _BY_NAME:
        if words.search(said):
            return DiplomaFact(level, after_bac)
    raise Bad("unknown-diploma")


def _of_level(level: int) -> DiplomaFact:
    return DiplomaFact(level, _YEARS_OF_LEVEL.get(level))
