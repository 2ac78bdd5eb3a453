"""How headers and choices are compared: accents off, lower case, runs of other signs as one underscore."""

from __future__ import annotations

import re
import unicodedata

_OTHER = re.compile(r"[^a-z0-9]+")
_OTHER_KEPT_PLUS = re.compile(r"[^a-z0-9+]+")


def bare(text: str) -> str:
    """Lower case without accents; œ and æ in two letters."""
    lowered = text.lower().replace("œ", "oe").replace("æ", "ae")
    return "".join(
        letter for letter in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(letter)
    )


def folded(text: str) -> str:
    """`N° Siret *` -> `n_siret` (imports.md §2)."""
    return _OTHER.sub("_", bare(text)).strip("_")


def spoken(text: str) -> str:
    """Words of a diploma: `Bac + 2` -> `bac + 2`, `+` kept, everything else a space (imports.md §3)."""
    return _OTHER_KEPT_PLUS.sub(" ", bare(text)).strip()
