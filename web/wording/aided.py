"""Aided contracts in French words: agreements, what is due for them, why a list is empty."""

from __future__ import annotations

from datetime import date

from matching.agreement_queries import RENEWAL, REVIEW
from matching.store.follow_up import AidAgreement

from .placements import MILESTONES

NOTICES = {
    "aided-registered": "Contrat enregistré, avec sa première convention : les échéances de l'aide sont créées.",
    "agreement-first": "Première convention notée : les échéances de l'aide sont créées.",
    "agreement-renew": "Convention renouvelée : les échéances de l'aide suivent.",
    "agreement-review": "Bilan noté : la convention peut être renouvelée.",
}
#: value of the filter -> words
DUE = (
    (REVIEW, "Bilan à tenir"),
    (RENEWAL, "Renouvellement à demander"),
    ("sans", "Convention à noter"),
)
STANDING = (("contrat", "Contrat en cours"), ("fini", "Contrat terminé"))
#: refusal -> the field of the form that it is about
FIELD_OF = {
    "agreement-number-needed": "reference",
    "agreement-source-needed": "rate_source",
    "agreement-decided-later": "decided_on",
    "agreement-decided-early": "decided_on",
    "agreement-not-in-force": "decided_on",
    "agreement-review-needed": "decided_on",
    "right-not-proven": "decided_on",
    "agreement-before-contract": "agreement_starts_on",
    "agreement-overlaps": "agreement_starts_on",
    "ends-before-it-starts": "agreement_ends_on",
    "agreement-after-contract": "agreement_ends_on",
    "agreement-length": "agreement_ends_on",
    "agreement-too-long": "agreement_ends_on",
    "agreement-hours": "aided_hours",
    "agreement-hours-over-contract": "aided_hours",
    "agreement-rate": "rate",
    "contract-shortened": "contract_ends_on",
    "contract-too-long": "contract_ends_on",
    "contract-signed-later": "signed_on",
    "contract-starts-before-signature": "starts_on",
    "contract-not-legal": "weekly_hours",
    "months-needed": "months",
    "agreement-not-of-programme": "programme",
}
CALLED = {REVIEW: "Bilan à tenir", RENEWAL: "Renouvellement à demander"}


def rate(basis_points: int) -> str:
    """« 70 % », « 47,5 % » of the SMIC."""
    return f"{basis_points / 100:g} %".replace(".", ",")


def hours(value: float) -> str:
    return f"{value:g} h".replace(".", ",")


def name(agreement: AidAgreement) -> str:
    """« Première convention », « Renouvellement n° 1 »."""
    return "Première convention" if agreement.number == 1 else f"Renouvellement n° {agreement.number - 1}"


def called(kind: str, number: int) -> str:
    """« Bilan de la convention n° 2 »."""
    return MILESTONES[kind].format(number=number)


def ended(agreement: AidAgreement, on: date) -> bool:
    return agreement.ends_on < on
