"""People of a caseload in French: filters, facts, what an advisor wrote, history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from importers.quarters import OUTSIDE
from matching.person_homes import Declared, Guess
from matching.person_list import Home
from matching.person_rights import Now
from matching.person_search import How
from matching.person_sheet import ConfirmedHome, Placed, Sheet
from matching.proposal_guards import CAP
from matching.store.organisations import Offer, Zone
from matching.store.people import Person, full_name as full_name
from matching.vocabulary import ProposalState, ResidenceMethod, SituationValue, Verdict

from . import capital as capital, day
from .conditions import place as place, source as source
from .explained import PRESSING, URGENT
from .programmes import programme
from .proposals import STATES
from .reasons import level as level_of
from .rights import short

SITUATIONS = {
    SituationValue.NO_JOB: "sans emploi",
    SituationValue.IN_JOB: "en emploi",
    SituationValue.IN_TRAINING: "en formation",
}
#: value in the address -> words of the filter
AGES = (
    ("16-17", "16 ou 17 ans"),
    ("18-21", "18 à 21 ans"),
    ("22-25", "22 à 25 ans"),
    ("26-29", "26 à 29 ans"),
    ("30", "30 ans et plus"),
    ("unknown", "Âge inconnu"),
)
BANDS = (
    ("none", "Sans diplôme"),
    ("3", "CAP ou BEP"),
    ("4", "Bac"),
    ("5", "Bac+2"),
    ("6", "Bac+3 et plus"),
    ("unknown", "Diplôme inconnu"),
)
HOMES = (
    ("inside", "En zone, confirmé"),
    ("outside", "Hors zone, confirmé"),
    ("declared", "Quartier déclaré, à confirmer"),
    ("unknown", "Adresse inconnue"),
)
WORK = (
    *((str(value), capital(said)) for value, said in SITUATIONS.items()),
    ("unknown", "Situation inconnue"),
)
CLOSING = (("30", "Sous 30 jours"), ("60", "Sous 60 jours"), ("90", "Sous 90 jours"))
WITHOUT = (("aucune", "Sans proposition"),)
FOUND = {
    How.IDENTIFIER: "Trouvé par son identifiant.",
    How.NAME: "",
    How.NEAR: "Aucun nom ne s'écrit ainsi : voici les noms proches.",
}
#: level of a diploma, and years after the bac within level 6, as one choice of a form
DIPLOMAS = (
    ("0", "Aucun diplôme (le brevet des collèges n'en est pas un ici)"),
    ("3", "CAP ou BEP"),
    ("4", "Bac"),
    ("5", "Bac+2 (BTS, DUT)"),
    ("6-3", "Licence (bac+3)"),
    ("6-4", "Maîtrise (bac+4)"),
    ("7", "Master (bac+5)"),
    ("8", "Doctorat"),
)
CATEGORIES = (("", "Non précisée"), *((str(code), f"Catégorie {code}") for code in range(1, 9)))
CHANNELS = {
    "phone": "Par téléphone",
    "in_person": "En entretien",
    "sms": "Par SMS",
    "email": "Par courriel",
    "letter": "Par courrier",
}
METHODS = {
    ResidenceMethod.STREET_LIST: "d'après la liste des rues",
    ResidenceMethod.DECLARED: "d'après le quartier déclaré",
}
NOTICES = {
    "answer-noted": "Réponse enregistrée : les droits sont à jour.",
    "home-confirmed": "Domicile confirmé : les droits sont à jour.",
    "contact-noted": "Contact noté.",
    "person-edited": "Fiche enregistrée.",
    "person-unchanged": "Rien n'a changé : la fiche est restée telle quelle.",
    "offer-added": "Offre ajoutée : la proposition attend votre examen.",
}
#: error code of a flow -> field of its form that it is about
FIELD_OF = {
    "age-out-of-range": "day",
    "birth-in-the-future": "day",
    "fact-before-birth": "since",
    "fact-in-the-future": "since",
    "ends-before-it-starts": "end",
    "contact-before-known": "day",
    "contact-in-the-future": "day",
    "unknown-channel": "channel",
    "home-before-birth": "since",
    "home-in-the-future": "since",
    "home-ends-before-it-starts": "since",
    "home-starts-with-another": "since",
    "proof-needed": "proof",
    "unknown-zone": "zone",
    "zone-not-for-people": "zone",
    "zone-not-valid": "since",
}
#: proposals that nobody has decided of yet: words and kind of the tag
WAITING = {
    ProposalState.TO_REVIEW: ("À examiner", "info"),
    ProposalState.DEFERRED: ("À revoir plus tard", "plain"),
}
#: fact that may change at any time -> what its form is for
CHANGES = {
    "employment": "La situation change : emploi, formation, fin de contrat",
    "registrations": "Une inscription comme demandeur d'emploi commence ou finit",
}
CAP_REACHED = f"Cette personne a déjà {CAP} propositions en cours : attendez une réponse ou retirez-en une avant d'en ajouter."
EMPTY = "Non renseigné"


def rights_of(now: Now, label: str, on: date) -> tuple[str, str, str]:
    """Words, kind and sign of the tag of a right in a list: « Emploi d'avenir : encore 27 jours »."""
    if now.verdict is Verdict.UNKNOWN:
        return f"{label} : à vérifier", "warn", "warn"
    left = (now.last - on).days if now.last is not None else None
    if left is None or left > 90:
        return f"{label} : éligible", "ok", "check"
    said = "dernier jour" if left == 0 else f"encore {left} jour{'s' if left > 1 else ''}"
    return f"{label} : {said}", "error" if left <= URGENT else "warn" if left <= PRESSING else "ok", "clock"


