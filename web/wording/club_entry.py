"""The club's way in, in French words: its terms, its groups, its prospects, the invitation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from matching.club_groups import Group
from matching.club_prospects import Prospect
from matching.club_terms import Said, Term
from matching.cohorts import Standing
from matching.store.club import Club, Cohort, MembershipEvent
from matching.store.people import full_name as full_name
from matching.vocabulary import MembershipState as State, Verdict

from . import capital as capital, day, phone as phone, weekday
from .conditions import place
from .people import BANDS as BANDS, level as level

#: state -> words of the tag, its kind.
STATES: dict[State, tuple[str, str]] = {
    State.INVITED: ("Invité", "info"),
    State.WAITING_LIST: ("Liste d’attente", "warn"),
    State.REGISTERED: ("Inscrit", "ok"),
    State.ACTIVE: ("Suivi en cours", "ok"),
    State.AT_RISK: ("Sans nouvelles", "warn"),
    State.PAUSED: ("En pause", "info"),
    State.DROPPED_OUT: ("Décroché", "error"),
    State.ENDED: ("Terminé", "plain"),
    State.DECLINED: ("Ne vient pas", "plain"),
    State.NO_ANSWER: ("Sans réponse", "plain"),
}
TERMS = {
    Term.ZONE: "Domicile",
    Term.AGE: "Âge",
    Term.LEVEL: "Niveau",
    Term.PROJECT: "Projet",
    Term.AVAILABILITY: "Disponibilité",
}
#: term -> the question to ask where it is not known, and what to write down.
ASK = {
    Term.ZONE: (
        "Justificatif de domicile vu",
        "Par exemple : quittance de loyer d’octobre, vue le 4 novembre. Aucun papier n’est gardé.",
    ),
    Term.AGE: ("Pièce d’identité vue", "Par exemple : carte d’identité, née le 14 mai 1993."),
    Term.LEVEL: ("Plus haut diplôme, d’après la personne", "Par exemple : CAP cuisine, obtenu en 2011."),
    Term.PROJECT: ("Métier visé", "Par exemple : animateur sportif."),
    Term.AVAILABILITY: (
        "Disponibilité, d’après la personne",
        "Par exemple : libre à temps plein, enfant gardé.",
    ),
}
VERDICTS = {Verdict.YES: ("Oui", "ok"), Verdict.UNKNOWN: ("À demander", "warn"), Verdict.NO: ("Non", "error")}
CHANNELS = {
    "phone": "Par téléphone",
    "in_person": "De vive voix",
    "sms": "Par SMS",
    "email": "Par courriel",
}
#: First letter of a ROME code -> the field, after « métiers ».
FIELDS = {
    "A": "de l’agriculture et des espaces verts",
    "B": "de l’artisanat d’art",
    "C": "de la banque et de l’assurance",
    "D": "du commerce et de la vente",
    "E": "de la communication",
    "F": "du bâtiment",
    "G": "de l’hôtellerie, du sport et de l’animation",
    "H": "de l’industrie",
    "I": "de la maintenance",
    "J": "de la santé",
    "K": "des services à la personne et à la collectivité",
    "L": "du spectacle",
    "M": "du bureau et de l’informatique",
    "N": "du transport et de la logistique",
}
#: First three signs of a ROME code -> the same, nearer; the field where a domain is not here.
DOMAINS = {
    "A12": "des espaces verts",
    "D11": "de l’alimentation",
    "D12": "de la vente",
    "D14": "du commerce",
    "D15": "de la grande distribution",
    "F16": "des finitions du bâtiment",
    "F17": "du gros œuvre",
    "G12": "du sport et de l’animation",
    "G15": "de l’entretien d’hôtel",
    "G16": "de la cuisine",
    "G17": "de l’accueil d’hôtel",
    "G18": "du service en salle",
    "I16": "de la mécanique",
    "J15": "du soin",
    "K12": "de l’action sociale",
    "K13": "de l’aide à la personne",
    "K22": "du nettoyage",
    "K25": "de la sécurité",
    "M12": "de la comptabilité",
    "M16": "de l’accueil et du secrétariat",
    "M18": "de l’informatique",
    "N11": "du magasin et de la logistique",
    "N41": "de la conduite",
}
FIELD_CHOICES = tuple((letter, capital(f"métiers {said}")) for letter, said in FIELDS.items())
NOTICES = {
    "club-cree": "Club créé. Ses animateurs peuvent maintenant préparer un groupe.",
    "club-regle": "Réglages enregistrés. Ils valent pour les prochaines inscriptions.",
    "club-inchange": "Rien n’a changé : ces réglages étaient déjà ceux du club.",
    "groupe-cree": "Groupe créé. Invités : {invites}. Messages à partir : {ecrits}. Laissés de côté : {refus}.",
    "groupe-vide-cree": "Groupe créé. Invitez maintenant des candidats.",
    "groupe-regle": "Groupe enregistré.",
    "club-invites": "Invités : {invites}. Messages à partir : {ecrits}. Laissés de côté : {refus}.",
    "club-personne": "Cochez au moins un candidat, puis invitez.",
    "club-inscrit": "Inscrit. Le parcours commence au premier jour du groupe.",
    "club-commence": "Inscrit. Le groupe a déjà commencé : les semaines comptent à partir d’aujourd’hui.",
    "club-attente": "Mis sur la liste d’attente, à la suite des autres.",
    "club-accord": "Accord noté. Il reste à inscrire la personne.",
    "club-refus": "C’est noté : la personne ne vient pas, sa place est libre.",
    "club-deplace": "Changement de groupe enregistré.",
    "club-oui": "Merci, votre oui est enregistré.",
    "club-non": "C’est noté, merci d’avoir répondu.",
}
MESSAGE = {
    True: "Un message part dans dix minutes.",
    False: "Pas d’adresse, ou pas d’accord pour écrire : à appeler.",
}


def starting(cohort: Cohort | None, on: date) -> str:
    """« Premier jour : mardi 12 novembre. »; nothing for a group that has begun."""
    if cohort is None or cohort.starts_on < on:
        return ""
    return f"Premier jour : {weekday(cohort.starts_on)}."


def known(said: Said) -> str:
    """The fact that a term was judged by, in a few words."""
    match said.term, said.reason:
        case Term.ZONE, "confirmed":
            return f"{said.value}, confirmé depuis le {day(said.day)}" if said.day else str(said.value)
        case Term.ZONE, "outside":
            return f"hors zone depuis le {day(said.day)}" if said.day else "hors zone"
        case Term.ZONE, "declared":
            return f"{capital(place(str(said.value)))}, déclaré seulement"
        case Term.ZONE, _:
            return "adresse non située"
        case Term.AGE, "age":
            return f"{said.value} ans, jusqu’à la veille du {day(said.day)}"
        case Term.AGE, _:
            return "date de naissance inconnue"
        case Term.LEVEL, "level":
            return level(int(said.value or 0), said.bac_plus)
        case Term.LEVEL, _:
            return "diplôme inconnu"
        case Term.PROJECT, "no-project":
            return "aucun métier noté"
        case Term.PROJECT, _:
            return str(said.value)
        case Term.AVAILABILITY, "part-time":
            return "cherche un temps partiel"
        case Term.AVAILABILITY, "later":
            return f"libre le {day(said.day)}"
        case Term.AVAILABILITY, "full-time":
            return "temps plein"
    return f"temps plein à confirmer, libre le {day(said.day)}" if said.day else "temps plein à confirmer"


def asked(club: Club) -> list[tuple[str, str]]:
    """The terms of a club, each in words; one that is not asked says so."""
    most = {
        None: "Non demandé",
        0: "Bac ou moins",
        1: "Bac+1 ou moins",
        2: "Bac+2 ou moins",
    }
    return [
        (
            TERMS[Term.ZONE],
            "Dans la géographie prioritaire le jour de l’inscription" if club.zone_asked else "Non demandé",
        ),
        (TERMS[Term.AGE], f"Moins de {club.age_under}\u00a0ans" if club.age_under else "Non demandé"),
        (TERMS[Term.LEVEL], most.get(club.bac_plus_most, f"Bac+{club.bac_plus_most} ou moins")),
        (TERMS[Term.PROJECT], "Un métier visé" if club.project_asked else "Non demandé"),
        (TERMS[Term.AVAILABILITY], "À temps plein" if club.full_time_asked else "Non demandé"),
    ]


def rules(club: Club) -> list[tuple[str, str]]:
    """The rules of time, each in words."""
    return [
        ("Durée", f"{club.weeks}\u00a0semaines"),
        ("Places d’un groupe", str(club.seats)),
        ("Silence", f"signalé au bout de {club.silence_days}\u00a0jours"),
        ("Sans nouvelles", f"après {club.risk_weeks}\u00a0semaines sans contact"),
        ("Décroché", f"après {club.drop_weeks}\u00a0semaines sans contact"),
        ("Pause", f"{club.pause_days_most}\u00a0jours au plus"),
    ]


def band(value: int | None) -> str:
    """The band of the filter that a level falls in."""
    if value is None:
        return "unknown"
    return {0: "none", 3: "3", 4: "4", 5: "5"}.get(value, "6")


def months(days: int) -> str:
    """« 14 mois »."""
    return f"{int(days / 30.44)} mois"


def search(days: int) -> str:
    """« 14 mois de recherche »."""
    months = int(days / 30.44)
    return f"{months} mois de recherche" if months else "moins d’un mois de recherche"


def about(group: Group) -> str:
    """« 11 jeunes, métiers du sport et de l'animation, bac ou moins, 8 à 20 mois de recherche »."""
    parts = [f"{group.size} jeune{'s' if group.size > 1 else ''}", _fields(group), _levels(group)]
    low, high = group.months
    parts.append(f"{low} mois de recherche" if low == high else f"de {low} à {high} mois de recherche")
    return ", ".join(part for part in parts if part)


