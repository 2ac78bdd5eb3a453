"""Associations and employers to win over, in French words: states, steps, results, reasons, the chain."""

from __future__ import annotations

from datetime import date

from matching.outreach import CLOSED, TRIES
from matching.outreach_queries import SETTLED, Sheet
from matching.store.campaign import Outreach
from matching.store.organisations import Organisation
from matching.vocabulary import OutreachPurpose, OutreachState as State

from . import MONTHS, day, number
from .naf import WORKFORCES, sector
from .offers import FIELDS_OF_WORK as FIELDS, STATES as OFFER_STATES

__all__ = ["FIELDS", "OFFER_STATES", "WORKFORCES"]

#: state -> words of the tag, its kind
STATES: dict[State, tuple[str, str]] = {
    State.LISTED: ("À attribuer", "plain"),
    State.TO_CONTACT: ("À contacter", "info"),
    State.CONTACTED: ("Contacté", "info"),
    State.TO_CHASE: ("À relancer", "warn"),
    State.INTERESTED: ("Intéressé", "petrol"),
    State.SLEEPING: ("À rappeler plus tard", "plain"),
    State.PROMISED: ("Emplois promis", "petrol"),
    State.POSTED: ("Offre déposée", "petrol"),
    State.HIRED: ("A embauché", "ok"),
    State.REFUSED: ("N'embauche pas", "error"),
    State.NOT_CONCERNED: ("Non concerné", "plain"),
    State.WITHDRAWN: ("Promesse retirée", "error"),
}
#: The same inside a sentence.
IN_SENTENCE = {state: label[:1].lower() + label[1:] for state, (label, _) in STATES.items()}
#: purpose -> the title of its list, one of its lines, the dispositif, the place in the address
KINDS = {
    OutreachPurpose.AVENIR: ("Associations subventionnées", "association", "emploi d'avenir", "associations"),
    OutreachPurpose.FRANC: ("Employeurs du réseau", "employeur", "emploi franc", "employeurs"),
}
#: Words of an address -> purpose.
PURPOSES = {
    "associations": OutreachPurpose.AVENIR,
    "employeurs": OutreachPurpose.FRANC,
}
CHANNELS = {
    "phone": "Appel",
    "visit": "Visite",
    "meeting": "Réunion",
    "email": "Courriel",
    "letter": "Lettre",
}
#: result -> what the form says, words under it
RESULTS = {
    "no_answer": ("Personne n'a répondu", ""),
    "message_left": ("Message ou lettre laissés", ""),
    "talked": ("Échange, sans suite précise", ""),
    "interested": ("Intéressé", "Un emploi est possible, rien n'est promis."),
    "later": ("À rappeler plus tard", "La ligne se réveille ce jour-là."),
    "promised": ("Emplois promis", "Sans offre sous 30 jours, la promesse sera à relancer."),
    "refused": ("N'embauche pas", "Le motif compte dans le bilan."),
    "not_concerned": ("Non concerné", "Dissoute, sans salarié possible, hors sujet : dites pourquoi."),
}
#: result -> words under it, where there are any.
RESULT_HINTS = {code: hint for code, (_, hint) in RESULTS.items() if hint}
REASONS = {
    "cost": "Reste à payer trop élevé",
    "no_tutor": "Personne pour accompagner le jeune",
    "no_work": "Pas assez de travail",
    "paperwork": "Démarches trop lourdes",
    "length": "Durée du contrat",
    "premises": "Pas de locaux",
    "has_one": "A déjà un contrat aidé",
    "other": "Autre motif, à préciser",
    "no_answer": f"Sans réponse, après {TRIES} essais des jours différents",
}
#: link of the chain -> words of its count, what the posts beside it are: one, several
CHAIN = {
    "listed": ("dans la liste", "", ""),
    "notified": ("notifiées avec la clause", "", ""),
    "contacted": ("avec un échange", "", ""),
    "promised": ("ont promis", "%s emploi promis", "%s emplois promis"),
    "posted": ("ont déposé une offre", "%s poste offert", "%s postes offerts"),
    "hired": ("ont embauché", "%s embauche", "%s embauches"),
    "still_there": ("encore en emploi à six mois", "%s contrat", "%s contrats"),
}
#: action of the log -> what was done
DONE = {
    "list": "Inscription dans la liste",
    "assign": "Attribution",
    "contact": "Échange",
    "no_answer": "Essai sans réponse",
    "interest": "Intérêt",
    "later": "À rappeler plus tard",
    "wake": "Rappel dû",
    "promise": "Promesse",
    "chase": "Promesse sans offre depuis 30 jours : à relancer",
    "post": "Offre ouverte",
    "hired": "Embauche",
    "lost": "Plus d'embauche ni d'offre : à relancer",
    "refuse": "Refus",
    "not_concerned": "Non concerné",
    "withdraw": "Promesse retirée",
    "reopen": "Reprise",
    "notified": "Lettre de notification, avec la clause",
    "notified_bare": "Lettre de notification, sans la clause",
    "no_mail": "Ne veut plus recevoir de courrier",
    "mail": "Accepte de nouveau du courrier",
}
#: What shows as a filter on work to do.
TO_DO = (("retard", "Échéance passée"), ("personne", "Sans responsable"), ("moi", "À moi"))
NOTICES = {
    "demarche-notee": "Démarche notée.",
    "ligne-attribuee": "Ligne attribuée.",
    "lignes-ajoutees": "{n} employeurs ajoutés à la campagne.",
    "ligne-ajoutee": "{n} employeur ajouté à la campagne.",
    "annee-dite": "Année {annee} enregistrée : {n} associations ajoutées à sa liste.",
    "annee-dite-une": "Année {annee} enregistrée : {n} association ajoutée à sa liste.",
    "courrier-refuse": "C'est noté : plus aucun courrier ne partira vers cette organisation.",
    "courrier-accepte": "C'est noté : du courrier peut de nouveau partir.",
    "courrier-parti": "Courriel confié à l'envoi : il part dans 10 minutes, et compte comme une démarche.",
    "lettre-notee": "Lettre notée comme une démarche.",
    "modele-enregistre": "Modèle enregistré pour votre agence.",
    "ligne-notifiee": "Lettre de notification notée.",
}


