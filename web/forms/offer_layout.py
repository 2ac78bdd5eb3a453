"""How the form of an offer is laid out: sections, pairs, hints. What its fields accept is in `offers`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """How a field is drawn."""

    kind: str = "text"
    hint: str | None = None
    width: str | None = None
    suffix: str | None = None
    optional: bool = True
    inputmode: str | None = None
    type: str = "text"


#: How each field is drawn; nothing here depends on the offer.
SHOWN: dict[str, Shown] = {
    "title": Shown(hint="Comme vous le diriez à quelqu'un. Par exemple : éducateur de basket.", optional=False),
    "rome": Shown(hint="Laissez vide : le métier est cherché d'après le nom du poste.", width="short"),
    "description": Shown("area", "Trois ou quatre phrases suffisent. Pas besoin de vocabulaire administratif."),
    "scheme": Shown("radios", optional=False),
    "contract_kind": Shown("select", optional=False),
    "months": Shown("text", "Pour un contrat à durée déterminée.", "short", "mois", False, "numeric"),
    "weekly_hours": Shown("text", "Par exemple : 35 ou 17,5.", "short", "heures", False, "decimal"),
    "exception_noted": Shown(hint="Temps partiel ou contrat court accepté : par qui, et pourquoi."),
    "tutor": Shown(hint="Un salarié ou un bénévole, appelé tuteur : un emploi d'avenir le demande.", optional=False),
    "training": Shown(hint="Par exemple : CQP animateur de loisirs. Un emploi d'avenir la demande.", optional=False),
    "starts_on": Shown("date", "Par exemple : 02/12/2013"),
    "apply_before": Shown("date", "Passé ce jour, plus personne n'est proposé."),
    "positions": Shown(width="short", optional=False, inputmode="numeric"),
    "postcode": Shown(hint="Du lieu de travail. Par exemple : 80080", width="short", inputmode="numeric"),
    "commune": Shown(hint="Du lieu de travail.", width="medium"),
    "level": Shown("select", optional=False),
    "needs_licence": Shown("radios", "Exiger le permis écarte beaucoup de jeunes.", optional=False),
    "skills": Shown("area", "Une par ligne. Par exemple : BAFA"),
    "salary": Shown(hint="Par exemple : SMIC horaire", width="medium"),
    "contact_email": Shown(type="email", width="medium"),
    "contact_phone": Shown(type="tel", width="medium"),
    "may_be_named": Shown("radios", "Sans son accord, l'offre n'y paraît pas.", optional=False),
    "siret": Shown(hint="14 chiffres, sur l'avis de situation de l'employeur.", width="medium", inputmode="numeric"),
    "sector": Shown("radios", optional=False),
    "ground": Shown("select", optional=False),
}  # fmt: skip

#: Fields drawn side by side where there is room: the first one draws both.
PAIRS = {
    "postcode": "commune",
    "starts_on": "apply_before",
    "months": "weekly_hours",
    "contact_email": "contact_phone",
}

#: The form in sections: title, fields.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Le poste", ("title", "description", "positions", "postcode", "commune", "starts_on", "apply_before")),
    ("Le contrat", ("scheme", "contract_kind", "months", "weekly_hours", "exception_noted", "salary")),
    ("L'accompagnement", ("tutor", "training")),
    ("Ce que l'employeur demande", ("level", "needs_licence", "skills", "rome")),
    ("Le contact chez l'employeur", ("contact_email", "contact_phone")),
    ("Le planning public des séances", ("may_be_named",)),
)
