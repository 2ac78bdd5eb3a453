"""The lines of « À traiter » in French: a title, a note, one verb."""

from __future__ import annotations

from collections.abc import Mapping

from matching.agenda import Waiting

#: What a proposal waits for -> what to write after the person's name, the note, the verb on the button.
STEPS: Mapping[Waiting, tuple[str, str, str]] = {
    Waiting.CONTACT: ("à contacter", "Proposition retenue pour « {title} », {organisation}.", "Contacter"),
    Waiting.PERSON: (
        "réponse attendue",
        "Contact pris pour « {title} », {organisation} ; sans réponse, rappelez.",
        "Relancer",
    ),
    Waiting.SEND: ("d'accord, à transmettre", "« {title} », {organisation} attend son nom.", "Transmettre"),
    Waiting.EMPLOYER: (
        "réponse de l'employeur attendue",
        "Candidature transmise à {organisation} pour « {title} ».",
        "Noter la réponse",
    ),
    Waiting.OPEN: (
        "choisie par l'employeur, embauche à ouvrir",
        "« {title} », {organisation}.",
        "Ouvrir l'embauche",
    ),
    Waiting.WAKE: ("à revoir", "Proposition mise de côté pour « {title} », {organisation}.", "Examiner"),
}

#: key of the filter -> label of its chip
KINDS = {
    "droits": "Droits",
    "propositions": "Propositions",
    "reponses": "Réponses",
    "contrats": "Contrats et aides",
    "dossiers": "Dossiers à compléter",
}


def plural(count: int, one: str, many: str | None = None) -> str:
    """« 1 action », « 17 actions »: the noun alone, agreed."""
    return one if count < 2 else many or f"{one}s"