def activity(house: Organisation) -> str:
    """What an employer does, as far as its code says."""
    return sector(house.field, house.naf) or "activité inconnue"


def month(of: date) -> str:
    """« décembre 2013 »."""
    return f"{MONTHS[of.month - 1]} {of.year}"


def state_note(row: Outreach) -> str:
    """What the state does not say by itself: of a promise, of a refusal, of who sleeps."""
    if row.state is State.SLEEPING and row.wake_on:
        return f"le {day(row.wake_on)}"
    if row.refusal and row.state in (State.REFUSED, State.WITHDRAWN):
        return REASONS.get(row.refusal, row.refusal)
    if row.posts_promised and row.state in (State.PROMISED, State.TO_CHASE) and row.target_month:
        return f"{posts(row.posts_promised)} pour {month(row.target_month)}"
    return ""


def posts(count: int) -> str:
    return f"{count} emplois promis" if count > 1 else "1 emploi promis"


#: What an officer reads of a count below the least one that may be told.
FEWER = "moins de {least}"


def told(value: int, least: int = 0) -> str:
    """The count, or that it is under the least one that this reader may know."""
    return FEWER.format(least=least) if value < least else number(value)


def hired(sheet: Sheet, least: int = 0) -> str:
    """« 3 embauches, dont 2 encore en emploi à six mois. »; nothing of six months that are not over.

    To who is told no count below `least`: whether they are so many, no more.
    """
    count = len(sheet.hires)
    if least:
        return f"Moins de {least} embauches." if count < least else f"{least} embauches ou plus."
    said = f"{count} embauches" if count > 1 else "1 embauche"
    over = [each.hire.still_there for each in sheet.hires if each.hire.still_there is not None]
    if not over:
        return f"{said}, moins de six mois après le premier jour."
    return f"{said}, dont {sum(over)} encore en emploi à six mois."


def next_step(sheet: Sheet) -> str:
    """What to do now, in one sentence."""
    row = sheet.row
    match row.state:
        case State.LISTED:
            return "Attribuez cette ligne à quelqu'un, avec une échéance, ou notez une première démarche."
        case State.TO_CONTACT:
            return "Appelez, ou passez : notez ce qui en sort."
        case State.CONTACTED:
            return "Rappelez pour savoir si un emploi est possible."
        case State.TO_CHASE if row.promised_on and row.posts_promised:
            return f"Relancez : {posts(row.posts_promised)} depuis le {day(row.promised_on)}, sans offre."
        case State.TO_CHASE:
            left = TRIES - sheet.tries
            if left > 0:
                times = "un essai" if left == 1 else f"{left} essais"
                return f"Relancez. Encore {times}, un autre jour, avant de pouvoir dire « sans réponse »."
            return "Relancez une dernière fois, ou notez un refus « sans réponse »."
        case State.INTERESTED:
            return "Demandez combien d'emplois, et pour quel mois : notez la promesse."
        case State.SLEEPING:
            return f"Rien avant le {day(row.wake_on)} : la ligne se réveillera seule." if row.wake_on else ""
        case State.PROMISED:
            return "Saisissez l'offre avec l'employeur : elle se reliera seule à cette ligne."
        case State.POSTED:
            return "Proposez des candidats pour l'offre ouverte."
        case State.HIRED:
            return "Une embauche a eu lieu : son suivi continue avec l'agence."
    return "Rien n'est à faire. Si l'employeur change d'avis, notez l'échange : la ligne reprend."


def settled(row: Outreach) -> bool:
    return row.state in SETTLED


def closed(row: Outreach) -> bool:
    return row.state in CLOSED
