"""Names and definitions of the report's figures, in French: part of the document, so that a figure never travels
without saying what it counts (architecture.md §11)."""

from __future__ import annotations

from typing import NamedTuple

from .report_model import LEVELS, NO_PROGRAMME, OUTSIDE_ZONES, UNKNOWN, Month

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


class Words(NamedTuple):
    label: str
    definition: str


SIGNED = (
    "Contrats dont la signature porte une date de la période. N'y sont pas : un contrat annulé ensuite, et celui dont "
    "la personne n'est jamais venue."
)
THAT_DAY = "le jour de la signature"

#: id -> its name and what it counts. {month}, {cohort}, {until} are filled in.
WORDS: dict[str, Words] = {
    "D1": Words(
        "Contrats signés",
        SIGNED
        + f" Par dispositif, par quartier (adresse confirmée {THAT_DAY}) et par niveau de diplôme connu ce jour-là.",
    ),
    "D1-year": Words("Contrats signés depuis le 1er janvier", SIGNED + " Mêmes règles que pour le mois."),
    "D3": Words(
        "Part des habitants de quartiers prioritaires parmi les emplois d'avenir signés",
        "Emplois d'avenir signés par des personnes dont l'adresse en quartier prioritaire (ZUS, puis QPV) est "
        f"confirmée {THAT_DAY}, sur ceux dont l'adresse est confirmée.",
    ),
    "D3-year": Words(
        "Part des habitants de quartiers prioritaires parmi les emplois d'avenir signés depuis le 1er janvier",
        "Même règle que pour le mois.",
    ),
    "D4": Words(
        "Part des personnes sans diplôme ou de niveau CAP ou BEP parmi les emplois d'avenir signés",
        f"Personnes sans diplôme ou de niveau 3 (CAP, BEP) {THAT_DAY}, sur celles dont le niveau est connu.",
    ),
    "D4-year": Words(
        "Part des personnes sans diplôme ou de niveau CAP ou BEP parmi les emplois d'avenir signés depuis le "
        "1er janvier",
        "Même règle que pour le mois.",
    ),
    "D6": Words(
        "Part des femmes parmi les contrats signés",
        "Tous contrats, sur les personnes dont la civilité est connue.",
    ),
    "D6-year": Words(
        "Part des femmes parmi les contrats signés depuis le 1er janvier", "Même règle que pour le mois."
    ),
    "C1": Words(
        "De la proposition à l'embauche",
        "Propositions calculées en {cohort}, deux mois plus tôt pour qu'elles aient eu le temps d'aboutir, suivies "
        "jusqu'au {until}. Chaque étape compte aussi celles qui sont allées plus loin ; une décision annulée ne compte "
        "pas ; une proposition remplacée par un nouveau calcul avant d'être examinée n'y est pas. Est « reçue » la "
        "personne dont l'entretien est noté ou que l'employeur a retenue.",
    ),
    "C4": Words(
        "Propositions écartées",
        "Propositions qu'une conseillère ou un conseiller a écartées dans le mois, par motif, sur celles examinées "
        "dans le mois (proposées ou écartées). Une décision annulée ne compte pas.",
    ),
    "E1": Words(
        "Périodes d'essai passées",
        "Contrats dont la période d'essai devait finir dans le mois : part de ceux qui couraient encore le lendemain.",
    ),
    **{
        f"E2-{months}": Words(
            f"Toujours en poste après {months} mois",
            f"Contrats commencés {months} mois plus tôt, jour pour jour dans le mois : part de ceux qui couraient ce "
            "jour-là. Un contrat plus récent n'y est pas.",
        )
        for months in (3, 6, 10, 12)
    },
    "E3": Words(
        "Ruptures parmi les contrats terminés",
        "Contrats finis dans les douze derniers mois : part de ceux qui ont fini avant leur terme ou, pour un contrat "
        "sans terme, qui ont fini. Les contrats en cours n'y sont pas. Par qui, pourquoi, et à quel âge du contrat.",
    ),
    "E5": Words(
        "En emploi durable six mois après la sortie",
        "Personnes dont le contrat a fini six mois plus tôt et dont la situation est connue : part de celles qui sont "
        "en CDI, en contrat de six mois ou plus, dans la fonction publique ou à leur compte.",
    ),
    "E7": Words(
        "Points de suivi tenus à temps",
        "Points de suivi prévus dans le mois (1, 3, 6, 10, 12, 24 et 36 mois de contrat) : part de ceux qui ont été "
        "tenus dans les quinze jours.",
    ),
    "E7-training": Words(
        "Formations commencées",
        "Formations promises par un employeur et commencées dans le mois ; celles qui ont fini avec un certificat.",
    ),
    "H3": Words(
        "Réponses en retard",
        "Propositions qui attendaient une réponse depuis plus de quinze jours ouvrés à la fin du mois, selon qui la "
        "doit.",
    ),
    "E6-asked": Words(
        "Aide demandée",
        "Contrats dont un versement de l'aide a été demandé dans le mois, nombre de ces versements et montant.",
    ),
    "E6-lapsed": Words(
        "Aide perdue",
        "Contrats dont un versement de l'aide a été perdu dans le mois, son document n'étant pas arrivé à temps.",
    ),
    "E6-repay": Words(
        "Aide à rembourser",
        "Contrats rompus dans le mois dont un versement de l'aide est à rembourser ou l'a été.",
    ),
    "E6-due": Words(
        "Aide à échéance",
        "Contrats dont un versement de l'aide tombe dans le mois, nombre de ces versements et montant.",
    ),
    "E6-paid": Words(
        "Aide versée",
        "Contrats dont un versement de l'aide est daté du mois, nombre de versements et montant.",
    ),
    "E6-next": Words(
        "Aide à échéance dans les 60 jours",
        "Contrats dont un versement de l'aide tombe dans les 60 jours qui suivent le mois et n'était pas payé à sa "
        "fin, nombre de ces versements et montant.",
    ),
    "B1": Words(
        "Offres ouvertes à la fin du mois",
        "Offres ouvertes le dernier jour, et leurs postes ; offres acceptées, pourvues et expirées dans le mois.",
    ),
    "F1": Words(
        "Entrées au club",
        "Jeunes entrés au club dans le mois ; présents au club à sa fin ; sortis dans le mois, par issue.",
    ),
    "F2": Words(
        "Semaines de club couvertes",
        "Semaines vécues au club et finies dans le mois : part de celles qui ont au moins un échange dans les deux "
        "sens. Une pause repousse les semaines qui la suivent ; une absence excusée compte.",
    ),
    "F3": Words(
        "Présence aux séances collectives",
        "Séances closes du mois : présents, en retard compris, sur les personnes attendues (inscrites et non excusées, "
        "et venues sans être inscrites). Séances tenues et annulées, offres présentées, chacune une fois.",
    ),
    "F4": Words(
        "En emploi à la fin du club",
        "Tous les jeunes dont les semaines de club devaient finir dans le mois, abandons compris : part de ceux dont "
        "l'issue connue à la fin du mois est un emploi, de toute nature. Une issue inconnue n'en est pas un.",
    ),
    "F4-6": Words(
        "En emploi six mois après le club",
        "Tous les jeunes dont les semaines de club devaient finir six mois plus tôt, abandons compris : part de ceux "
        "que l'on sait en emploi six mois après.",
    ),
    "G1": Words(
        "Associations subventionnées contactées",
        "Registres des associations subventionnées (emplois d'avenir) et des employeurs du réseau (emplois francs), "
        "par année : combien ont atteint chaque étape à la fin du mois, avec les postes promis et proposés. « Toujours "
        "en poste » : au moins une embauche qui courait six mois après son début.",
    ),
    "G2": Words(
        "Refus d'associations",
        "Structures dont la dernière réponse, à la fin du mois, est un refus, par motif. Moins de trois entreprises ne "
        "sont pas montrées.",
    ),
    **{
        f"T1-{campaign}": Words(
            label,
            "Habitants d'un quartier prioritaire qui avaient un droit le premier jour du mois et n'étaient pas sous "
            f"contrat : part de ceux qui ont signé dans le mois, parmi ceux que {whom}, et parmi les autres. Si les "
            "uns signent plus et les autres moins, l'action déplace des emplois.",
        )
        for campaign, label, whom in (
            ("club", "Signatures parmi les jeunes du club", "le club suivait"),
            (
                "prospecting",
                "Signatures parmi les jeunes contactés pour une offre issue de la prospection",
                "l'on a contactés dans les trois derniers mois pour une offre d'une structure prospectée",
            ),
            (
                "graduates",
                "Signatures parmi les diplômés présentés à des employeurs",
                "l'on a présentés à un employeur dans les trois derniers mois",
            ),
        )
    },
    "K1": Words(
        "Clauses sociales insérées",
        "Marchés publics où une clause d'insertion a été, dans le mois, proposée à l'acheteur, insérée ou refusée.",
    ),
    "K2": Words(
        "Personnes ayant travaillé au titre d'une clause",
        "Personnes dont des heures d'insertion portent sur le mois, et ces heures, hors formation. « Jeunes des "
        "quartiers » : moins de 26 ans et habitants d'un quartier prioritaire, le jour de leur première heure.",
    ),
    "A1": Words(
        "Jeunes inscrits au registre",
        "Personnes connues le dernier jour du mois, par quartier de leur adresse confirmée ce jour-là.",
    ),
}

