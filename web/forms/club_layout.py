"""The pages of the club that hold one form: their words, their fields in order, where each refusal belongs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Laid(NamedTuple):
    """A field of the page and how it is drawn."""

    kind: str
    name: str
    more: dict[str, Any]


def laid(kind: str, name: str, **more: Any) -> Laid:
    return Laid(kind, name, more)


@dataclass
class Form:
    """A page with one form: its words, its fields in order, the field that each refusal belongs to."""

    title: str
    submit: str
    fields: tuple[Laid, ...]
    notice: str
    #: The act on the trail.
    trail: str
    faults: dict[str, str] = field(default_factory=dict)
    lead: str | None = None
    #: Another button of the page: name of the value sent with it, words.
    other: tuple[str, str] | None = None


CONTACT_FIELDS = (
    laid("date", "on", hint="Aujourd'hui, ou un jour passé du parcours."),
    laid("radios", "channel"),
    laid("checkbox", "answered", hint="Sans réponse, la semaine n'est pas couverte."),
    laid(
        "area", "note", optional=True, rows=3, hint="Court et factuel : la personne peut demander à le lire."
    ),
    laid("text", "next_step", optional=True),
    laid("text", "minutes", optional=True, width="short", suffix="minutes", inputmode="numeric"),
)
CONTACT_FAULTS = dict.fromkeys(
    ("contact-to-come", "contact-before-club", "contact-after-club", "club-not-begun"), "on"
)
CONTACT_FAULTS |= {"contact-minutes": "minutes", "unknown-channel": "channel"}
CONTACT = Form(
    "Noter un contact", "Noter le contact", CONTACT_FIELDS, "contact-note", "club.contact", CONTACT_FAULTS
)
CORRECT = Form(
    "Corriger un contact", "Enregistrer la correction", CONTACT_FIELDS, "contact-corrige", "club.contact_corrected",
    CONTACT_FAULTS, other=("retirer", "Retirer ce contact"),
)  # fmt: skip
APPROACH = Form(
    "Noter une démarche",
    "Noter la démarche",
    (
        laid("date", "on"),
        laid("text", "employer"),
        laid("radios", "channel"),
        laid("radios", "result"),
        laid("date", "result_on", optional=True, hint="Pour un entretien à venir, donnez son jour."),
        laid("area", "note", optional=True, rows=2),
    ),
    "demarche-notee",
    "club.approach",
    {
        **dict.fromkeys(("contact-to-come", "contact-before-club", "club-not-begun"), "on"),
        "approach-employer": "employer",
        "approach-answer-early": "result_on",
    },
)
RESULT = Form(
    "Ce que la démarche a donné",
    "Enregistrer la réponse",
    (
        laid("radios", "result"),
        laid("date", "result_on", optional=True, hint="Pour un entretien à venir, donnez son jour."),
        laid("area", "note", optional=True, rows=2),
    ),
    "demarche-reponse",
    "club.approach_answered",
    {"approach-answer-early": "result_on"},
    other=("retirer", "Retirer cette démarche"),
)
PAUSE = Form(
    "Noter une pause",
    "Noter la pause",
    (
        laid("date", "starts_on"),
        laid("date", "until", hint="Compris dans la pause. Une reprise plus tôt se note ensuite."),
        laid("radios", "reason"),
        laid("text", "note", optional=True, hint="Rien de médical : la raison choisie suffit."),
    ),
    "pause-notee",
    "club.pause",
    {
        **dict.fromkeys(("pause-overlaps", "pause-outside", "pause-not-now"), "starts_on"),
        **dict.fromkeys(("pause-order", "pause-too-long"), "until"),
        "bad-reason": "reason",
    },
    lead="Les semaines qui suivent sont décalées d'autant, et le silence ne compte pas.",
)
EXTEND = Form(
    "Prolonger le parcours",
    "Prolonger",
    (
        laid("text", "weeks", width="short", suffix="semaines", inputmode="numeric"),
        laid("text", "reason"),
    ),
    "prolongation",
    "club.extended",
    {"extension-length": "weeks", "reason-needed": "reason"},
)
WEEK = Form(
    "Compléter la semaine",
    "Enregistrer",
    (
        laid("select", "excused", hint="Une semaine excusée ne compte pas comme manquée."),
        laid("area", "obstacle", optional=True, rows=2),
        laid("area", "next_step", optional=True, rows=2),
    ),
    "precision-semaine",
    "club.week",
)
EXIT = Form(
    "Préparer la sortie",
    "Enregistrer la sortie",
    (
        laid("date", "on"),
        laid("radios", "outcome"),
        laid(
            "area", "note", optional=True, rows=2, hint="Nécessaire pour un abandon ou une raison de santé."
        ),
        laid("select", "satisfaction"),
        laid("text", "next_step", optional=True),
    ),
    "sortie",
    "club.end",
    {"before-last-step": "on", "club-outcome-needed": "outcome", "club-outcome-note": "note"},
    lead="Les contacts peuvent encore être notés jusqu'à la fin prévue.",
)
REOPEN = Form(
    "Annuler la sortie",
    "Reprendre le parcours",
    (laid("text", "reason"),),
    "sortie-annulee",
    "club.reopen",
    {"reason-needed": "reason"},
)
FOLLOW_UP = Form(
    "Situation",
    "Noter la situation",
    (laid("radios", "situation"),),
    "situation-notee",
    "club.follow_up",
    {"not-yet": "situation"},
    other=("manque", "La personne n'a pas pu être jointe"),
)
