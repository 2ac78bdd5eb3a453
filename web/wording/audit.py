"""The trail in French words. An act without words here is shown by its code: nothing is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .accounts import ROLES

ACTIONS = {
    "account.signed-in": "s'est connecté",
    "account.password-given": "a donné le mot de passe, pas encore le code",
    "account.demo-door": "est entré par la démonstration",
    "account.sign-in-failed": "connexion refusée",
    "account.second-factor-failed": "code refusé",
    "account.recovery-code-used": "a pris un code de secours",
    "account.confirmed": "a confirmé son identité",
    "account.signed-out": "s'est déconnecté",
    "account.other-sessions-ended": "a fermé ses autres sessions",
    "account.invited": "a créé une invitation",
    "account.link-closed": "a retiré une invitation",
    "account.opened": "a ouvert son compte",
    "account.password-link": "a créé un lien de mot de passe",
    "account.password-by-link": "a choisi un mot de passe par un lien",
    "account.password-changed": "a changé de mot de passe",
    "account.second-factor-set": "a installé un second facteur",
    "account.second-factor-reset": "a remis un second facteur à zéro",
    "account.recovery-codes-renewed": "a refait ses codes de secours",
    "account.rights-changed": "a changé les droits d'un compte",
    "account.disabled": "a fermé un compte",
    "account.enabled": "a rouvert un compte",
    "page.refused": "page refusée",
    "audit.exported": "a exporté le journal",
    "person.read": "a lu une fiche",
    "offer.examine": "a ouvert l'examen d'une offre",
    "proposal.approve": "a proposé un candidat",
    "proposal.reject": "a écarté un candidat",
    "proposal.defer": "a remis un candidat à plus tard",
    "proposal.contact": "a noté un contact",
    "proposal.yes": "a noté l'accord d'un candidat",
    "proposal.no": "a noté le refus d'un candidat",
    "proposal.send": "a transmis une candidature",
    "proposal.interview": "a noté un entretien",
    "proposal.selected": "a noté le choix d'un employeur",
    "proposal.not_selected": "a noté le refus d'un employeur",
    "proposal.close": "a retiré une proposition",
    "proposal.undo": "a annulé une décision",
    "proposal.export": "a exporté ses décisions",
    "import.uploaded": "a envoyé un fichier",
    "import.applied": "a appliqué un import",
    "import.abandoned": "a abandonné un import",
    "import.rejects.read": "a téléchargé les lignes refusées d'un import",
    "job.restarted": "a relancé un travail",
}
KINDS = {
    "account": "compte", "person": "jeune", "offer": "offre", "proposal": "proposition", "placement": "embauche",
    "organisation": "organisation", "import": "import", "report": "bilan", "page": "page", "audit": "journal",
    "job": "travail", "people": "liste", "deadlines": "liste",
}  # fmt: skip


def action(code: str) -> str:
    return ACTIONS.get(code, code)


def kind(code: str) -> str:
    return KINDS.get(code, code)


#: Names of facts; their values are field names and codes, shown as they were noted.
FACTS = {
    "role": "fonction", "fields": "champs", "from": "de", "to": "à", "version": "version", "on": "jour", "kind": "nature",
    "source": "source", "number": "numéro", "page": "page", "steps": "étapes", "programme": "dispositif",
}  # fmt: skip


def details(facts: Mapping[str, Any]) -> str:
    """« fonction : préfecture ; champs : phone, email »."""
    return " ; ".join(f"{FACTS.get(name, name)} : {_said(name, value)}" for name, value in facts.items())


def nobody(action: str) -> str:
    """Who acted when no account did."""
    return "personne inconnue" if action.endswith("-failed") else "ligne de commande ou horloge"


def _said(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "aucun"
    return str(ROLES.get(value, value)) if name == "role" else str(value)
