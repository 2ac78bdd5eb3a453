"""Bac+4/5 of the zone in French: levels, fields, why an employer is suggested, steps of an approach, the letter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from matching.graduate_approaches import CHANNELS as CHANNEL_CODES, ApproachAction as A
from matching.graduate_queries import Card, Noted
from matching.graduates import NOT_MADE, Approached, Band, Graduate, Where
from matching.names import fold
from matching.offer_aid import Lump
from matching.offer_estimate import rounded
from matching.person_rights import Now
from matching.potential import Reason, Suggestion
from matching.scoring.spread import Why
from matching.store.organisations import Organisation
from matching.store.people import Person
from matching.vocabulary import ApproachState as State, Verdict

from . import capital as capital, day, euros, number, phone as phone
from .conditions import place as place
from .naf import WORKFORCES, sector as sector_of

BANDS = {
    Band.FOUR: "Bac+4",
    Band.FIVE: "Bac+5",
    Band.EIGHT: "Doctorat",
    Band.UNCLEAR: "Bac+3 ou 4, à préciser",
}
WHERE = {
    Where.CONFIRMED: "En zone, confirmé",
    Where.DECLARED: "Quartier déclaré, à confirmer",
    Where.UNKNOWN: "Adresse inconnue",
}
#: The large domains of the ROME.
DOMAINS = {
    "A": "Agriculture, espaces verts", "B": "Arts et artisanat d'art", "C": "Banque, assurance, immobilier",
    "D": "Commerce et vente", "E": "Communication, média", "F": "Bâtiment, travaux publics",
    "G": "Hôtellerie, tourisme, animation", "H": "Industrie", "I": "Installation et maintenance", "J": "Santé",
    "K": "Services à la collectivité", "L": "Spectacle", "M": "Support à l'entreprise",
    "N": "Transport et logistique",
}  # fmt: skip
NO_DOMAIN = "Métier à préciser"
#: value of the filter -> words
STEPS = (
    ("aucune", "Sans aucune démarche"),
    ("en-cours", "Démarche en cours"),
    ("sans-suite", "Démarches sans suite"),
)
CONTRACTS = (("non", "Sans contrat"), ("oui", "Sous contrat"))
STATES = {
    State.SUGGESTED: ("À contacter", "info"),
    State.SET_ASIDE: ("Écarté", "plain"),
    State.CONTACTED: ("Contacté, réponse attendue", "warn"),
    State.INTERESTED: ("Intéressé", "petrol"),
    State.INTERVIEW: ("Entretien prévu", "petrol"),
    State.HIRED: ("Embauche", "ok"),
    State.REFUSED: ("Refus", "error"),
    State.NO_ANSWER: ("Sans réponse", "plain"),
}
CHANNELS = {
    "phone": "Par téléphone",
    "visit": "Visite",
    "letter": "Par courrier",
    "email": "Par courriel",
    "meeting": "Lors d'une rencontre",
}
assert set(CHANNELS) == set(CHANNEL_CODES)
#: What came of a contact; « attente »: nothing yet.
RESULTS = {
    "attente": "Une réponse est attendue",
    A.INTEREST: "L'employeur est intéressé",
    A.INTERVIEW: "Un entretien est prévu",
    A.HIRE: "L'employeur embauche",
    A.REFUSE: "L'employeur ne donne pas suite",
    A.NO_ANSWER: "Personne n'a répondu",
}
REFUSALS = {
    "no_post": "Pas de poste",
    "profile": "La candidature ne convient pas",
    "later": "Pas maintenant",
    "found_elsewhere": "La personne a trouvé ailleurs",
    "person_declined": "La personne n'a pas souhaité",
    "other": "Autre motif, à préciser",
}
NOTICES = {
    "employeur-retenu": "Employeur retenu : il attend votre contact.",
    "employeur-ecarte": "Employeur écarté : le suivant prend sa place.",
    "employeur-repris": "Employeur repris : il attend votre contact.",
    "demarche-notee": "Démarche notée.",
    "demarche-annulee": "La dernière étape est annulée.",
}
_DONE = {
    "suggest": "Retenu",
    "set_aside": "Écarté",
    "take_back": "Repris",
    "contact": "Contacté",
    "interest": "Intéressé",
    "interview": "Entretien prévu",
    "hire": "Embauche annoncée",
    "refuse": "Refus",
    "no_answer": "Sans réponse",
    "undo": "Dernière étape annulée",
}
#: How an employer came to be among the five.
WHYS = {
    Why.BEST: "",
    Why.COVERAGE: "D’autres, mieux placés, sont déjà suggérés à assez de personnes : celui-ci vient après.",
    Why.COMPLEMENT: "Déjà suggéré à beaucoup d'autres : peu d'employeurs connus prennent ce métier.",
}


def sector(employer: Organisation) -> str:
    """« conseil de gestion »."""
    return sector_of(employer.field, employer.naf) or "activité non précisée"


def employer_line(employer: Organisation) -> str:
    """« Conseil de gestion, Amiens, 6 à 9 salariés »."""
    workforce = WORKFORCES.get(employer.workforce or "")
    parts = [sector(employer), employer.commune, workforce if employer.workforce != "NN" else None]
    return capital(", ".join(part for part in parts if part))


def reason(each: Reason, occupations: Mapping[str, str]) -> str:
    """One part of a score in words, without its points."""
    match each["part"]:
        case "occupation":
            return _occupation(each, occupations)
        case "distance":
            km = float(each["km"])
            return "Dans la même commune ou tout près" if km < 1 else f"À {number(round(km))} km"
    return capital(WORKFORCES.get(each["band"], ""))


def _occupation(each: Reason, occupations: Mapping[str, str]) -> str:
    label = occupations.get(each["rome"] or "", each["rome"] or "métier recherché")
    if each["own"]:
        return f"Cet employeur a déjà proposé ce métier ({label})"
    seen, share = int(each["seen"]), float(each["share"])
    group = sector_of(each["field"], each["naf"]) or "son secteur"
    of = f" sur {number(each['of'])} qui recrutent" if each.get("of", 0) > 1 else ""
    if seen > 1:
        return f"{number(seen)} employeurs{of} dans ce secteur ({group}) ont proposé ce métier"
    if seen == 1:
        return f"Un employeur{of} dans ce secteur ({group}) a proposé ce métier"
    if share >= 0.005:
        return f"Environ {number(max(1, round(100 * share)))} % des postes de ce secteur ({group})"
    return f"Des métiers voisins existent dans ce secteur ({group})"


def points(value: float) -> str:
    """« 37 »: of a hundred."""
    return number(round(100 * value))


def pointed(reasons: Sequence[Reason]) -> list[tuple[Reason, int]]:
    """Each part with its whole points, which add up to those of the score as `points` says it."""
    exact = [100 * float(each["points"]) for each in reasons]
    whole = [int(each) for each in exact]
    for at in sorted(range(len(exact)), key=lambda at: whole[at] - exact[at])[
        : round(sum(exact)) - sum(whole)
    ]:
        whole[at] += 1
    return list(zip(reasons, whole, strict=True))


def francs(now: Now | None, on: date) -> tuple[str, str]:
    """The right to an emploi franc in words, with the kind of its tag: « Jusqu'au 3 mars 2014, encore 27 jours »."""
    if now is None:
        return "Pas de droit aujourd'hui", "plain"
    if now.verdict is Verdict.UNKNOWN:
        return "À vérifier", "warn"
    if now.last is None:
        return "Droit ouvert", "ok"
    left = (now.last - on).days
    soon = f", encore {left} jour{'s' if left > 1 else ''}" if left <= 90 else ""
    return f"Jusqu'au {day(now.last)}{soon}", "warn" if left <= 30 else "ok"


