"""The programmes as people say them."""

PROGRAMMES = {
    "emplois-avenir": "emploi d'avenir",
    "emplois-francs-2013": "emploi franc (2013)",
    "emplois-francs-2018": "emploi franc",
    "cui-cae": "CUI-CAE",
    "cui-cie": "CUI-CIE",
    "pec": "parcours emploi compétences",
}


def programme(name: str | None) -> str:
    """« emploi d'avenir »; « droit commun » for none; one that only an installation knows, as its file names it."""
    return PROGRAMMES.get(name, name) if name else "droit commun"
