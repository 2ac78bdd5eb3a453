"""The words of the messages that leave (ux.md §10): plain, short, one thing to do, and nothing personal in a subject.

Of each kind: the subject, the paragraphs, the words of its one link. {names} are given by `web.mail`; a paragraph whose
names are all empty is left out.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from matching.store.organisations import Offer, Organisation
from matching.vocabulary import EmployerKind

from . import day, weekday
from .offers import contract


class Words(NamedTuple):
    subject: str
    paragraphs: tuple[str, ...]
    #: Words of the link; None: there is nothing to press.
    action: str | None = None


DEAR = "Bonjour {name},"
HELLO = "Bonjour,"
NEXT = "Votre dossier reste ouvert et je continue à chercher pour vous. Pour en parler, répondez à ce message.{call}"

LETTERS: dict[str, Words] = {
    # --- to an organisation of the register: words of whoever writes
    "outreach_letter": Words("{subject}", ("{text}",)),
    # --- to a young person
    "ask_person": Words(
        "Un emploi pour vous{near}",
        (
            DEAR,
            "{employer} cherche : {title} ({terms}{place}).",
            "Je vous propose de rencontrer cet employeur. Êtes-vous d'accord pour que je lui donne vos coordonnées ?",
            "La page qui s'ouvre a trois boutons : oui, non merci, j'ai une question. Sans réponse avant {until}, "
            "{or_else}.",
        ),
        "Donner ma réponse",
    ),
    "remind_person": Words(
        "Votre réponse sur un emploi",
        (
            DEAR,
            "Je vous ai écrit{asked} au sujet d'un emploi : {title}, chez {employer}.",
            "Il me manque votre réponse. Un clic suffit : oui, non merci, ou une question.{last}",
        ),
        "Donner ma réponse",
    ),
    "person_told.not_selected": Words(
        "Des nouvelles de votre candidature",
        (DEAR, "Pour le poste « {title} », {employer} a fait un autre choix.", NEXT),
    ),
    "person_told.no_answer_employer": Words(
        "Des nouvelles de votre candidature",
        (
            DEAR,
            "Pour le poste « {title} », {employer} ne m'a pas répondu malgré mes rappels. Je n'attends plus cette réponse.",
            NEXT,
        ),
    ),
    "person_told.position_filled": Words(
        "Des nouvelles de votre candidature",
        (DEAR, "Le poste « {title} » chez {employer} vient d'être pourvu par une autre personne.", NEXT),
    ),
    "person_told.offer_withdrawn": Words(
        "Des nouvelles de votre candidature",
        (DEAR, "L'offre « {title} » de {employer} est retirée : personne n'y sera embauché.", NEXT),
    ),
    "person_told.withdrawn": Words(
        "Des nouvelles de votre candidature",
        (
            DEAR,
            "La proposition dont je vous avais parlé ne va pas plus loin : « {title} », chez {employer}.",
            NEXT,
        ),
    ),
    "check_in_asked": Words(
        "Comment se passe votre emploi ?",
        (
            DEAR,
            "Vous travaillez chez {employer} depuis {since}. Comment cela se passe-t-il ?",
            "Deux questions, une minute. Si quelque chose ne va pas, dites-le : je vous appelle.",
        ),
        "Répondre aux deux questions",
    ),
    "check_in_asked.ended": Words(
        "Où en êtes-vous ?",
        (
            DEAR,
            "Votre contrat chez {employer} s'est terminé le {since}. Où en êtes-vous aujourd'hui ?",
            "Deux questions, une minute. Si vous cherchez un emploi, dites-le : je reprends les recherches avec vous.",
        ),
        "Répondre aux deux questions",
    ),
    "request_answered": Words(
        "Une réponse à votre demande",
        (
            DEAR,
            "Vous m'avez écrit le {asked}. Voici ma réponse :",
            "{answer}",
            "Pour continuer, répondez à ce message.",
        ),
    ),
    "session_changed.cancelled": Words(
        "Une séance à l'Atrium est annulée",
        (
            DEAR,
            "La séance « {theme} » du {when} n'aura pas lieu : {reason}. Ne vous déplacez pas.",
            "{next}",
            "Pour venir à une autre séance, répondez à ce message.{call}",
        ),
    ),
    "session_changed.moved": Words(
        "Une séance change de date ou de lieu",
        (
            DEAR,
            "La séance « {theme} » où vous êtes attendu aura lieu le {when}, {hours}, {place}.",
            "Vous gardez votre place. Si vous ne pouvez pas venir, répondez à ce message.{call}",
        ),
    ),
    "session_changed.restored": Words(
        "La séance a bien lieu",
        (
            DEAR,
            "Je vous avais écrit que la séance « {theme} » du {when} était annulée : elle a lieu, {hours}, {place}.",
            "Vous gardez votre place. Si vous ne pouvez pas venir, répondez à ce message.{call}",
        ),
    ),
    "session_changed.seat": Words(
        "Une place s'est libérée",
        (
            DEAR,
            "Vous avez maintenant une place à la séance « {theme} » : {when}, {hours}, {place}.",
            "Si vous ne pouvez pas venir, répondez à ce message.{call}",
        ),
    ),
    "club_invited": Words(
        "Une invitation : chercher un emploi en groupe",
        (
            DEAR,
            "Je vous invite au {club} : {weeks} semaines pour chercher un emploi en petit groupe, avec moi. {starts}",
            "Chaque semaine, un rendez-vous à deux, des ateliers, des démarches auprès d'employeurs. C'est gratuit, et "
            "vous pouvez dire non sans conséquence.",
            "La page qui s'ouvre a deux boutons : oui, non merci.{call}",
        ),
        "Donner ma réponse",
    ),
    "club_reminded": Words(
        "Votre réponse à mon invitation",
        (
            DEAR,
            "Je vous ai écrit le {asked} pour vous inviter au {club} : {weeks} semaines pour chercher un emploi en petit "
            "groupe. {starts}",
            "Il me manque votre réponse. Un clic suffit : oui, ou non merci.{call}",
        ),
        "Donner ma réponse",
    ),
    # --- to an employer
    "candidates": Words(
        "{people} à rencontrer pour votre offre",
        (
            HELLO,
            "Pour votre offre « {title} », voici {who} :",
            "{names}",
            "Rencontrez {them}, puis dites-nous la suite en deux clics : rencontré, retenu ou non retenu.",
        ),
        "Voir les fiches et répondre",
    ),
    "remind_employer": Words(
        "Qui avez-vous rencontré pour votre offre ?",
        (
            HELLO,
            "Pour votre offre « {title} », votre réponse manque encore sur {people} :",
            "{names}",
            "Deux clics suffisent : rencontré, retenu ou non retenu. Chaque jeune attend une réponse.{last}",
        ),
        "Dire ce qu'il en est",
    ),
    "candidate_gone": Words(
        "Un changement pour votre offre",
        (
            HELLO,
            "{name} n'est plus disponible pour votre offre « {title} ». Vous n'avez rien à faire.",
            "Les autres candidatures restent valables, et je continue à chercher pour vous.",
        ),
    ),
    "offer_received": Words(
        "Votre offre est bien arrivée",
        (
            HELLO,
            "Votre offre « {title} » est bien arrivée. Je la relis avant {until}. Vous n'avez rien à faire.",
        ),
    ),
    "offer_returned": Words(
        "Votre offre est à compléter",
        (
            HELLO,
            "J'ai relu votre offre « {title} ». Il manque, pour l'ouvrir : {missing}.",
            "{note}",
            "Ce que vous aviez écrit est gardé.",
        ),
        "Compléter mon offre",
    ),
    "offer_opened": Words(
        "Votre offre est ouverte",
        (
            HELLO,
            "Votre offre « {title} » est ouverte : nous cherchons des personnes qui conviennent.",
            "Vous recevrez leurs prénoms dès qu'elles auront donné leur accord. D'ici là, vous n'avez rien à faire.",
        ),
    ),
    "offer_lapsing": Words(
        "Votre offre est-elle toujours d'actualité ?",
        (
            HELLO,
            "Votre offre « {title} » s'arrête {until}. Si vous cherchez toujours, prolongez-la : un bouton suffit.",
            "Sans réponse, nous ne proposerons plus personne après ce jour.",
        ),
        "Prolonger mon offre",
    ),
    "offer_lapsed": Words(
        "Votre offre n'est plus proposée",
        (
            HELLO,
            "Sans nouvelle de vous, nous ne proposons plus personne pour votre offre « {title} » depuis {until}.",
            "Vous cherchez toujours ? Un bouton suffit pour la rouvrir.",
        ),
        "Rouvrir mon offre",
    ),
    "employer_invited": Words(
        "Votre accès à Passerelle",
        (
            "Bonjour {name},",
            "Je vous invite à déposer et à suivre vos offres d'emploi en ligne : l'aide de l'État s'y calcule, et les "
            "personnes que nous vous proposons vous y attendent.",
            "Ce lien ouvre votre compte une seule fois, jusqu'au {until}.",
        ),
        "Ouvrir mon compte",
    ),
    "aid_notice": Words(
        "Aide {programme} : un papier à envoyer avant {until}",
        (
            HELLO,
            "Pour le contrat de {name} : {what}.",
            "À envoyer{to} au plus tard {until}.{lost}",
        ),
        "Voir mes échéances",
    ),
    # --- to the house
    "hand_over_asked": Words(
        "Un dossier vous est proposé",
        (
            HELLO,
            "{agency} vous propose de prendre le suivi d'un dossier ({name}){programme}.",
            "Votre réponse est attendue avant {until}. Sans réponse, le dossier reste où il est.",
        ),
        "Voir la demande",
    ),
    "hand_over_answered.accepted": Words(
        "Un dossier que vous aviez proposé est accepté",
        (HELLO, "{agency} prend le suivi du dossier ({name}). Son histoire le suit entière."),
        "Voir le dossier",
    ),
    "hand_over_answered.refused": Words(
        "Un dossier que vous aviez proposé ne change pas de mains",
        (HELLO, "{agency} ne prend pas le suivi du dossier ({name}). Il reste dans votre portefeuille."),
        "Voir le dossier",
    ),
    "hand_over_answered.expired": Words(
        "Un dossier que vous aviez proposé attend toujours",
        (
            HELLO,
            "{agency} n'a pas répondu à temps pour le dossier ({name}). Il reste dans votre portefeuille : appelez, ou "
            "proposez-le de nouveau.",
        ),
        "Voir le dossier",
    ),
    "hand_over_answered.ended": Words(
        "Un dossier que vous aviez confié vous revient",
        (HELLO, "{agency} rend le suivi du dossier ({name}) : c'est de nouveau à vous de le suivre."),
        "Voir le dossier",
    ),
    "break_glass_notice": Words(
        "Une fiche a été ouverte hors portefeuille",
        (
            HELLO,
            "{who} a ouvert une fiche hors de son portefeuille{name}, {when}, pour la lire seulement et pour une demi-heure.",
            "L'agence qui suit la personne lit son motif, page « Hors portefeuille ». S'il vous étonne, parlez-en à "
            "l'encadrement.",
        ),
        "Voir la suite",
    ),
    "digest_advisor": Words(
        "{count} ce matin",
        (HELLO, "Ce qui presse aujourd'hui :", "{lines}"),
        "Ouvrir ma journée",
    ),
    "digest_animator": Words(
        "{count} sans nouvelles depuis {days} jours",
        (HELLO, "À appeler aujourd'hui :", "{lines}"),
        "Ouvrir le club",
    ),
    "report_online": Words(
        "Le bilan {of_month} est en ligne",
        (HELLO, "Le bilan {of_month} est en ligne. À retenir :", "{sentences}"),
        "Lire le bilan",
    ),
}
#: In the place of a link, in what is kept and in a text to copy.
LINK_KEPT = "[lien personnel]"
HOUSE = "L'équipe de Passerelle"


def employer(organisation: Organisation) -> str:
    """« l'association Étoile du Pigeonnier », « Garage Petit »: as in the middle of a sentence."""
    name = organisation.name.strip()
    is_association = organisation.legal_kind is EmployerKind.ASSOCIATION or bool(organisation.rna)
    if is_association and not name.lower().startswith(("association", "l'association", "amicale", "club")):
        return f"l'association {name}"
    return name