def approached(done: Approached) -> tuple[str, str]:
    """How far one is with somebody, with the kind of its tag."""
    if done.states.get(State.HIRED):
        return "Embauche annoncée", "ok"
    if not done.made:
        kept = done.states.get(State.SUGGESTED, 0)
        return (f"{kept} à contacter", "info") if kept else ("Aucune démarche", "warn")
    said = f"{done.made} employeur{'s' if done.made > 1 else ''} contacté{'s' if done.made > 1 else ''}"
    return said, "petrol" if any(state not in NOT_MADE for state in done.states) and done.live else "plain"


def step_of(done: Approached) -> str:
    """The value of the filter of approaches that the person comes under."""
    if not done.made:
        return "aucune"
    return "en-cours" if done.live or done.states.get(State.HIRED) else "sans-suite"


def logged(noted: Noted) -> str:
    """« Contacté par téléphone le 4 novembre 2013, par Claire Delmotte »."""
    event = noted.event
    if event.action == "letter":
        said = "Lettre nominative préparée" if event.reason_code == "named" else "Lettre anonyme préparée"
    else:
        said = _DONE.get(event.action, event.action)
    if event.action == "contact" and event.reason_code in CHANNELS:
        said += f" ({CHANNELS[event.reason_code].lower()})"
    if event.action == "refuse" and event.reason_code in REFUSALS:
        said += f" : {REFUSALS[event.reason_code].lower()}"
    return f"{said} le {day(event.done_on)}" + (f", noté par {noted.by}" if noted.by else "")


