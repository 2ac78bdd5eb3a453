"""Messages on screen, in French words: kinds, states, why one did not leave and what to do."""

from __future__ import annotations

from datetime import datetime

from matching.store.messages import OutgoingMessage
from matching.vocabulary import MessageState as State

from . import HERE, clock_time, moment

KINDS = {
    "ask_person": "Proposition d'emploi",
    "remind_person": "Relance d'un jeune",
    "person_told": "Suite d'une candidature",
    "club_invited": "Invitation au club",
    "club_reminded": "Relance d'une invitation au club",
    "candidates": "Personnes à rencontrer",
    "remind_employer": "Relance d'un employeur",
    "candidate_gone": "Personne plus disponible",
    "offer_received": "Offre reçue",
    "offer_returned": "Offre à compléter",
    "offer_opened": "Offre ouverte",
    "offer_lapsing": "Offre bientôt expirée",
    "offer_lapsed": "Offre expirée",
    "employer_invited": "Invitation d'un employeur",
    "aid_notice": "Papier de l'aide à envoyer",
    "check_in_asked": "Nouvelles d'un emploi",
    "outreach_letter": "Courriel à un employeur",
    "hand_over_asked": "Dossier à reprendre",
    "hand_over_answered": "Réponse sur un dossier",
    "break_glass_notice": "Fiche ouverte hors portefeuille",
    "request_answered": "Réponse à un jeune",
    "session_changed": "Séance annulée ou déplacée",
    "digest_advisor": "Récapitulatif du matin",
    "digest_animator": "Récapitulatif du matin (club)",
    "report_online": "Bilan en ligne",
}
#: state -> words, kind of tag
STATES: dict[State, tuple[str, str]] = {
    State.WAITING: ("En attente", "info"),
    State.SENDING: ("En cours d'envoi", "info"),
    State.SENT: ("Parti", "ok"),
    State.FAILED: ("Pas parti", "error"),
    State.CANCELLED: ("Retenu", "plain"),
}
#: The same beside a decision.
IN_LOG = {state: f"Message {label[:1].lower()}{label[1:]}" for state, (label, _) in STATES.items()}
#: Why it did not leave -> what happened, what to do.
WHY: dict[str, tuple[str, str]] = {
    "mailbox-refused": (
        "Le serveur du destinataire refuse cette adresse.",
        "Vérifiez l'adresse avec la personne, corrigez-la, puis renvoyez.",
    ),
    "address-invalid": ("L'adresse est mal écrite.", "Corrigez-la, puis renvoyez."),
    "message-refused": (
        "Le serveur du destinataire refuse ce message.",
        "Appelez, ou copiez le texte et envoyez-le autrement.",
    ),
    "mailbox-busy": (
        "La boîte du destinataire ne répond pas : elle est peut-être pleine.",
        "Appelez, ou renvoyez demain.",
    ),
    "server-down": (
        "Le serveur de courrier ne répond pas.",
        "Le message repart tout seul dès qu'il répond ; si cela presse, appelez.",
    ),
    "interrupted": (
        "L'envoi a été interrompu : personne ne sait si le message est arrivé.",
        "Demandez au destinataire, puis renvoyez s'il ne l'a pas reçu.",
    ),
    "not-composed": (
        "Le texte n'a pas pu être écrit : c'est un défaut de Passerelle.",
        "Signalez-le à l'administration, et appelez en attendant.",
    ),
    "moved": ("La situation a changé avant l'envoi.", "Rien à faire."),
    "offer-closed": ("L'offre n'était plus ouverte au moment de l'envoi.", "Rien à faire."),
    "no-consent": (
        "La personne n'a pas donné son accord pour être contactée.",
        "Demandez-le-lui, notez-le sur sa fiche, puis renvoyez.",
    ),
    "no-address": ("La fiche n'a plus d'adresse.", "Ajoutez-la, puis renvoyez."),
    "account-closed": ("Le compte du destinataire est fermé.", "Rien à faire."),
    "invitation-over": (
        "L'invitation n'était plus valable.",
        "Invitez de nouveau depuis la page de l'employeur.",
    ),
    "by-hand": ("Quelqu'un l'a retenu.", "Renvoyez-le s'il doit partir."),
    "nothing-to-say": ("Il n'y avait rien d'urgent ce matin-là.", "Rien à faire."),
    "not-wanted": ("Le destinataire ne veut pas de ce message.", "Rien à faire."),
}
UNDONE = ("La décision qu'il annonçait a été annulée.", "Rien à faire.")
NOTICES = {
    "message-now": "Le message part dans la minute.",
    "message-morning": "Il fait nuit : le message part à 7 h 30.",
    "message-held": "Le message ne partira pas.",
    "message-again": "Le message repart, à l'adresse d'aujourd'hui.",
    "digest-on": "Vous recevrez le récapitulatif du matin.",
    "digest-off": "Vous ne recevrez plus le récapitulatif du matin.",
}
NO_SERVER = "Aucun serveur de courrier n'est réglé : les messages attendent ici. L'administration le règle par PASSERELLE_SMTP."
FOLDER = "Sans serveur de courrier, les messages de cette installation d'essai sont rangés dans le dossier « courrier »."


def why(message: OutgoingMessage) -> tuple[str, str] | None:
    """What happened and what to do, of one that did not leave, or that waits because the server failed."""
    if message.error_code:
        return WHY.get(message.error_code, (f"Envoi refusé ({message.error_code}).", "Appelez, ou renvoyez."))
    return UNDONE if message.state is State.CANCELLED else None


def leaves(at: datetime, now: datetime) -> str:
    """« à 10 h 52 » today, « le 5 novembre 2013 à 7 h 30 » another day."""
    same = at.astimezone(HERE).date() == now.astimezone(HERE).date()
    return f"à {clock_time(at)}" if same else f"le {moment(at)}"


def state_of(message: OutgoingMessage, now: datetime) -> str:
    """« Le message part à 10 h 52 », « Message parti le 4 novembre 2013 à 10 h 52 », « Message pas parti : … »."""
    match message.state:
        case State.WAITING if message.error_code:
            return f"Le message attend : {_small(why(message))} Nouvel essai {leaves(message.try_at, now)}."
        case State.WAITING:
            soon = message.try_at <= now
            return (
                "Le message part dans la minute."
                if soon
                else f"Le message part {leaves(message.try_at, now)}."
            )
        case State.SENDING:
            return "Le message est en train de partir."
        case State.SENT:
            assert message.sent_at is not None
            return f"Message parti le {moment(message.sent_at)}."
        case _:
            said = why(message)
            return f"Message pas parti : {_small(said)} {said[1]}" if said else "Message pas parti."


def in_short(message: OutgoingMessage, now: datetime) -> str | None:
    """The same where the reason stands beside it: when it is tried again, or nothing."""
    if message.state is State.WAITING and message.error_code:
        return f"Nouvel essai {leaves(message.try_at, now)}."
    return None if why(message) and message.state is not State.SENT else state_of(message, now)


def _small(said: tuple[str, str] | None) -> str:
    text = said[0] if said else ""
    return text[:1].lower() + text[1:]


OVERTAKEN = "Le message a changé d'état entre-temps : voici où il en est. Rien d'autre n'a été fait."
