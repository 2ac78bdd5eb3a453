"""French typography of what pages show: no line breaks before « : » or inside « 35 h », curly apostrophes."""

from __future__ import annotations

import re

NARROW, WIDE = "\u202f", "\u00a0"

#: Units that stay on the line of their number.
UNITS = "h|km|mois|jours?|postes?|€|%|ans?|m"


def french(text: str) -> str:
    """The same words with the spaces and apostrophes of French print. Twice changes nothing more."""
    text = text.replace("'", "’")
    text = re.sub(r"\s+([;!?%])", NARROW + r"\1", text)
    text = re.sub(r"\s+([:»])", WIDE + r"\1", text)
    text = re.sub(r"«\s+", "«" + WIDE, text)
    text = re.sub(rf"(?<=\d) (?=(?:{UNITS})\b|/)", WIDE, text)
    return re.sub(r"/ (?=\d)", "/" + WIDE, text)
