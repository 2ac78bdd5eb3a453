"""Code -> French words. Every sentence says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from matching.errors import PasserelleError
from matching.report_words import MONTHS as MONTHS

from .accounts import REFUSALS as ACCOUNT_REFUSALS, SETTINGS
from .flows import REFUSALS
from .jobs import REFUSALS as JOB_REFUSALS
from .programmes import programme
from .report import REFUSALS as REPORT_REFUSALS
from .states import state

HERE = ZoneInfo("Europe/Paris")

#: error code -> sentence; the facts of the error fill it in.
SENTENCES: dict[str, str] = {
    **REFUSALS,
    **REPORT_REFUSALS,
    **JOB_REFUSALS,
    **ACCOUNT_REFUSALS,
    **SETTINGS,
    "unknown-offer": "Aucune offre ouverte ne porte la référence « {reference} » : vérifiez-la dans votre "
    "fichier d'offres.",
    "database-locked": "La base est occupée par une autre opération : attendez un instant et recommencez.",
    "database-down": "La base ne répond pas ({detail}) : vérifiez PASSERELLE_DATABASE_URL et que le serveur tourne.",
    "database-old": "La base date d'une autre version de Passerelle : lancez « passerelle init ».",
    "base-not-empty": "La base contient déjà des personnes, des offres ou des employeurs : "
    "la démonstration ne se charge que dans une base vide.",
    "no-file": "Le fichier « {path} » est introuvable ou illisible : vérifiez son nom et vos droits.",
    "folder-not-empty": "Le dossier « {path} » contient déjà des fichiers : indiquez un dossier vide ou nouveau.",
    "disk-full": "Le disque est plein : rien n'a été écrit. Faites de la place et recommencez.",
    "database-newer": "La base a été faite par une version plus récente de Passerelle : installez cette version.",
    "database-unreadable": "Le fichier de la base est illisible ({detail}) : restaurez une sauvegarde.",
    "settings-database-url": "PASSERELLE_DATABASE_URL n'est pas une adresse de base : "
    "par exemple sqlite:///var/passerelle.db.",
    "settings-today": "PASSERELLE_TODAY (« {value} ») n'est pas une date : écrivez par exemple 2013-11-04.",
    "wrong-data-key": "La clé DATA_KEY n'est pas celle qui a scellé cette base : remettez la clé d'origine.",
    "no-free-port": "Aucun port n'est libre de {wanted} à {last} : arrêtez un programme ou donnez un autre --port.",
    "settings-env": "PASSERELLE_ENV (« {value} ») doit être development ou production.",
    "settings-key": "En production, {name} doit être donnée et compter au moins 32 octets.",
    "settings-key-file": "Le fichier de clé « {path} » est trop court : supprimez-le ou remettez l'original.",
    "cannot-write": "Impossible d'écrire dans « {path} » : vérifiez la place et vos droits.",
}


def sentence_for(fault: Exception) -> str:
    """One French sentence for any error; never a traceback, never an English message, never a day or a code as a base
    writes it."""
    if isinstance(fault, PasserelleError):
        template = SENTENCES.get(fault.code)
        if template:
            return template.format(**facts_said(fault.facts))
        if "message" in fault.facts:
            return str(fault.facts["message"])
        return f"Demande refusée ({fault.code}). Vérifiez ce que vous avez demandé."
    if isinstance(fault, OSError) and fault.filename:
        return SENTENCES["no-file"].format(path=fault.filename)
    return (
        f"Passerelle s'est arrêtée sur un défaut du programme ({type(fault).__name__}). Rien n'a été écrit à moitié. "
        "Relancez avec PASSERELLE_DEBUG=1 pour le détail à transmettre."
    )


def overtaken(fault: PasserelleError) -> str:
    """The same on a page that keeps what was typed: nothing is to be loaded again to go on."""
    if fault.code == "stale-version":
        return "Une autre personne vient d'enregistrer cette fiche."
    return sentence_for(fault)


def facts_said(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an error, its days, its programme and its state in words."""
    said = {name: _fact_said(name, value) for name, value in facts.items()}
    if "state" in facts:
        said["state"] = state(str(facts["state"]), facts.get("machine"))
    return said


def _fact_said(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return programme(value) if name == "programme" else value


def usage_sentence(wrong: click.ClickException) -> str:
    """What is wrong in the command line, in French, and where the help is."""
    context = getattr(wrong, "ctx", None)
    path = context.command_path if context else "passerelle"
    match wrong:
        case click.exceptions.NoArgsIsHelpError():
            what = "Il manque une commande"
        case click.NoSuchOption():
            what = f"L'option « {wrong.option_name} » n'existe pas"
        case click.MissingParameter():
            name = wrong.param.human_readable_name if wrong.param else "argument"
            what = f"Il manque « {name} »"
        case click.BadParameter():
            name = wrong.param.human_readable_name if wrong.param else "argument"
            what = f"La valeur de « {name} » ne convient pas"
        case click.UsageError() if wrong.message.startswith("No such command"):
            what = "Cette commande n'existe pas : " + wrong.message.split("'")[1]
        case click.UsageError() if "unexpected extra argument" in wrong.message:
            what = "Il y a un argument de trop"
        case _:
            what = wrong.format_message()
    return f"{what}. Voir « {path} --help »."


def short_day(value: date) -> str:
    """« 4 novembre », « 1er mai »: a day whose year goes without saying."""
    return f"{'1er' if value.day == 1 else value.day} {MONTHS[value.month - 1]}"


def day(value: date | None) -> str:
    """« 4 novembre 2013 », « 1er mai 2013 »; empty for None."""
    return f"{short_day(value)} {value.year}" if value is not None else ""


def clock_time(value: datetime) -> str:
    """« 9 h 05 », as clocks show it in Amiens."""
    here = value.astimezone(HERE)
    return f"{here.hour}\u00a0h\u00a0{here.minute:02d}"


def moment(value: datetime) -> str:
    """« 4 novembre 2013 à 9 h 05 », as clocks show it in Amiens."""
    return f"{day(value.astimezone(HERE).date())} à {clock_time(value)}"


def number(value: float, digits: int = 0) -> str:
    """A number as French readers write it: decimal comma, thin no-break space between thousands."""
    return f"{value:,.{digits}f}".replace(",", "\u202f").replace(".", ",")


WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def weekday(value: date, *, year: bool = False) -> str:
    """« lundi 4 novembre », with its year where it is far: « mercredi 11 décembre 2013 »."""
    return f"{WEEKDAYS[value.weekday()]} {day(value) if year else short_day(value)}"


def phone(text: str | None) -> str:
    """« 06 39 98 00 00 » of « +33639980000 »; a number of another country as it is, empty for none."""
    if text and text.startswith("+33") and len(text) == 12:
        national = "0" + text[3:]
        return "\u00a0".join(national[at : at + 2] for at in range(0, 10, 2))
    return text or ""


def capital(text: str) -> str:
    """With its first letter upper, the others as they are: « Emploi d'avenir », « RQTH échue »."""
    return text[:1].upper() + text[1:]


def uncapital(text: str) -> str:
    """With its first letter lower: the same words inside a sentence. Initials stay (« CUI-CAE »)."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def euros(cents: int) -> str:
    """« 2 500 € »; cents only when there are some."""
    whole, rest = divmod(cents, 100)
    return f"{number(whole)},{rest:02d}\u00a0€" if rest else f"{number(whole)}\u00a0€"