def verdict(now: Now | None) -> str:
    if now is None:
        return "non"
    return "oui" if now.verdict is Verdict.YES else "à vérifier"


def level(value: int | None, bac_plus: int | None = None) -> str:
    return "diplôme inconnu" if value is None else level_of(value, bac_plus)


def none_found(values: Mapping[str, str]) -> str:
    """Why a list is empty, and what to do."""
    if values["q"]:
        alone = sum(bool(value) for value in values.values()) == 1
        return (
            "Aucun nom ni identifiant de votre portefeuille ne s'approche de celui-ci : essayez le seul nom de famille."
            if alone
            else "Personne de ce nom ne remplit aussi les autres filtres : retirez-en un."
        )
    if values["fin"]:
        return "Aucun droit ne se ferme dans ce délai : élargissez-le, ou retirez un filtre."
    if values["droit"]:
        return (
            "Personne n'a ce droit aujourd'hui : confirmez des domiciles et complétez les fiches à vérifier."
        )
    return "Aucune fiche ne remplit tous ces filtres : retirez-en un."


def where(home: Home) -> tuple[str, str]:
    """Words and kind of the home in a list."""
    if home.confirmed is not None:
        if home.zone is None:
            return "Hors zone", "plain"
        return f"{home.zone} ({home.kind})", "ok"
    if home.place == OUTSIDE:
        return "Hors zone, à confirmer", "plain"
    if home.place:
        return f"{place(home.place)}, à confirmer", "warn"
    return "Adresse inconnue", "warn"


def zone(version: Zone) -> str:
    """A zone version, with its dates where they are over."""
    until = f", du {short(version.valid_from)} au {short(version.valid_to)}" if version.valid_to else ""
    return f"{version.name} ({version.kind}{until})"


def confirmed(home: ConfirmedHome) -> str:
    """« Quartier Nord (ZUS), depuis le 14 mai 2008 »."""
    inside = (
        f"{home.zone.name} ({home.zone.kind})" if home.zone is not None else "Hors des zones prioritaires"
    )
    until = f", jusqu'au {day(home.end)}" if home.end else ""
    return f"{inside}, depuis le {day(home.start)}{until}"


