"""The trail in French words. An act without words here is shown by its code: nothing is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .accounts import ROLES

ACTIONS = {
    "account.signed-in": "a ouvert sa session",
    "account.password-given": "a donné le mot de passe, pas encore le code",
    "account.demo-door": "a ouvert sa session de démonstration",
    "account.sign-in-failed": "connexion refusée",
    "account.second-factor-failed": "code refusé",
    "account.recovery-code-used": "a pris un code de secours",
    "account.confirmed": "a confirmé son identité",
    "account.signed-out": "a fermé sa session",
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
    "account.telephone": "a changé son numéro à rappeler",
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
    "proposal.called": "a noté un appel sans réponse",
    "proposal.remind": "a relancé par courriel",
    "proposal.stale": "proposition périmée",
    "proposal.wake": "proposition revenue à l'examen",
    "proposal.no_answer": "personne sans réponse",
    "proposal.no_answer_employer": "employeur sans réponse",
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
    "message.read": "a lu un message parti ou à partir",
    "message.send-now": "a fait partir un message sans attendre",
    "message.held-back": "a retenu un message",
    "message.sent-again": "a renvoyé un message",
    "job.restarted": "a relancé un travail",
    "recognition.read": "a lu une reconnaissance de handicap",
    "person.state": "a renseigné une fiche",
    "person.edit": "a modifié une fiche",
    "person.contact": "a noté un contact sur une fiche",
    "person.home": "a confirmé un domicile",
    "person.wishes": "a dit ses souhaits",
    "link.issue": "a donné un lien personnel à un jeune",
    "own.opened": "a ouvert sa page, par son lien",
    "own.birth-date-failed": "date de naissance refusée, par un lien",
    "own.read": "a lu sa page, par son lien",
    "own.yes": "a répondu oui, par son lien",
    "own.no": "a répondu non, par son lien",
    "own.question": "a posé une question, par son lien",
    "own.correction": "a demandé une correction, par son lien",
    "own.erasure": "a demandé l'effacement, par son lien",
    "request.read": "a lu la demande d'un jeune",
    "request.question": "a noté la question d'un jeune",
    "request.done": "a répondu à la demande d'un jeune",
    "request.refused": "a refusé la demande d'un jeune",
    "people.export": "a exporté la liste des candidats",
    "deadlines.export": "a exporté les échéances",
    "graduates.export": "a exporté la liste des bac+4 et bac+5",
    "approach.suggest": "a retenu un employeur à approcher",
    "approach.set_aside": "a écarté un employeur à approcher",
    "approach.take_back": "a repris un employeur écarté",
    "approach.contact": "a noté un contact avec un employeur pour une personne",
    "approach.interest": "a noté l'intérêt d'un employeur pour une personne",
    "approach.interview": "a noté un entretien avec un employeur approché",
    "approach.hire": "a noté qu'un employeur approché embauche",
    "approach.refuse": "a noté le refus d'un employeur approché",
    "approach.no_answer": "a noté un employeur approché sans réponse",
    "approach.undo": "a annulé une étape d'une démarche",
    "approach.letter": "a préparé une lettre à un employeur pour une personne",
    "outreach.people": "a lu qui un appel servirait",
    "match.ask": "a lancé la recherche de candidats",
    "offer.take": "a saisi une offre",
    "offer.edit": "a modifié une offre",
    "offer.submit": "a envoyé une offre en relecture",
    "offer.return": "a renvoyé une offre à compléter",
    "offer.accept": "a ouvert une offre",
    "offer.lapse": "offre expirée",
    "offer.hold": "a mis une offre en attente",
    "offer.resume": "a repris une offre",
    "offer.refresh": "a confirmé qu'une offre court toujours",
    "offer.withdraw": "a retiré une offre",
    "offer.reopen": "a rouvert une offre",
    "organisation.create": "a saisi un employeur",
    "organisation.edit": "a modifié un employeur",
    "organisation.sector": "a précisé le secteur d'un employeur",
    "organisation.kind": "a précisé la nature juridique d'un employeur",
    "placement.read": "a lu une embauche",
    "placement.export": "a exporté la liste des embauches",
    "placement.open": "a ouvert une embauche",
    "placement.register": "a enregistré un contrat aidé",
    "aided.export": "a exporté la liste des contrats aidés",
    "agreement.first": "a noté une première convention",
    "agreement.renew": "a noté le renouvellement d'une convention",
    "agreement.review": "a noté le bilan d'une convention",
    "placement.promise": "a noté une promesse d'embauche",
    "placement.request_aid": "a noté une demande d'aide",
    "placement.grant": "a noté une aide accordée",
    "placement.refuse": "a noté une aide refusée",
    "placement.sign": "a noté une signature",
    "placement.start": "a confirmé un début de contrat",
    "placement.no_show": "a noté que la personne n'est pas venue",
    "placement.pass_trial": "a confirmé une fin de période d'essai",
    "placement.run": "a noté un contrat en cours",
    "placement.break_trial": "a noté une rupture pendant l'essai",
    "placement.suspend": "a suspendu un contrat",
    "placement.resume": "a noté la reprise d'un contrat",
    "placement.exit": "a noté une sortie",
    "placement.complete": "a noté une fin de contrat",
    "placement.abandon": "a abandonné une embauche",
    "placement.cancel": "a annulé une embauche",
    "placement.tutor": "a nommé la personne qui accompagne",
    "placement.training": "a noté une formation",
    "check_in.held": "a noté un suivi",
    "check_in.missed": "a noté un suivi sans réponse",
    "check_in.alert_closed": "a clos une alerte",
    "check_in.answered": "a répondu à un suivi par son lien",
    "feed.made": "a créé l'adresse de son agenda",
    "feed.withdrawn": "a retiré l'adresse de son agenda",
    "milestone.declare": "a dit avoir envoyé un papier de l'aide",
    "released.read": "a lu les candidatures reçues",
    "aids.read": "a lu ses aides",
    "milestone.receive": "a noté un papier reçu",
    "milestone.ask": "a noté un versement demandé",
    "milestone.pay": "a noté un versement reçu",
    "milestone.refuse": "a noté un versement refusé",
    "milestone.lapse": "a noté un versement perdu",
    "milestone.claim_back": "a noté un remboursement demandé",
    "milestone.repay": "a noté un remboursement fait",
    "milestone.cancel": "a annulé une échéance d'aide",
    "hand_over.ask": "a demandé un suivi",
    "hand_over.accept": "a accepté un suivi",
    "hand_over.refuse": "a refusé un suivi",
    "hand_over.withdraw": "a retiré une demande de suivi",
    "hand_over.expire": "demande de suivi sans réponse",
    "hand_over.end": "a rendu un suivi",
    "club.created": "a créé un club",
    "club.edited": "a changé les réglages d'un club",
    "cohort.created": "a créé un groupe du club",
    "cohort.edited": "a modifié un groupe du club",
    "club.invite": "a invité un jeune au club",
    "club.register": "a inscrit un jeune au club",
    "club.wait": "a mis un jeune sur la liste d'attente du club",
    "club.agreed": "accord d'un jeune pour le club",
    "club.decline": "un jeune ne vient pas au club",
    "club.moved": "a changé un jeune de groupe",
    "club.prospects": "a lu la liste des candidats au club",
    "break_glass.open": "a ouvert une fiche hors portefeuille",
    "break_glass.miss": "a cherché en vain une fiche hors portefeuille",
    "break_glass.list": "a lu la liste des fiches ouvertes",
    "session.register": "a inscrit un jeune à une séance",
    "session.wait": "a mis un jeune en attente d'une place à une séance",
    "session.promote": "place libérée à une séance",
    "session.withdraw": "a désinscrit un jeune d'une séance",
    "session.walk-in": "a noté un jeune venu sans inscription",
    "session.state": "a noté une présence à une séance",
    "session.sheet": "a imprimé une feuille d'émargement",
    "report.published": "a publié un bilan",
}
KINDS = {
    "account": "compte", "person": "jeune", "offer": "offre", "proposal": "proposition", "placement": "embauche",
    "organisation": "organisation", "import": "import", "report": "bilan", "page": "page", "audit": "journal",
    "tender": "marché", "lot": "lot", "clauses": "liste", "job": "travail", "outreach": "prospection", "session": "séance", "caseload": "liste", "deadlines": "liste", "people": "liste",
}  # fmt: skip


def action(code: str) -> str:
    return ACTIONS.get(code, code)


def kind(code: str) -> str:
    return KINDS.get(code, code)


#: Names of facts; their values are field names and codes, shown as they were noted.
FACTS = {
    "role": "fonction", "fields": "champs", "from": "de", "to": "à", "version": "version", "on": "jour", "kind": "nature", "fact": "donnée",
    "source": "source", "number": "numéro", "page": "page", "minutes": "minutes", "steps": "étapes", "programme": "dispositif",
    "organisation": "organisation",
}  # fmt: skip


def details(facts: Mapping[str, Any]) -> str:
    """« fonction : préfecture ; champs : phone, email »."""
    return " ; ".join(f"{FACTS.get(name, name)} : {_said(name, value)}" for name, value in facts.items())


#: Acts of a young person, who has no account.
OWN = ("own.", "person.wishes", "recognition.read", "check_in.answered")


def nobody(action: str, facts: Mapping[str, Any]) -> str:
    """Who acted when no account did."""
    if action.endswith("-failed"):
        return "personne inconnue"
    if facts.get("by") == "link":
        return "un employeur, par le lien d'un message"
    return "un jeune, par son lien" if action.startswith(OWN) else "ligne de commande ou horloge"


def _said(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "aucun"
    if name == "page":
        return {"examination": "examen", "break_glass": "hors portefeuille"}.get(str(value), str(value))
    return str(ROLES.get(value, value)) if name == "role" else str(value)
