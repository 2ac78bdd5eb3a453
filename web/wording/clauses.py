"""Social clauses in French words: states, reasons, publics, hours and money as people write them."""

from __future__ import annotations

from datetime import date, datetime

from matching.clause_queries import Member
from matching.clause_sums import FULL_TIME, full_time_tenths
from matching.clauses import TenderAction as A
from matching.report_words import MONTHS
from matching.store.campaign import Lot, TenderEvent
from matching.vocabulary import TenderState

NOTICES = {
    "clause-known": "Marché noté : la suite est à préparer avec l'acheteur.",
    "clause-edited": "Marché corrigé.",
    "clause-propose": "Proposition notée : l'acheteur doit décider avant la publication.",
    "clause-insert": "Clause insérée : ajoutez ses lots et leurs heures.",
    "clause-refuse": "Refus noté, avec son motif.",
    "clause-reopen": "Marché repris : la clause est de nouveau à proposer.",
    "clause-finish": "Marché noté terminé : ses heures se lisent encore, et ne changent plus.",
    "clause-resume": "Marché repris : ses heures peuvent de nouveau être notées.",
    "lot-added": "Lot ajouté : mettez-y les personnes qui font les heures.",
    "lot-edited": "Lot corrigé.",
    "lot-unusual": "Lot enregistré. La part est hors de l'usage, 5 à 10 % : vérifiez-la avec l'acheteur.",
    "lot-dropped": "Lot supprimé.",
    "clause-person-added": "Personne ajoutée : ses heures se notent dans la grille.",
    "clause-person-edited": "Personne corrigée.",
    "clause-person-dropped": "Personne retirée du lot.",
    "clause-hours": "Heures enregistrées. Cases notées : {added} ; corrigées : {corrected} ; vidées : {emptied}.",
    "clause-hours-same": "Rien n'a changé : ces heures étaient déjà notées.",
}

#: state -> (words, kind of tag)
STATES: dict[TenderState, tuple[str, str]] = {
    TenderState.KNOWN: ("À proposer", "warn"),
    TenderState.PROPOSED: ("Proposée", "info"),
    TenderState.INSERTED: ("Insérée", "petrol"),
    TenderState.REFUSED: ("Refusée", "plain"),
    TenderState.OVER: ("Terminé", "ok"),
}
#: value of the filter -> words, states
STAGES = {
    "amont": ("À proposer ou à décider", (TenderState.KNOWN, TenderState.PROPOSED)),
    "aval": ("Heures en cours", (TenderState.INSERTED,)),
    "refus": ("Clause refusée", (TenderState.REFUSED,)),
    "fini": ("Terminés", (TenderState.OVER,)),
}
#: the step in the address -> action, words of its button, what is asked
STEPS: dict[str, tuple[A, str, str]] = {
    "proposition": (A.PROPOSE, "Noter la proposition", "Proposée le"),
    "insertion": (A.INSERT, "Noter l'insertion", "Insérée le"),
    "refus": (A.REFUSE, "Noter le refus", "Refusée le"),
    "reprise": (A.REOPEN, "Proposer de nouveau", "Reprise le"),
    "fin": (A.FINISH, "Noter la fin", "Terminé le"),
    "retour": (A.RESUME, "Reprendre le marché", "Repris le"),
}
DONE = {
    str(A.KNOW): "Marché connu",
    str(A.PROPOSE): "Clause proposée",
    str(A.INSERT): "Clause insérée",
    str(A.REFUSE): "Clause refusée",
    str(A.REOPEN): "Marché repris",
    str(A.FINISH): "Marché terminé",
    str(A.RESUME): "Marché repris",
}
REFUSALS = {
    "object": "L'objet ne s'y prête pas",
    "too_small": "Marché trop petit ou trop court",
    "no_time": "Trop tard avant la publication",
    "buyer_opposed": "L'acheteur s'y oppose",
    "reserved": "Lots déjà réservés à l'insertion",
    "other": "Autre motif, à préciser",
}
PUBLICS = {
    "long_term": "Demandeur d'emploi de longue durée",
    "minima": "RSA ou autre minimum social",
    "young_low_level": "Moins de 26 ans, peu qualifié ou sans expérience",
    "iae": "Parcours d'insertion par l'activité économique",
    "plie": "Participant du PLIE",
    "geiq": "Salarié d'un GEIQ",
    "senior": "Senior",
    "qpv": "Habitant d'un quartier prioritaire",
    "other": "Autre public de la clause, preuve vue",
}
MODES = {
    "direct": "Embauche directe",
    "etti": "Intérim d'insertion (ETTI)",
    "geiq": "GEIQ",
    "ai": "Association intermédiaire",
    "subcontractor": "Sous-traitant",
}
CONTRACTS = {
    "CDI": "CDI",
    "CDD": "CDD",
    "CTT": "Contrat de mission (intérim)",
    "CDU": "CDD d'usage",
    "CPR": "Contrat de professionnalisation",
    "APP": "Apprentissage",
}
EXITS = {
    "lasting_job": "Emploi durable (CDI, ou six mois et plus)",
    "short_job": "Emploi court",
    "training": "Formation",
    "other_lot": "Autre marché avec clause",
    "unemployed": "Sans emploi",
    "left": "Parti sans suite connue",
    "unknown": "On ne sait pas",
}
TRI = {"oui": True, "non": False, "": None}
#: refusal -> the field of its form that it is about
FIELD_OF = {
    "tender-buyer-needed": "buyer",
    "tender-object-needed": "object",
    "tender-known-later": "known_on",
    "tender-known-after-step": "known_on",
    "tender-start-needed": "starts_on",
    "tender-published": "on",
    "before-last-step": "on",
    "tender-refusal-needed": "reason",
    "note-needed": "note",
    "ends-before-it-starts": "ends_on",
    "lot-number": "number",
    "lot-number-taken": "number",
    "lot-label-needed": "label",
    "lot-due-needed": "due",
    "lot-due-twice": "due",
    "lot-rule-half": "share",
    "lot-share": "share",
    "lot-penalty": "penalty",
    "lot-start-needed": "starts_on",
    "lot-starts-after-somebody": "starts_on",
    "proof-after-first-hour": "proof_on",
    "clause-carrier-needed": "carrier",
    "clause-person-before-lot": "starts_on",
    "clause-hours-left-outside": "starts_on",
    "clause-exit-without-end": "ends_on",
    "clause-person-exists": "starts_on",
    "bad-choice": "public",
}