def terms(offer: Offer) -> str:
    """« CDD de 36 mois, 35 h »."""
    return contract(offer)


def people(count: int) -> str:
    return "1 personne" if count == 1 else f"{count} personnes"


def who_agreed(count: int) -> str:
    return (
        "une personne qui a donné son accord"
        if count == 1
        else f"{count} personnes qui ont donné leur accord"
    )


def call_back(phone: str) -> str:
    """« Ou appelez-moi au 03 … »; nothing without a number."""
    return f" Ou appelez-moi au {phone}." if phone else ""


def lost(amount: str) -> str:
    """What is lost when the paper comes late."""
    return f" Passé ce jour, {amount} d'aide sont perdus." if amount else ""


def urgent(count: int) -> str:
    return "1 action urgente" if count == 1 else f"{count} actions urgentes"


def members(count: int) -> str:
    return "1 jeune" if count == 1 else f"{count} jeunes"


def silent(name: str, days: int) -> str:
    """« Jordan L. : 12 jours »."""
    return f"{name} : {days} jours"


def more(count: int) -> str:
    return f"et {count} {'autre' if count == 1 else 'autres'}"


#: Answers of ours to a request that needed no words.
DONE = "C'est fait."
CALLED = "Sans réponse, je vous appelle."
NEAR = " près de chez vous"
#: What happens without an answer, by what the file has.
OR_ELSE = {"phone": "je vous appelle", "email": "je vous écris de nouveau"}