def _fields(group: Group) -> str:
    """The fields sought by most, one or two, and whether there are others."""
    counts: Counter[str] = Counter()
    for domain, count in group.fields:
        if domain is not None:
            counts[DOMAINS.get(domain) or FIELDS.get(domain[:1], "")] += count
    known = [(said, count) for said, count in counts.most_common() if said]
    if not known:
        return "métier à préciser"
    shown = known[:1] if 10 * known[0][1] >= 8 * group.size else known[:2]
    said = f"métiers {' et '.join(said for said, _ in shown)}"
    return f"{said} surtout" if len(known) > len(shown) else said


def _levels(group: Group) -> str:
    if group.levels is None:
        return "diplômes inconnus"
    low, high = group.levels
    if high < 3:
        return "sans diplôme"
    most = {3: "CAP ou BEP au plus", 4: "bac ou moins", 5: "bac+2 ou moins"}.get(high, "tous niveaux")
    return level(high) if low == high else most


def choice(standing: Standing) -> str:
    """« Groupe de novembre, le 12 novembre 2013 : 4 places libres »."""
    free = standing.free
    left = f"{free} place{'s' if free > 1 else ''} libre{'s' if free > 1 else ''}" if free else "complet"
    return f"{standing.cohort.name}, le {day(standing.cohort.starts_on)} : {left}"


