"""An employer's own offers in French words: no word of ours that an association would have to look up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.employer_rights import SchemeRight
from matching.offer_estimate import Cost
from matching.offers import OfferAction
from matching.store.organisations import Offer
from matching.vocabulary import OfferState, Verdict

from . import day, number, uncapital

#: state -> what it means for the employer, in one sentence
SAYS: dict[OfferState, str] = {
    OfferState.DRAFT: "Pas encore envoyée.",
    OfferState.SUBMITTED: "L'agence la relit. Vous n'avez rien à faire.",
    OfferState.TO_COMPLETE: "Il manque quelque chose : complétez-la, puis renvoyez-la.",
    OfferState.OPEN: "Des candidates et candidats sont cherchés pour vous.",
    OfferState.ON_HOLD: "En pause : personne ne vous est proposé.",
    OfferState.FILLED: "Tous les postes sont pourvus.",
    OfferState.WITHDRAWN: "Vous ne cherchez plus personne.",
    OfferState.LAPSED: "Sans nouvelles de votre part, la recherche s'est arrêtée.",
}
A = OfferAction
#: step -> verb of its button, what it does
STEPS: dict[OfferAction, tuple[str, str]] = {
    A.REFRESH: (
        "Confirmer que je cherche toujours",
        "La recherche continue pendant 90 jours, ou jusqu'à votre date limite.",
    ),
    A.HOLD: ("Mettre en pause", "Plus personne ne vous est proposé. Les rencontres prévues restent prévues."),
    A.RESUME: ("Reprendre la recherche", "Des candidates et candidats sont de nouveau cherchés pour vous."),
    A.WITHDRAW: (
        "Retirer l'offre",
        "La recherche s'arrête. Les personnes qui étaient proposées pour cette offre en sont prévenues.",
    ),
}
REASONS = {
    A.HOLD: "Pourquoi la mettre en pause ?",
    A.RESUME: "Pourquoi la reprendre ?",
    A.WITHDRAW: "Pourquoi la retirer ?",
}
#: step -> what the history says
DONE = {
    "submit": "Offre envoyée",
    "return": "Rendue pour être complétée",
    "accept": "Offre ouverte",
    "hold": "Mise en pause",
    "resume": "Recherche reprise",
    "refresh": "Recherche confirmée",
    "lapse": "Recherche arrêtée, faute de nouvelles",
    "fill": "Postes pourvus",
    "withdraw": "Offre retirée",
    "reopen": "Offre rouverte",
    "edit": "Modifiée",
}
#: Steps whose reason is the employer's business; that of an opening in spite of something is the agency's.
REASON_SHOWN = ("hold", "resume", "withdraw")
#: What is missing, asked of the employer itself; a code without a line is said as advisors say it.
ADVICE = {
    "siret": "Indiquez les 14 chiffres de votre SIRET : sans lui, l'aide ne peut pas être demandée.",
    "sector": "Dites ce que vous êtes : le contrat aidé en dépend.",
    "employer-not-market": "Choisissez l'emploi d'avenir ou un contrat ordinaire, ou dites ce que vous êtes.",
    "employer-not-agreed": "Choisissez l'emploi franc ou un contrat ordinaire, ou dites ce que vous êtes.",
    "employer-to-check": "Votre conseiller vérifie si ce contrat vous est ouvert.",
    "programme-not-in-force": "Ce contrat aidé n'existe pas à la date de début : changez la date, ou choisissez un autre "
    "contrat.",
    "contract-kind": "Choisissez un contrat que ce dispositif admet.",
    "contract-hours": "Indiquez des heures par semaine que ce dispositif admet.",
    "tutor": "Indiquez le nom de la personne qui accompagnera le jeune.",
    "training": "Indiquez la formation prévue, ou « à voir ensemble ».",
    "description": "Dites ce que fera le jeune, semaine après semaine.",
    "place": "Indiquez le code postal et la commune du lieu de travail.",
    "start": "Indiquez quand vous aimeriez commencer.",
    "salary": "Indiquez le salaire proposé.",
    "requirements": "Précisez ce que vous demandez vraiment : diplôme, permis, savoir-faire.",
    "contact": "Indiquez un courriel ou un téléphone.",
}
#: Said in the status bar after a POST.
NOTICES = {
    "own-draft": "Brouillon enregistré. Vous le retrouvez dans « Mes offres ».",
    "own-forgotten": "Brouillon supprimé.",
    "own-sent": "Votre offre est envoyée.",
    "own-saved": "Vos modifications sont enregistrées.",
    "own-hold": "Votre offre est en pause.",
    "own-resume": "La recherche reprend.",
    "own-refresh": "C'est noté : la recherche continue.",
    "own-withdraw": "Votre offre est retirée.",
    "invited-by-mail": "Invitation enregistrée : le message part dans 10 minutes, aux heures de bureau élargies.",
    "invitation-closed": "Invitation retirée : son lien n'ouvre plus rien.",
}
CRITERIA = {"level": "Diplôme demandé", "licence": "Permis B"}
TOO_MANY = "Trop de calculs en peu de temps : le nombre de jeunes revient dans {time}. Votre saisie n'est pas perdue."


def people(about: int | None) -> str:
    """« Environ 30 jeunes », « Moins de 10 jeunes »: never an exact count."""
    return f"Environ {number(about)} jeunes" if about is not None else "Moins de 10 jeunes"


def cost(found: Cost) -> str:
    """What a criterion costs: asked « Permis B : environ 15 jeunes au lieu de 40 »; not asked, what would be left."""
    name = CRITERIA[found.criterion]
    if found.with_it == found.without:
        return f"{name} : cela ne change presque rien au nombre de jeunes."
    if found.asked:
        left = "moins de 10" if found.with_it is None else f"environ {number(found.with_it)}"
        among = f"environ {number(found.without)}" if found.without is not None else "moins de 10"
        return f"{name} : {left} jeunes au lieu d'{among}. Vraiment indispensable ?"
    least = "CAP ou BEP" if found.criterion == "level" else name
    if found.with_it is None:
        return f"{least} : il en resterait moins de 10. Vraiment indispensable ?"
    said = "une dizaine" if found.with_it == 10 else f"environ {number(found.with_it)}"
    return f"{least} : il n'en resterait qu'{said}. Vraiment indispensable ?"


def who_reads(name: str | None, agency: str | None) -> str:
    """« Claire Delmotte, de Pôle emploi Amiens, relit votre offre »: as far as one knows who."""
    if name is None:
        return "Un conseiller de l'agence relit votre offre"
    return f"{name}, de {agency}, relit votre offre" if agency else f"{name} relit votre offre"


def entitled(rights: Iterable[SchemeRight]) -> str:
    """« Vous avez droit à : emploi d'avenir, CUI-CAE. À vérifier : CUI-CIE. »"""
    named: dict[Verdict, list[str]] = {}
    for right in rights:
        named.setdefault(right.verdict, []).append(uncapital(right.label))
    heads = {Verdict.YES: "Vous avez droit à", Verdict.UNKNOWN: "À vérifier"}
    said = [f"{head} : {', '.join(named[verdict])}." for verdict, head in heads.items() if verdict in named]
    return " ".join(said) or "Aucun ne vous est ouvert : proposez un contrat ordinaire."


def until(offer: Offer, deadline: date | None) -> str | None:
    """Until when the search goes on, said of an offer that is open."""
    if offer.state is not OfferState.OPEN or deadline is None:
        return None
    return f"La recherche court jusqu'au {day(deadline)}."