def seen(home: ConfirmedHome) -> str:
    """« Confirmé le 7 janvier 2013 par Claire Delmotte : quittance de loyer. »"""
    on = f" le {day(home.confirmed_on)}" if home.confirmed_on else ""
    by = f" par {home.by}" if home.by else ""
    proof = f" : {home.proof}" if home.proof else ""
    return f"Confirmé{on}{by}{proof}."


def guessed(guess: Guess | None) -> str:
    """What the reference tables would make of a declared home."""
    if guess is None:
        return "Les listes ne disent pas dans quelle zone elle se trouve : vérifiez l'adresse."
    how = METHODS[guess.method]
    if guess.zone is None:
        return f"Elle serait hors des zones prioritaires, {how}."
    return f"Elle serait dans {guess.zone.name} ({guess.zone.kind}), {how}."


def address(declared: Declared) -> str:
    line = " ".join(filter(None, (declared.postcode, declared.commune)))
    return ", ".join(filter(None, (declared.address, line)))


def yes_no(value: bool | None) -> str:
    return EMPTY if value is None else "oui" if value else "non"


def recognised(value: bool | None, until: date | None) -> str:
    if value is None:
        return EMPTY
    if not value:
        return "Pas de RQTH"
    return f"RQTH jusqu'au {day(until)}" if until else "RQTH, fin inconnue"


def in_short(person: Person, sheet: Sheet, years: int | None) -> str:
    """« 25 ans, CAP ou BEP, recherche : aide-cuisinier »."""
    said = [f"{years} ans" if years is not None else "Âge inconnu", level(sheet.level, sheet.bac_plus)]
    if person.wanted_title:
        said.append(f"recherche : {person.wanted_title}")
    return ", ".join(said)


def live_said(sheet: Sheet) -> str:
    """« 2 propositions en cours sur 5 au plus »."""
    some = f"{sheet.live} proposition{'s' if sheet.live > 1 else ''}" if sheet.live else "aucune proposition"
    return f"{some} en cours sur {CAP} au plus"


def proposal_state(state: ProposalState, civility: str | None) -> tuple[str, str]:
    """Words and kind of the tag of a proposal, in the person's own form where it is known."""
    if state in WAITING:
        return WAITING[state]
    woman, man, neutral, kind = STATES[state]
    return {"Mme": woman, "M": man}.get(civility or "", neutral), kind


def contract(placed: Placed) -> str:
    """« Emploi d'avenir, CDD de 36 mois, commencé le 2 septembre 2013 »."""
    months = f" de {placed.months} mois" if placed.months and placed.contract_kind == "CDD" else ""
    said = [programme(placed.programme)]
    said.append(f"{placed.contract_kind}{months}")
    if placed.starts_on:
        said.append(f"début le {day(placed.starts_on)}")
    if placed.ended_on:
        said.append(f"fin le {day(placed.ended_on)}")
    return capital(", ".join(said))


def offer_line(offer: Offer) -> str:
    """« CDD de 36 mois, 35 h, Amiens »."""
    months = f" de {offer.months} mois" if offer.months and offer.contract_kind == "CDD" else ""
    said = [f"{offer.contract_kind}{months}"]
    if offer.weekly_hours:
        said.append(f"{offer.weekly_hours:g} h".replace(".", ","))
    if offer.commune:
        said.append(offer.commune)
    return ", ".join(said)


def search_facts(person: Person) -> list[tuple[str, str]]:
    """What the person looks for and may be reached by, in words."""
    distance = f"{person.mobility_km:g} km".replace(".", ",") if person.mobility_km is not None else EMPTY
    return [
        ("Métier recherché", person.wanted_title or EMPTY),
        ("Compétences", ", ".join(person.skills) or EMPTY),
        ("Disponible à partir du", day(person.available_from) or EMPTY),
        ("Mobilité", distance),
        ("Permis B", yes_no(person.driving_licence).capitalize()),
        ("D'accord pour être contacté", yes_no(person.contact_agreed).capitalize()),
        ("Remarques", person.remarks or "Aucune"),
    ]
