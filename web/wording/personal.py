"""What young people read: by the link of a message, on their own page, in a letter, on the phone. Short, plain, « vous »."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matching.answers import Asked, Said, Signer
from matching.own_file import OwnFile
from matching.person_requests import Line
from matching.proposals import ProposalAction as Action
from matching.store.matches import MatchProposal
from matching.store.people import Person
from matching.vocabulary import ProposalState as State, RequestKind, RequestState, SituationValue
from matching.wishes import Wished

from . import capital, day, number, phone, uncapital, weekday
from .conditions import place, source, told
from .explained import RightsView
from .offers import hours
from .reasons import FACTS as MISSING, kilometres, level

NOTICES = {
    "own-yes": "Votre oui est enregistré.",
    "own-no": "Votre réponse est enregistrée.",
    "own-question": "Votre question est partie.",
    "own-correction": "Votre demande de correction est partie.",
    "own-erasure": "Votre demande est partie.",
    "own-wishes": "Vos souhaits sont enregistrés.",
    "own-unchanged": "Rien n'a changé.",
    "own-session": "Vous êtes inscrit à la séance.",
    "own-session-waiting": "La séance est complète : vous attendez une place.",
    "own-session-left": "C'est noté : vous ne venez pas à cette séance.",
    "own-closed": "La page est fermée. Votre date de naissance la rouvre.",
    "own-again": "La page était ouverte depuis longtemps : redonnez votre date de naissance. Rien n'a été enregistré.",
}

#: code of a reason -> why this person, said to them; facts fill it in
WHY: dict[str, str] = {
    "same-occupation": "C'est le métier que vous cherchez.",
    "near-occupation": "C'est un métier proche de celui que vous cherchez.",
    "same-field": "C'est le même domaine que le métier que vous cherchez.",
    "all-skills": "Vous avez ce que l'employeur demande de savoir faire.",
    "some-skills": "Vous avez une partie de ce que l'employeur demande de savoir faire.",
    "skills-to-check": "L'employeur demande de savoir faire certaines choses : dites-nous lesquelles vous savez faire.",
    "level-met": "Vous avez le diplôme demandé.",
    "level-below": "L'employeur demande un diplôme plus élevé : parlons-en.",
    "free-on-day": "Vous êtes libre quand le travail commence.",
    "free-later": "Vous êtes libre un peu après le début du travail : parlons-en.",
    "wanted": "C'est ce que vous avez demandé en premier.",
    "partly-wanted": "C'est proche de ce que vous avez demandé.",
    "not-wanted": "Ce n'est pas le métier que vous avez demandé : à vous de dire s'il vous intéresse.",
    "licence-to-check": "Il faut peut-être le permis : dites-nous si vous l'avez.",
    "commune-to-state": "Dites-nous dans quelle commune vous habitez.",
    "offer-commune-to-state": "La commune du travail est à préciser.",
    "level-to-state": "L'employeur demande un diplôme : dites-nous lequel vous avez.",
    "availability-to-state": "Dites-nous à partir de quand vous êtes libre.",
}
#: what a scheme is, for whoever it is for
SCHEMES = {
    "emplois-avenir": "Un contrat d'un à trois ans, avec une formation et quelqu'un pour vous accompagner. L'État paie une "
    "grande partie du salaire.",
    "emplois-francs-2013": "Une aide de l'État à l'entreprise qui embauche en CDI un jeune d'un quartier prioritaire.",
    "cui-cae": "Un contrat aidé dans une association ou un service public : l'État paie une partie du salaire.",
    "cui-cie": "Un contrat aidé dans une entreprise : l'État paie une partie du salaire.",
    "pec": "Un contrat aidé avec une formation : l'État paie une partie du salaire.",
    "emplois-francs-2018": "Une aide de l'État à l'entreprise qui embauche une personne d'un quartier prioritaire.",
}
#: reason to say no -> as the person says it; nobody has to give one
DECLINES = {
    "not_the_wish": "Ce travail ne m'intéresse pas",
    "mobility": "C'est trop loin",
    "hours": "Les horaires ne vont pas",
    "pay": "Le salaire ne va pas",
    "child_care": "Je dois faire garder mon enfant",
    "found_a_job": "J'ai trouvé un travail",
    "in_training": "Je commence une formation",
    "health": "Ma santé (sans détail)",
}
#: where a proposal is, said to its person
STATES = {
    State.APPROVED: "On va vous appeler ou vous écrire pour cette offre.",
    State.PERSON_ASKED: "On attend votre réponse.",
    State.AGREED: "Vous avez dit oui. Votre candidature va partir chez l'employeur.",
    State.SENT: "Votre candidature est chez l'employeur. On attend sa réponse.",
    State.INTERVIEW: "L'employeur veut vous rencontrer.",
    State.SELECTED: "L'employeur a dit oui : il veut travailler avec vous.",
}
HOURS = {"full": "Temps plein (35 heures)", "part": "Temps partiel", "any": "Les deux me vont"}
KINDS = {
    RequestKind.QUESTION: "Question",
    RequestKind.CORRECTION: "Correction",
    RequestKind.ERASURE: "Effacement",
}
REQUEST_STATES = {
    RequestState.OPEN: ("en attente", "info"),
    RequestState.DONE: ("répondue", "ok"),
    RequestState.REFUSED: ("refusée", "warn"),
}
#: fact that a correction is about -> its name, as the person says it
FACTS = {
    "name": "Nom et prénom",
    "birth_date": "Date de naissance",
    "phone": "Téléphone",
    "email": "Courriel",
    "address": "Adresse",
    "situation": "Emploi ou formation",
    "registration": "Inscription à Pôle emploi",
    "diploma": "Diplôme",
    "home": "Quartier",
    "wanted_title": "Métier souhaité",
    "skills": "Ce que vous savez faire",
    "mobility_km": "Distance possible",
    "driving_licence": "Permis B",
    "available_from": "Libre à partir du",
    "recognition": "Reconnaissance de travailleur handicapé (RQTH)",
    "other": "Autre chose",
}
_PLAIN = {
    "RQTH": "reconnaissance de travailleur handicapé",
    "diagnostic du prescripteur": "l'avis de la personne qui vous suit",
    "dérogation du prescripteur": "l'accord de la personne qui vous suit",
    "accord du prescripteur": "accord de la personne qui vous suit",
    "le prescripteur": "la personne qui vous suit",
}
UNKNOWN = "Nous ne le savons pas"
_SITUATIONS = {
    SituationValue.NO_JOB: "Sans emploi",
    SituationValue.IN_JOB: "En emploi",
    SituationValue.IN_TRAINING: "En formation",
}

#: code of a link that opens nothing -> title, what happened, what to do
GONE = {
    "link-unknown": (
        "Ce lien n'existe pas",
        "L'adresse est peut-être coupée.",
        "Ouvrez de nouveau le lien depuis le message. Si cela ne marche pas, appelez l'agence ou la mission locale qui vous suit.",
    ),
    "link-expired": (
        "Ce lien n'est plus valable",
        "Il ne servait que quelques jours.",
        "Appelez la personne qui vous l'a donné : elle vous en donnera un autre, ou notera votre réponse par téléphone.",
    ),
    "link-revoked": (
        "Ce lien a été remplacé",
        "Un lien plus récent vous a été donné.",
        "Ouvrez le dernier lien reçu. Si vous ne l'avez plus, appelez la personne qui vous suit.",
    ),
    "link-locked": (
        "Ce lien est fermé",
        "La date de naissance a été fausse cinq fois. Le lien est fermé pour protéger vos informations.",
        "Appelez la personne qui vous suit : elle vous en donnera un autre.",
    ),
}
OVER = (
    "Cette offre n'est plus proposée",
    "Le poste est pris, ou l'offre a été retirée. Ce n'est pas à cause de vous.",
)
#: Nobody has to say it, and it may open a right: asked as what it is.
RECOGNITION = "Si vous avez une reconnaissance de travailleur handicapé (RQTH), vous pouvez le dire : cela peut ouvrir ce droit."
NEXT = "D'autres offres arrivent chaque semaine. Dites ce que vous cherchez à la personne qui vous suit."


@dataclass(frozen=True, slots=True)
class Held:
    """A fact of the file: its name, what we hold, from whom; `fact`: what a correction of it is called."""

    fact: str
    label: str
    value: str
    told: str


def first_name(person: Person) -> str:
    return person.given_names.split(" ")[0] if person.given_names else ""


def who(signer: Signer) -> str:
    """« Claire Delmotte », « Pôle emploi Amiens »: whom the person deals with."""
    return signer.name or signer.agency or "votre agence"


def call(signer: Signer) -> str:
    """« Appelez Claire Delmotte au 03 22 00 00 00. »"""
    at = f" au {phone(signer.phone)}" if signer.phone else ""
    where = f", à {signer.agency}" if signer.agency and signer.name else ""
    return f"Appelez {who(signer)}{at or where}."


def length(asked: Asked) -> str:
    """« CDD de 36 mois », « CDI, sans date de fin »."""
    offer = asked.offer
    if offer.contract_kind == "CDI":
        return "CDI, sans date de fin"
    kind = {"CDD": "CDD"}.get(offer.contract_kind, "Contrat")
    return f"{kind} de {offer.months} mois" if offer.months else kind


def distance(km: float | None) -> str:
    """« dans votre commune », « à 12 km de votre commune »; empty when one of the two is unknown."""
    if km is None:
        return ""
    return "dans votre commune" if km == 0 else f"à {kilometres(km)} de votre commune"


def terms(asked: Asked) -> list[tuple[str, str]]:
    """The offer in plain words: no more than a message says."""
    said = [
        ("Travail", capital(asked.offer.title)),
        ("Employeur", asked.employer),
        ("Contrat", length(asked)),
        ("Heures", f"{hours(asked.offer.weekly_hours)} par semaine" if asked.offer.weekly_hours else ""),
        ("Où", capital(", ".join(filter(None, (asked.offer.commune, distance(asked.km)))))),
    ]
    return [(term, value) for term, value in said if value]


def in_a_line(asked: Asked) -> str:
    """« CDD de 36 mois, 35 h par semaine, à 12 km de votre commune »."""
    said = dict(terms(asked))
    return ", ".join(filter(None, (said["Contrat"], said.get("Heures"), distance(asked.km))))


def why(proposal: MatchProposal) -> list[str]:
    """Why this person, in sentences said to them; what is to be checked comes last."""
    said = [_reason(each) for each in (*proposal.reasons, *proposal.reservations)]
    return list(dict.fromkeys(filter(None, said)))


def _reason(statement: Mapping[str, Any]) -> str:
    match statement["code"]:
        case "near" | "far":
            if statement["km"] == 0:
                return "C'est dans votre commune."
            return f"C'est à {kilometres(statement['km'])} de votre commune."
        case "right-to-confirm":
            # RQTH is never written into what may be read by somebody else (security.md P2).
            facts = [
                MISSING[fact] for fact in statement.get("missing", ()) if fact in MISSING and fact != "rqth"
            ]
            return f"Un point est à vérifier avec vous : {', '.join(facts)}." if facts else ""
    return WHY.get(statement["code"], "")


def answered(said: Said) -> str:
    """« Vous avez dit oui le jeudi 14 novembre. »"""
    what = "oui" if said.action is Action.YES else "non"
    to = f" à {said.by}" if said.by else ""
    return f"Vous avez dit {what}{to} le {weekday(said.on)}."


def and_then(said: Said, signer: Signer) -> str:
    """What comes next: a refusal carries its next step too."""
    if said.action is Action.YES:
        return f"{capital(who(signer))} présente votre candidature à l'employeur, puis vous donne sa réponse."
    return f"Merci de l'avoir dit. {NEXT}"


def until(on: date, last: date) -> str:
    """« mercredi 11 décembre 2013 (dans 37 jours) »; years ahead, days tell nobody anything."""
    left = (last - on).days
    if left > 730:
        return f"{day(last)} (dans plus de {left // 366} ans)"
    days = "aujourd'hui" if left == 0 else "demain" if left == 1 else f"dans {number(left)} jours"
    return f"{weekday(last, year=left > 90)} ({days})"


def else_called(asked: Asked, on: date) -> str:
    """« Sans réponse avant le mardi 12 novembre (dans 8 jours), Claire Delmotte vous appelle. »"""
    when = f" avant le {until(on, asked.answer_by)}" if asked.answer_by >= on else ""
    return f"Sans réponse{when}, {who(asked.signer)} vous appelle."


def right(view: RightsView, on: date, last: date | None) -> str:
    """One right in a sentence said to its person."""
    match view.sign:
        case "yes":
            return (
                f"Oui, vous y avez droit jusqu'au {until(on, last)}." if last else "Oui, vous y avez droit."
            )
        case "check":
            asked = {each.fact for each in view.asked}
            facts = [
                MISSING[each.fact] for each in view.asked if each.fact in MISSING and each.fact != "rqth"
            ]
            said = f"Peut-être. À vérifier ensemble : {plain(', '.join(facts))}." if facts else "Peut-être."
            return f"{said} {RECOGNITION}" if "rqth" in asked else said
    return f"Pas aujourd'hui. {plain(view.change) if view.change else 'Les conditions qui manquent sont ci-dessous.'}"


def plain(said: str) -> str:
    """A condition or a fact without its acronym, nor the name that the law gives to an advisor."""
    for ours, theirs in _PLAIN.items():
        said = said.replace(ours, theirs)
    return said


def sources(own: OwnFile) -> str:
    """« fichier de Pôle emploi, conseil »."""
    return ", ".join(dict.fromkeys(source(name) for name in own.sources))


def groups(own: OwnFile) -> list[tuple[str, list[Held]]]:
    """What we hold of the person, grouped, each with its source; what we do not know is said too."""
    person, known = own.person, own.known

    def dated(code: str, value: Any) -> tuple[str, str]:
        found = known.get(code)
        return (value(found.value), capital(told(found))) if found is not None else (UNKNOWN, "")

    street = ", ".join(
        filter(None, (person.address, " ".join(filter(None, (person.postcode, person.commune)))))
    )
    home, declared = known.get("home"), known.get("declared")
    lives = (
        ("Domicile confirmé", capital(told(home)))
        if home
        else (f"{place(declared.value)}, à confirmer", capital(told(declared)))
        if declared and declared.value
        else (UNKNOWN, "")
    )
    registered = known.get("registered")
    facts = {
        "name": (f"{person.given_names} {person.family_name}".strip(), ""),
        "birth_date": (day(person.birth_date) or UNKNOWN, ""),
        "phone": (phone(person.phone) or UNKNOWN, ""),
        "email": (person.email or UNKNOWN, ""),
        "address": (street or UNKNOWN, ""),
        "situation": dated("work", lambda value: _SITUATIONS[value]),
        "registration": ("Inscription connue", capital(told(registered))) if registered else (UNKNOWN, ""),
        "diploma": dated("level", lambda value: capital(level(value))),
        "home": lives,
        "skills": (", ".join(person.skills) or UNKNOWN, ""),
        "driving_licence": ({True: "Oui", False: "Non", None: UNKNOWN}[person.driving_licence], ""),
        "available_from": (day(person.available_from) or UNKNOWN, ""),
    }
    listed = [
        ("Vous joindre", ("name", "birth_date", "phone", "email", "address")),
        ("Votre situation", ("situation", "registration", "diploma", "home")),
        ("Ce que vous cherchez", ("skills", "driving_licence", "available_from")),
    ]
    made = [(title, [Held(name, FACTS[name], *facts[name]) for name in names]) for title, names in listed]
    if own.recognition is not None:
        made[1][1].append(_recognition(own))
    return made


def _recognition(own: OwnFile) -> Held:
    assert own.recognition is not None
    recognised, last, stated = own.recognition
    value = "Oui" if recognised else "Non"
    if recognised and last:
        value += f", jusqu'au {day(last)}"
    found = own.known.get("rqth")
    by = f", {source(found.source)}" if found is not None and found.source else ""
    return Held("recognition", FACTS["recognition"], value, f"Dit le {day(stated)}{by}" if stated else "")


def wished(found: Wished) -> list[tuple[str, str]]:
    """The wishes in words, for the person and for their advisor."""
    said = [
        ("Métiers, dans l'ordre", ", ".join(found.titles)),
        ("Heures", HOURS.get(found.hours or "", "")),
        ("Distance", f"jusqu'à {number(found.mobility_km)} km" if found.mobility_km is not None else ""),
    ]
    return [(term, value or UNKNOWN) for term, value in said]


def request_title(line: Line) -> str:
    """« Correction : Téléphone », « Question : Jardinier »."""
    about = FACTS.get(line.request.fact or "") or line.title
    return f"{KINDS[line.request.kind]} : {about}" if about else KINDS[line.request.kind]


def sms(asked: Asked) -> str:
    """A text to copy: sent by hand, with no right and no personal detail in it."""
    me = who(asked.signer)
    at = f" au {phone(asked.signer.phone)}" if asked.signer.phone else ""
    return (
        f"Bonjour {first_name(asked.person)}, {asked.employer} cherche : {uncapital(asked.offer.title)} "
        f"({in_a_line(asked)}). Êtes-vous d'accord pour que je lui donne vos coordonnées ? Répondez-moi{at} avant le "
        f"{weekday(asked.answer_by)}.\n{me}"
    )


def sms_of_link(first: str, signer: Signer, address: str) -> str:
    return (
        f"Bonjour {first}, voici votre page : vos offres, vos droits, vos souhaits. Le lien marche 7 jours et "
        f"demande votre date de naissance : {address}\n{who(signer)}"
    )


LATE = "Cette offre a changé entre-temps. Votre réponse n'est pas enregistrée : voici où elle en est."


def wrong_date(left: int) -> str:
    """The same words for a wrong date and for one we do not hold."""
    tries = "un essai" if left == 1 else f"{left} essais"
    return f"Ce n'est pas la date que nous avons. Il vous reste {tries}."
