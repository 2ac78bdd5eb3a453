"""Offers and employers in French words: states, terms, what is missing and what to do, steps, history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from matching.eligibility.contract import TermVerdict
from matching.eligibility.programme import Programme
from matching.offers import OfferAction
from matching.planning import NamedOffer
from matching.store.organisations import Offer, Organisation
from matching.vocabulary import EmployerKind, OfferState, ProposalState, Sector, Verdict

from . import capital as capital, clock_time as clock_time, day, number, phone, uncapital
from .conditions import place
from .flows import author as author
from .reasons import level

#: state -> words, kind of tag
STATES: dict[OfferState, tuple[str, str]] = {
    OfferState.DRAFT: ("brouillon", "plain"),
    OfferState.SUBMITTED: ("à relire", "warn"),
    OfferState.TO_COMPLETE: ("à compléter", "warn"),
    OfferState.OPEN: ("ouverte", "ok"),
    OfferState.ON_HOLD: ("en attente", "info"),
    OfferState.FILLED: ("pourvue", "petrol"),
    OfferState.WITHDRAWN: ("retirée", "plain"),
    OfferState.LAPSED: ("expirée", "warn"),
}
#: Ordinary law is a choice in a form, and no scheme in the base.
ORDINARY = "droit_commun"
SCHEMES = {
    "emploi_avenir": "Emploi d'avenir",
    "emploi_franc": "Emploi franc",
    "cui_cae": "CUI-CAE ou PEC",
    "cui_cie": "CUI-CIE",
    None: "Droit commun",
}
CONTRACTS = {
    "CDI": "CDI",
    "CDD": "CDD",
    "MIS": "Mission d'intérim",
    "SAI": "Contrat saisonnier",
    "APP": "Contrat d'apprentissage",
    "PRO": "Contrat de professionnalisation",
    "CCE": "Profession commerciale",
    "FRA": "Franchise",
    "LIB": "Profession libérale",
    "REP": "Reprise d'entreprise",
    "TTI": "CDI intérimaire",
    "DDI": "CDD d'insertion",
    "DIN": "CDI intérimaire d'insertion",
    "DDT": "CDD tremplin",
}
SECTORS = {
    Sector.NON_PROFIT: "association, secteur non marchand",
    Sector.PUBLIC: "secteur public",
    Sector.MARKET: "secteur marchand",
}
SECTORS_SHORT = {Sector.NON_PROFIT: "Association", Sector.PUBLIC: "Public", Sector.MARKET: "Marchand"}
KINDS = {
    EmployerKind.ASSOCIATION: "une association ou un autre organisme à but non lucratif",
    EmployerKind.LOCAL_AUTHORITY: "une commune, un département, une région ou leur groupement",
    EmployerKind.PUBLIC_BODY: "un établissement public (hôpital, école, office…)",
    EmployerKind.STATE: "un service de l'État",
    EmployerKind.GEIQ: "un groupement d'employeurs pour l'insertion (GEIQ)",
    EmployerKind.INSERTION: "une structure d'insertion par l'activité économique",
    EmployerKind.COMPANY: "une entreprise, un commerce, un artisan",
    EmployerKind.PUBLIC_INDUSTRIAL: "un établissement public industriel et commercial",
    EmployerKind.MIXED_COMPANY: "une société d'économie mixte",
    EmployerKind.PRIVATE_PERSON: "un particulier",
}
#: Answers to « y avez-vous droit ? »: word, kind of tag.
ENTITLED = {Verdict.YES: ("oui", "ok"), Verdict.NO: ("non", "plain"), Verdict.UNKNOWN: ("à vérifier", "warn")}
SECTOR_HINTS = {
    Sector.NON_PROFIT: "Association, fondation, mutuelle : peut proposer un emploi d'avenir.",
    Sector.PUBLIC: "Commune, hôpital, établissement public : peut proposer un emploi d'avenir.",
    Sector.MARKET: "Entreprise, artisan, commerce : peut proposer un emploi franc.",
}
GROUNDS = {
    "statutes": "J'ai vu les statuts ou l'extrait Kbis",
    "register": "Je l'ai lu au répertoire Sirene (catégorie juridique)",
    "employer": "L'employeur me l'a dit",
    "mistake": "Je corrige une erreur",
}
#: The same, of somebody else.
GROUNDS_SAID = {
    "statutes": "statuts ou extrait Kbis vus",
    "register": "lu au répertoire Sirene",
    "employer": "dit par l'employeur",
    "mistake": "correction d'une erreur",
}
#: kind of a file -> « lu dans … »
FILES = {"associations": "le fichier des associations", "employeurs": "le fichier des employeurs"}

#: field of work of a file -> words
FIELDS_OF_WORK = {
    "sport": "sport", "culture": "culture", "education": "éducation", "social": "social", "sante": "santé",
    "environnement": "environnement", "insertion": "insertion", "loisirs": "loisirs", "autre": "autre",
}  # fmt: skip

#: what is missing -> its name in a list, what to do about it
MISSING: dict[str, tuple[str, str]] = {
    "positions": ("nombre de postes", "Indiquez combien de postes sont à pourvoir."),
    "siret": (
        "SIRET de l'employeur",
        "Demandez ses 14 chiffres à l'employeur : sans lui, l'aide ne peut pas être demandée.",
    ),
    "sector": (
        "secteur de l'employeur",
        "Dites si l'employeur est une association, un organisme public ou une entreprise : le dispositif en dépend.",
    ),
    "employer-not-market": (
        "employeur hors du secteur marchand",
        "Un emploi franc se signe avec un employeur privé affilié à l'assurance chômage (art. L5134-66) : une "
        "association peut en relever. Vérifiez-le, puis ouvrez l'offre par dérogation depuis sa fiche ; sinon, choisissez "
        "l'emploi d'avenir ou le droit commun, ou corrigez le secteur.",
    ),
    "employer-not-agreed": (
        "employeur du secteur marchand, non agréé",
        "Un emploi d'avenir se signe avec une association ou un organisme public, ou dans un secteur marchand de la "
        "liste du préfet de région, qui n'est pas enregistrée ici. Choisissez l'emploi franc ou le droit commun, "
        "corrigez le secteur s'il est faux, ou ouvrez l'offre par dérogation depuis sa fiche.",
    ),
    "employer-to-check": (
        "droit de l'employeur à vérifier",
        "Le dispositif n'est ouvert à cet employeur que sous condition : vérifiez-la, puis ouvrez l'offre en donnant le "
        "motif ; sinon, choisissez un autre dispositif ou le droit commun.",
    ),
    "employer-excluded": (
        "employeur que le dispositif exclut",
        "Cet employeur n'a pas droit à ce dispositif : choisissez-en un autre, ou le droit commun ; corrigez sa nature "
        "juridique si elle est fausse.",
    ),
    "programme-not-in-force": (
        "dispositif fermé à cette date",
        "Aucun texte de ce dispositif n'est en vigueur au début prévu : changez la date, ou choisissez le droit commun.",
    ),
    "contract-kind": (
        "type et durée du contrat",
        "Indiquez un contrat que le dispositif admet, ou notez l'exception accordée par le prescripteur.",
    ),
    "contract-hours": (
        "durée du travail",
        "Indiquez les heures par semaine que le dispositif admet, ou notez l'exception accordée par le prescripteur.",
    ),
    "tutor": ("tuteur", "Indiquez la personne qui accompagnera le jeune au quotidien."),
    "training": (
        "formation prévue",
        "Indiquez la formation que l'employeur prévoit, même dans ses grandes lignes.",
    ),
    "description": ("description du poste", "Dites ce que fera le jeune, semaine après semaine."),
    "place": ("lieu de travail", "Indiquez le code postal et la commune."),
    "start": ("début souhaité", "Indiquez la date de début."),
    "salary": ("salaire", "Indiquez le salaire proposé."),
    "requirements": ("diplôme, permis, compétences", "Précisez ce que l'employeur demande vraiment."),
    "contact": ("contact chez l'employeur", "Indiquez un courriel ou un téléphone."),
}

#: field of an offer or of its employer -> its name in the history
FIELD_NAMES = {
    "title": "nom du poste", "rome": "métier", "description": "description", "scheme": "dispositif",
    "contract_kind": "type de contrat", "months": "durée du contrat", "weekly_hours": "heures par semaine",
    "exception_noted": "exception notée", "tutor": "tuteur", "training": "formation", "starts_on": "début",
    "apply_before": "date limite", "postcode": "code postal", "commune": "commune", "positions": "nombre de postes",
    "level_min": "diplôme demandé", "bac_plus_min": "années après le bac", "needs_licence": "permis B",
    "may_be_named": "nom sur le planning public",
    "skills": "compétences", "salary": "salaire", "contact_email": "courriel", "contact_phone": "téléphone",
    "organisation_id": "employeur", "siret": "SIRET", "sector": "secteur", "name": "nom",
}  # fmt: skip

#: state of a proposal -> what its people wait for, in a count
CANDIDATES = {
    ProposalState.COMPUTED: "Calculés",
    ProposalState.TO_REVIEW: "À examiner",
    ProposalState.DEFERRED: "À revoir plus tard",
    ProposalState.APPROVED: "À contacter",
    ProposalState.PERSON_ASKED: "Réponse du jeune attendue",
    ProposalState.AGREED: "À transmettre à l'employeur",
    ProposalState.SENT: "Réponse de l'employeur attendue",
    ProposalState.INTERVIEW: "En entretien",
    ProposalState.SELECTED: "Choix de l'employeur",
}
#: moment of a payment -> words
PAYMENTS = {"trial-end": "À la fin de la période d'essai", "month-10": "À la fin du dixième mois"}

A = OfferAction
#: step -> verb of its button, what it does; the dots say that something is asked first
STEPS: dict[OfferAction, tuple[str, str]] = {
    A.SUBMIT: (
        "Envoyer en relecture",
        "L'offre est relue telle qu'elle est ; elle peut alors être ouverte par dérogation.",
    ),
    A.RETURN: (
        "Renvoyer pour compléter",
        "Cochez ce qui manque : la liste est montrée à qui complète l'offre.",
    ),
    A.ACCEPT: ("Ouvrir l'offre", "Des candidats lui sont proposés dès la prochaine recherche."),
    A.HOLD: (
        "Mettre en attente",
        "Plus personne n'est proposé jusqu'à la reprise ; les propositions en cours restent.",
    ),
    A.RESUME: ("Reprendre l'offre", "Des candidats lui sont de nouveau proposés."),
    A.REFRESH: (
        "Confirmer que l'offre court toujours",
        "Elle sera revue dans 90 jours, ou à sa date limite.",
    ),
    A.WITHDRAW: ("Retirer l'offre", "Les propositions en cours se ferment."),
    A.REOPEN: ("Rouvrir l'offre", "Des candidats lui sont de nouveau proposés."),
}
#: What the reason of a step is asked as; a step without a line asks for none.
REASONS = {
    A.HOLD: "Pourquoi la mettre en attente ?",
    A.RESUME: "Pourquoi la reprendre ?",
    A.WITHDRAW: "Pourquoi la retirer ?",
    A.ACCEPT: "Motif de la dérogation",
    A.REOPEN: "Pourquoi la rouvrir ?",
}
#: step -> what the history says
DONE = {
    "submit": "Offre reçue",
    "return": "Renvoyée pour compléter",
    "accept": "Offre ouverte",
    "hold": "Mise en attente",
    "resume": "Offre reprise",
    "refresh": "Confirmée : elle court toujours",
    "lapse": "Expirée, faute de nouvelles",
    "fill": "Pourvue",
    "withdraw": "Retirée",
    "reopen": "Rouverte",
    "edit": "Modifiée",
}
#: last act on the trail -> what somebody else has just done
ACTS = {
    "offer.edit": "a modifié cette offre",
    "offer.take": "a saisi cette offre",
    "offer.submit": "a envoyé cette offre en relecture",
    "offer.return": "a renvoyé cette offre pour qu'elle soit complétée",
    "offer.accept": "a ouvert cette offre",
    "offer.hold": "a mis cette offre en attente",
    "offer.resume": "a repris cette offre",
    "offer.refresh": "a confirmé cette offre",
    "offer.withdraw": "a retiré cette offre",
    "offer.reopen": "a rouvert cette offre",
    "organisation.sector": "a précisé le secteur de cet employeur",
    "organisation.kind": "a précisé la nature juridique de cet employeur",
    "organisation.edit": "a modifié cet employeur",
    "organisation.create": "a saisi cet employeur",
}
#: Said in the status bar after a POST.
NOTICES = {
    "offer-opened": "L'offre est complète et ouverte. Lancez la recherche de candidats, ou attendez celle de la nuit.",
    "offer-resumed": "L'offre est complète : elle a repris.",
    "offer-waits-one": "Enregistré. Il manque encore une information.",
    "offer-waits": "Enregistré. Il manque encore {n} informations.",
    "offer-saved": "Modifications enregistrées.",
    "offer-saved-criteria": "Modifications enregistrées. Les critères ont changé : les propositions qui n'ont pas "
    "encore été décidées seront recalculées à la prochaine recherche.",
    "offer-unchanged": "Rien n'a changé.",
    "offer-taken": "Offre enregistrée et ouverte. Vous la retrouvez dans la liste des offres.",
    "offer-taken-waits": "Offre enregistrée. Elle attend d'être complétée avant de s'ouvrir.",
    "offer-submit": "L'offre est en relecture.",
    "offer-return": "L'offre est renvoyée pour être complétée.",
    "offer-accept": "L'offre est ouverte.",
    "offer-hold": "L'offre est en attente.",
    "offer-resume": "L'offre a repris.",
    "offer-refresh": "L'offre court toujours : sa date de revue est repoussée.",
    "offer-withdraw": "L'offre est retirée. Aucune proposition n'était en cours.",
    "offer-withdraw-one": "L'offre est retirée, et sa proposition en cours fermée.",
    "offer-withdraw-many": "L'offre est retirée, et ses {n} propositions en cours fermées.",
    "offer-reopen": "L'offre est rouverte.",
    "search-asked": "Recherche demandée. Elle commence dans la minute et porte sur toutes les offres ouvertes.",
    "sector-stated": "Enregistré. Aucune offre n'en dépendait.",
    "sector-opened-one": "Secteur enregistré : une offre qui l'attendait est ouverte.",
    "sector-opened": "Secteur enregistré : {n} offres qui l'attendaient sont ouvertes.",
    "sector-held": "Secteur enregistré : {n} offre(s) ne remplissent plus leur dispositif et sont mises en attente.",
    "siret-stated": "SIRET enregistré.",
    "siret-opened": "SIRET enregistré : {n} offre(s) qui l'attendaient sont ouvertes.",
}


def missing_name(code: str) -> str:
    return MISSING.get(code, (f"condition « {code} »", ""))[0]


def missing_names(codes: Iterable[str]) -> str:
    """« tuteur, formation prévue »."""
    return ", ".join(missing_name(code) for code in codes)


def missing_advice(code: str) -> str:
    return MISSING.get(
        code, ("", "Une condition du dispositif n'est pas remplie : voyez les règles en vigueur.")
    )[1]


def reason_said(reason: str | None) -> str | None:
    """A reason as the history shows it: codes of what was missing are said in words."""
    if not reason:
        return None
    codes = reason.split(", ")
    return f"Manque : {missing_names(codes)}" if all(code in MISSING for code in codes) else reason


def hours(value: float | None) -> str:
    """« 35 h », « 17,5 h »."""
    return f"{number(value, 0 if value == int(value) else 1)} h" if value is not None else ""


def contract(offer: Offer | NamedOffer) -> str:
    """« CDD de 36 mois, 35 h »: what is known of the terms."""
    kind = CONTRACTS.get(offer.contract_kind, offer.contract_kind)
    length = f" de {offer.months} mois" if offer.months and offer.contract_kind != "CDI" else ""
    return ", ".join(part for part in (f"{kind}{length}", hours(offer.weekly_hours)) if part)


def asked_level(offer: Offer) -> str | None:
    if offer.level_min is None:
        return None
    return "aucun" if offer.level_min == 0 else f"au moins {level(offer.level_min, offer.bac_plus_min)}"


def terms(offer: Offer) -> tuple[list[tuple[str, str]], list[str]]:
    """What the offer says, in the order of its form, and what it leaves unsaid."""
    licence = {True: "indispensable", False: "pas nécessaire", None: None}[offer.needs_licence]
    named = {True: "accepté par l'employeur", False: "non", None: None}[offer.may_be_named]
    said: list[tuple[str, str | None]] = [
        ("Référence", offer.reference),
        ("Ce que fera la personne", offer.description),
        ("Lieu de travail", " ".join(part for part in (offer.postcode, offer.commune) if part) or None),
        ("Début souhaité", day(offer.starts_on) or None),
        ("Date limite", day(offer.apply_before) or None),
        ("Dispositif", SCHEMES.get(offer.scheme, offer.scheme)),
        ("Contrat", contract(offer)),
        ("Exception accordée", offer.exception_noted),
        ("Salaire", offer.salary),
        ("Personne qui accompagne (tuteur)", offer.tutor),
        ("Formation prévue", offer.training),
        ("Diplôme demandé", asked_level(offer)),
        ("Permis B", licence),
        ("Compétences demandées", ", ".join(offer.skills or ()) or None),
        ("Courriel du contact", offer.contact_email),
        ("Téléphone du contact", phone(offer.contact_phone)),
        ("Nom sur le planning public", named),
    ]
    rare = ("Référence", "Exception accordée", "Date limite", "Nom sur le planning public")
    return (
        [(term, value) for term, value in said if value],
        [uncapital(term) for term, value in said if not value and term not in rare],
    )


def identity(employer: Organisation) -> list[tuple[str, str]]:
    """What is known of an employer, contact included."""
    town = " ".join(part for part in (employer.postcode, employer.commune) if part)
    said = [
        ("Numéro RNA", employer.rna),
        ("Domaine", FIELDS_OF_WORK.get(employer.field or "", employer.field)),
        ("Objet", employer.object),
        ("Code NAF", employer.naf),
        ("Adresse", ", ".join(part for part in (employer.address, town) if part)),
        ("Quartier déclaré", place(employer.declared_quarter)),
        ("Contact", employer.contact_name),
        ("Courriel", employer.contact_email),
        ("Téléphone", phone(employer.contact_phone)),
    ]
    return [(term, value) for term, value in said if value]


def siret(value: str | None) -> str:
    """« 732 829 320 00074 », as the avis de situation writes it."""
    return "\u00a0".join((value[:3], value[3:6], value[6:9], value[9:])) if value else ""


def broken(programme: Programme, term: TermVerdict, rule: str, values: Mapping[str, Any], kind: str) -> str:
    """What to type instead of a term that the programme does not admit: « Indiquez une durée entre 12 et 36 mois »."""
    label = programme.file.label
    if rule == "kind" and (bounds := values["allowed"].get(kind)):
        least, most = bounds.get("months_from"), bounds.get("months_to")
        said = f"entre {least} et {most} mois" if most else f"d'au moins {least} mois"
        return f"Indiquez une durée {said}, ou notez l'exception accordée."
    if rule == "kind":
        allowed = " ou ".join(CONTRACTS.get(name, name) for name in values["allowed"])
        return f"Choisissez {allowed} : {label.lower()} n'admet pas ce contrat."
    if rule == "hours":
        least, most = hours(values["at_least"]), values.get("at_most")
        said = (
            f"entre {least} et {hours(most)}" if most and most != values["at_least"] else f"au moins {least}"
        )
        return f"Indiquez {said} par semaine, ou notez l'exception accordée."
    asked = next(each.requires for each in programme.file.contract if each.id == term.id)
    return f"Il faut {asked} : corrigez, ou choisissez un autre dispositif."