def seats(standing: Standing) -> str:
    """« 9 places prises sur 12 »."""
    taken, whole = standing.taken, standing.cohort.seats
    return f"{taken} place{'s' if taken > 1 else ''} prise{'s' if taken > 1 else ''} sur {whole}"


#: web.prospects: how long a list is kept
KEPT_A_WHILE = (
    "La liste suit les fiches à cinq minutes près. Qui est invité ou signe un contrat en sort aussitôt."
)


def people(count: int) -> str:
    return f"{count} jeune{'s' if count > 1 else ''}"


def to_ask(prospect: Prospect) -> str:
    """« domicile, disponibilité »."""
    return ", ".join(TERMS[term].lower() for term in prospect.to_ask)


def before(prospect: Prospect) -> str:
    """How a former way through the club ended."""
    if prospect.before is None:
        return ""
    state, on = prospect.before
    return f"{STATES[state][0]} ({day(on)})"


def last_answer(events: Iterable[MembershipEvent]) -> str:
    """What the person answered to the invitation, when, and how; empty while there is nothing."""
    said = [event for event in events if event.action == "agreed"]
    if not said:
        return ""
    event = said[-1]
    how = CHANNELS.get(event.reason or "", "").lower()
    by = "par le lien du message" if event.party == "young_person" else how
    return f"D’accord le {day(event.done_on)}{', ' + by if by else ''}"
