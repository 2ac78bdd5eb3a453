"""Waiting for an answer, in French words: what was tried, when the last reminder left, what happens in the end."""

from __future__ import annotations

from datetime import date

from matching.reminders import PERSON, Sent, Silence
from matching.vocabulary import MessageState

from . import day
from .flows import REFUSALS

NOTICES = {"reminder-queued": "La relance part dans 10 minutes, ou demain matin s'il est tard."}


def reminded(sent: Sent) -> str:
    """« Relance le 7 novembre. », « 2 relances, la dernière le 13 novembre. »"""
    if sent.state is MessageState.FAILED:
        return f"La relance du {day(sent.on)} n'a pas pu partir."
    if sent.count > 1:
        return f"{sent.count} relances, la dernière le {day(sent.on)}."
    return f"Relance le {day(sent.on)}."


def since(silence: Silence, on: date) -> str:
    """Everything about a silence, in two or three sentences."""
    said = [f"En attente depuis le {day(silence.since_on)}."]
    if silence.reminded is not None:
        said.append(reminded(silence.reminded))
    elif silence.by_hand:
        said.append(REFUSALS["no-address"])
    if silence.called_on is not None:
        said.append(f"Appel sans réponse le {day(silence.called_on)}.")
    left = (silence.ends_on - on).days
    end = day(silence.ends_on) + (f" (dans {left} jours)" if left > 1 else "")
    if silence.to_whom == PERSON:
        said.append(f"Sans réponse le {end}, la proposition se ferme.")
    else:
        said.append(f"Sans réponse le {end}, la personne est prévenue que l'employeur ne répond pas.")
    return " ".join(said)


def verb(silence: Silence) -> str:
    return "Relancer la personne" if silence.to_whom == PERSON else "Relancer l'employeur"