STEPS = {
    "computed": "Calculées",
    "reviewed": "Examinées",
    "approved": "Proposées",
    "asked": "Contactées",
    "agreed": "D'accord",
    "sent": "Transmises à l'employeur",
    "interview": "Reçues",
    "selected": "Retenues",
    "hired": "Embauchées",
}
STOPPED = {
    "computed": "Pas encore examinées",
    "reviewed": "Écartées",
    "approved": "Pas contactées",
    "asked": "Sans accord",
    "agreed": "Pas transmises",
    "sent": "Pas reçues",
    "interview": "Pas retenues",
    "selected": "Sans contrat signé",
}
MOVEMENTS = {
    "opened": "Ouvertes dans le mois",
    "filled": "Pourvues dans le mois",
    "lapsed": "Expirées dans le mois",
    "open": "Ouvertes à la fin du mois",
}
REASONS = {
    "not_eligible": "Pas de droit",
    "not_the_wish": "Ne correspond pas au souhait",
    "skills": "Compétences",
    "mobility": "Déplacements",
    "child_care": "Garde d'enfants",
    "language": "Langue",
    "already_in_a_path": "Déjà dans un parcours",
    "data_wrong": "Données fausses",
    "duplicate": "Doublon",
    "other": "Autre motif",
}
LEVEL_NAMES = dict(
    zip(
        (*LEVELS, UNKNOWN),
        (
            "Sans diplôme",
            "CAP ou BEP",
            "Bac",
            "Bac+2",
            "Bac+3 ou 4",
            "Bac+5",
            "Doctorat",
            "Niveau inconnu",
        ),
        strict=True,
    )
)
#: Of whom it holds, and the others (E1, E2).
PARTS = {"yes": "oui", "no": "non"}
BROKEN_BY = {
    "employer": "Par l'employeur",
    "employee": "Par la personne",
    "both": "D'un commun accord",
    "neither": "Autrement",
}
BREAK_REASONS = {
    "serious_fault": "Licenciement pour faute grave ou lourde",
    "unfitness": "Licenciement pour inaptitude",
    "economic": "Licenciement économique",
    "other_dismissal": "Autre licenciement",
    "employer_ended": "Fin par l'employeur, motif non précisé",
    "resigned": "Démission",
    "abandoned_post": "Abandon de poste",
    "better_job": "Autre emploi trouvé",
    "training": "Entrée en formation",
    "moved": "Déménagement",
    "mutual": "Rupture d'un commun accord",
    "other": "Autre raison",
}
LIVES = {
    "under-3": "Avant 3 mois",
    "3-6": "De 3 à 6 mois",
    "6-12": "De 6 à 12 mois",
    "over-12": "Après 12 mois",
}
SITUATIONS = {
    "lasting_job": "Emploi durable",
    "short_job": "Emploi court",
    "training": "Formation",
    "unemployed": "Sans emploi",
    "unknown": "Situation inconnue",
}
TRAININGS = {"started": "Commencées", "certified": "Finies avec un certificat"}
WHOSE = {
    "advisor": "De l'agence",
    "person": "De la personne",
    "employer": "De l'employeur",
}
CLUB_MOVES = {
    "entered": "Entrés dans le mois",
    "active": "Au club à la fin du mois",
    "left": "Sortis dans le mois",
}
CLUB_OUTCOMES = {
    "lasting_job": "Emploi durable",
    "emploi_franc": "Emploi franc",
    "emploi_avenir": "Emploi d'avenir",
    "other_aided": "Autre contrat aidé",
    "short_job": "Emploi court",
    "interim": "Intérim",
    "apprenticeship": "Alternance",
    "training": "Formation",
    "civic_service": "Service civique",
    "business": "Création d'activité",
    "continues": "Suivi avec l'agence",
    "dropped_out": "Abandon",
    "moved": "Déménagement",
    "health": "Santé",
    "unknown": "Issue inconnue",
}
SESSIONS = {
    "held": "Séances tenues",
    "cancelled": "Séances annulées",
    "came": "Personnes présentes",
    "walk-ins": "Dont venues sans inscription",
    "offers": "Offres présentées",
}
PURPOSES = {"avenir": "Associations, emplois d'avenir", "franc": "Employeurs, emplois francs"}
CHAIN = {
    "listed": "Au registre",
    "notified": "Notifiées avec la clause",
    "contacted": "Contactées",
    "promised": "Ont promis des postes",
    "posted": "Ont proposé une offre",
    "hired": "Ont embauché",
    "still_there": "Toujours en poste à six mois",
}
REFUSALS = {
    "cost": "Reste à payer",
    "no_tutor": "Pas de tuteur",
    "no_work": "Pas assez de travail",
    "paperwork": "Démarches trop lourdes",
    "length": "Durée du contrat",
    "premises": "Locaux",
    "has_one": "A déjà un emploi aidé",
    "no_answer": "Pas de réponse après plusieurs essais",
    "other": "Autre motif",
}
SIDES = {"targeted": "Jeunes concernés", "others": "Autres jeunes ayant un droit"}
SIGNED_OR_NOT = {"yes": "ont signé", "no": "n'ont pas signé"}
CLAUSES = {"propose": "Proposées", "insert": "Insérées", "refuse": "Refusées"}
CLAUSE_HOURS = {
    "young_residents": "Jeunes des quartiers",
    "others": "Autres personnes",
    "unknown": "Âge ou quartier inconnu",
}
ZONE_NAMES = {OUTSIDE_ZONES: "Hors quartier prioritaire", UNKNOWN: "Adresse non confirmée"}
PROGRAMME_NAMES = {NO_PROGRAMME: "Sans dispositif"}


def chain_label(year: int, purpose: str, step: str) -> str:
    """« 2013, Associations, emplois d'avenir : Contactées »."""
    return f"{year}, {PURPOSES[purpose]} : {CHAIN[step]}"


def refusal_label(purpose: str, reason: str) -> str:
    return f"{PURPOSES[purpose]} : {REFUSALS.get(reason, reason)}"


def month_words(month: Month) -> str:
    """« octobre 2013 »."""
    return f"{MONTHS[month.number - 1]} {month.year}"


def words(indicator_id: str, month: Month, cohort: Month) -> Words:
    """The name and the definition of a figure of that month."""
    label, definition = WORDS[indicator_id]
    until = f"{month.last.day} {month_words(month)}"
    return Words(label, definition.format(cohort=month_words(cohort), until=until))