def at(commune: str | None) -> str:
    return f", à {commune}" if commune else ""


def on_day(value: date | None) -> str:
    return f" le {day(value)}" if value else ""


def them(count: int) -> str:
    return "cette personne" if count == 1 else "ces personnes"


#: After the last reminder to an employer.
LAST_REMINDER = " Sans réponse, je vous appelle."


def the_day(value: date) -> str:
    """« le jeudi 28 novembre »."""
    return f"le {weekday(value)}"


def at_moment(said: str) -> str:
    return f"le {said}"


def sent_to(whom: str | None) -> str:
    """« à Pôle emploi »; nothing where the programme does not say."""
    if not whom:
        return ""
    return f" au {whom.removeprefix('le ')}" if whom.startswith("le ") else f" à {whom}"


def for_programme(name: str) -> str:
    return f", pour un {name}" if name else ""


def closes(who: str, day_said: str) -> str:
    return f"{who} droit qui se ferme : {day_said}"


def paper_due(who: str, organisation: str) -> str:
    return f"{who} papier de l'aide à recevoir : {organisation}"


def alert(who: str, organisation: str) -> str:
    return f"{who} alerte à traiter : {organisation}"


def to_examine(title: str, count: int) -> str:
    return f"« {title} » : {count} {'candidat' if count == 1 else 'candidats'} à examiner"