def overtaken(card: Card | None) -> str:
    """What somebody else did meanwhile."""
    if card is None or not card.log:
        return "Une autre personne vient d'agir sur cette démarche."
    return f"{logged(card.log[-1])}."


def level_words(band: Band) -> str:
    """« de niveau bac+5 », as a letter says it."""
    return {
        Band.FOUR: "de niveau bac+4",
        Band.FIVE: "de niveau bac+5",
        Band.EIGHT: "titulaire d'un doctorat",
        Band.UNCLEAR: "diplômée de l'enseignement supérieur",
    }[band]


def letter(line: Graduate, aid: Lump | None, *, named: bool, signer: str, agency: str, reach: str) -> str:
    """The model of a letter, to be changed in one's own words."""
    sought = (line.wanted_title or line.occupation or "un emploi").strip()
    level = level_words(line.band)
    who = (
        f"Je vous présente {line.name}, {level}, que j'accompagne à {agency} et qui"
        if named
        else f"J'accompagne à {agency} une personne {level} qui"
    )
    lines = [
        "Madame, Monsieur,",
        f"{who} cherche un poste à Amiens ou aux environs : {sought}. Votre activité emploie ce métier : c'est pourquoi je "
        "vous écris, même sans offre de votre part.",
    ]
    if aid is not None:
        lines.append(
            f"Cette embauche peut ouvrir droit à l'emploi franc : une aide de {euros(aid.total_cents)} pour un CDI à temps "
            "plein. Nous vérifions ce droit avec vous avant la signature."
        )
    lines += [
        "Accepteriez-vous de la recevoir un quart d'heure, ou de me dire quels postes vous prévoyez ? "
        + ("" if named else "Je vous donnerai son nom avec son accord. ")
        + "Un refus m'est utile aussi : je ne vous écrirai plus pour cette personne.",
        f"{reach}Avec mes remerciements,",
        signer,
    ]
    return "\n\n".join(lines)


def found_reasons(found: Suggestion | None, stored: Sequence[Any]) -> list[Reason]:
    """The parts to show: those of today, else those kept when the employer was."""
    return list(found.reasons) if found is not None else [dict(each) for each in stored]


#: Said when an anonymous letter is not.
NAME_IN_LETTER = (
    "Cette lettre dit le nom de la personne : retirez-le du texte, ou cochez la case si elle est d'accord."
)


def says_name(text: str, person: Person) -> bool:
    """Whether a letter says the first or the family name, as names are written: « Petit » is one, « petit » is not."""
    said = {fold(word) for word in re.findall(r"[\w'’-]+", text) if word[0].isupper()}
    own = {fold(person.family_name), *(fold(each) for each in person.given_names.split()[:1])}
    return bool(said & {name for each in own for name in (each, *each.split()) if len(name) > 2})


def paragraphs(text: str) -> list[list[str]]:
    """The lines of each paragraph of a letter."""
    return [block.splitlines() for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]


def told(count: int) -> str:
    """How many there are, as an employer is told: to the nearest five, below ten only that."""
    about = rounded(count)
    return f"environ {number(about)}" if about is not None else "quelques-uns"


def right_word(now: Now | None) -> str:
    """« oui », « à vérifier », « non »."""
    if now is None:
        return "non"
    return "oui" if now.verdict is Verdict.YES else "à vérifier"