def hours(minutes: int | None, *, sign: bool = False) -> str:
    """« 1 607 h », « 35 h 30 » ; with its sign, « + 12 h », « − 3 h 30 »."""
    if minutes is None:
        return "—"
    whole, rest = divmod(abs(minutes), 60)
    said = f"{whole:,}".replace(",", "\u202f") + "\u00a0h" + (f"\u00a0{rest:02d}" if rest else "")
    before = "−\u00a0" if minutes < 0 else "+\u00a0" if sign and minutes > 0 else ""
    return before + said


def whole(minutes: int | None, *, sign: bool = False) -> str:
    """The same to the hour, half up: a figure to be read from afar."""
    if minutes is None:
        return "—"
    rounded = (abs(minutes) + 30) // 60 * 60
    return hours(rounded if minutes >= 0 else -rounded, sign=sign)


def typed(minutes: int) -> str:
    """The same as a field holds it: « 35 », « 35,5 », « 35 h 20 »; nothing for none."""
    if not minutes:
        return ""
    whole, rest = divmod(minutes, 60)
    if not rest:
        return str(whole)
    return f"{whole},5" if rest == 30 else f"{whole} h {rest:02d}"


def percent(basis_points: int) -> str:
    """« 7,25 % »."""
    return f"{basis_points / 100:g}\u00a0%".replace(".", ",")


def full_time(minutes: int) -> str:
    """« 1,2 » full-time jobs for a year."""
    tenths = full_time_tenths(minutes)
    return f"{tenths // 10},{tenths % 10}"


#: Hours of a full-time job in a year, as they are said.
YEAR = f"{FULL_TIME // 60:,}".replace(",", "\u202f")


def month(day: date) -> str:
    """« mai 2013 »."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def gap(minutes: int | None) -> str:
    """« 120 h de retard », « 12 h d'avance », « À l'heure »: to the hour."""
    if minutes is None:
        return "Dates du lot à compléter"
    if abs(minutes) < 30:
        return "À l'heure"
    return f"{whole(abs(minutes))} {'de retard' if minutes < 0 else 'd’avance'}"


def lot(each: Lot) -> str:
    return f"Lot {each.number} : {each.label}"


def member(each: Member) -> str:
    """The name of somebody of the caseload; others are told by their number and their job."""
    if each.name:
        return each.name
    who = "Personne d'un autre portefeuille" if each.followed else "Personne non suivie ici"
    return f"{who}, n° {each.number}"


def quarter(each: Member) -> tuple[str, str]:
    """Whether their hours are a young resident's: words, kind of tag."""
    row = each.row
    if row.under_26 is True and row.resident is True:
        return "Jeune d'un quartier prioritaire", "petrol"
    if row.under_26 is False or row.resident is False:
        return ("26 ans ou plus" if row.under_26 is False else "Hors quartier prioritaire"), "plain"
    missing = [name for name, value in (("âge", row.under_26), ("domicile", row.resident)) if value is None]
    return f"À préciser : {' et '.join(missing)}", "warn"


def reason(event: TenderEvent) -> str:
    """Why, on the line of the history."""
    from matching.clauses import reason_of

    if event.action != str(A.REFUSE):
        return event.reason or ""
    code, note = reason_of(event)
    return " : ".join(filter(None, (REFUSALS.get(code, code), note)))


def refusals(counts: dict[str, int]) -> str:
    """« Marché trop petit ou trop court (2) ; … »."""
    return " ; ".join(f"{REFUSALS[code]} ({count})" for code, count in counts.items())


def faster(who: tuple[str, datetime] | None) -> str:
    """Who wrote meanwhile, for a page that was older."""
    from . import moment

    if who is None:
        return "Cette page a changé entre-temps."
    return f"{who[0]} a écrit ici entre-temps, le {moment(who[1])}."
