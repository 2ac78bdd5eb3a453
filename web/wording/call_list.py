"""Whom to call first, in French: what one more post would do, and what may be said of it on the telephone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from matching.offer_aid import Lump, Monthly
from matching.vocabulary import OutreachPurpose

from . import day, euros, number, uncapital
from .outreach import CHANNELS, RESULTS, STATES, told as count

if TYPE_CHECKING:
    from matching.call_list import Line, Tried

__all__ = ["STATES", "count"]

#: ?pour= -> what the calls are for
PURPOSES = {"avenir": OutreachPurpose.AVENIR, "franc": OutreachPurpose.FRANC}
TITLES = {
    OutreachPurpose.AVENIR: "Qui appeler d'abord",
    OutreachPurpose.FRANC: "Quels employeurs appeler d'abord",
}
SCHEMES = {OutreachPurpose.AVENIR: "emploi d'avenir", OutreachPurpose.FRANC: "emploi franc"}
HOUSES = {
    OutreachPurpose.AVENIR: ("association", "associations"),
    OutreachPurpose.FRANC: ("employeur", "employeurs"),
}
NEVER = "Personne n'a encore appelé."
UNKNOWN_JOB = "métier à préciser"
OTHER_JOBS = "autres métiers"


def young(value: int, least: int = 0) -> str:
    """« 14 jeunes », « 1 jeune », « moins de 5 jeunes »."""
    return f"{count(value, least)} jeune{'s' if max(value, least) > 1 else ''}"


def gain(new: int, least: int = 0) -> str:
    """The figure of a line: whom its post would serve that no call before does."""
    if not new and not least:
        return "0"
    return count(new, least)


def idle(count: int, purpose: OutreachPurpose, alone: bool) -> str:
    """« 12 autres associations ne serviraient personne de plus » : what the folded lines are."""
    one, many = HOUSES[purpose]
    if alone:
        none = f"Aucune {one}" if purpose is OutreachPurpose.AVENIR else f"Aucun {one}"
        return f"{none} de la liste ne servirait quelqu'un de plus : {number(count)} à voir"
    if count == 1:
        return f"{'Une' if purpose is OutreachPurpose.AVENIR else 'Un'} autre {one} ne servirait personne de plus"
    return f"{number(count)} autres {many} ne serviraient personne de plus"


def plausible(seen: int, purpose: OutreachPurpose) -> str:
    """Why that post: who of its like offered one."""
    one, many = HOUSES[purpose]
    if not seen:
        return "Métier habituel du domaine, pas encore vu dans une offre."
    if seen == 1:
        return (
            f"{'Une' if purpose is OutreachPurpose.AVENIR else 'Un'} {one} du même domaine en a déjà proposé."
        )
    return f"{number(seen)} {many} du même domaine en ont déjà proposé."


def serves(line: Line, least: int = 0) -> str:
    """« 12 jeunes sans offre cherchent ce métier à cette distance : les appels précédents en servent 10, celui-ci 2. »"""
    if line.waiting < least:
        return ""
    if not line.waiting:
        return "Aucun jeune sans offre ne cherche ce métier à cette distance."
    seek = "cherchent" if line.waiting > 1 else "cherche"
    said = f"{young(line.waiting)} sans offre {seek} ce métier à cette distance"
    if least or line.new == line.waiting:
        return said + "."
    if not line.already:
        return said + f" : cet appel en sert {line.new}, le nombre d'une première liste."
    if not line.new:
        whom = "les servent" if line.waiting > 1 else "le servent"
        return said + f" : les appels précédents {whom} déjà."
    return said + f" : les appels précédents en servent {line.already}, celui-ci {line.new}."


def seated(value: int, least: int = 0) -> str:
    """Those who have an offer, but are on no first list."""
    if value < max(least, 1):
        return ""
    who = "autre n'est" if value == 1 else "autres ne sont"
    return f"{count(value, least)} {who} qu'en liste complémentaire ailleurs."


def last_try(tried: Tried | None) -> str:
    """« 2 démarches, la dernière le 4 novembre (appel) : personne n'a répondu. »"""
    if tried is None:
        return NEVER
    times = f"{tried.times} démarches, la dernière le" if tried.times > 1 else "Une démarche, le"
    how = CHANNELS.get(tried.channel, tried.channel).lower()
    result, _ = RESULTS.get(tried.result, (tried.result, ""))
    return f"{times} {day(tried.on)} ({how}) : {uncapital(result)}."


def pays(aid: Monthly | Lump | None) -> str:
    """What the employer would be paid for a usual post, in one sentence; empty when nothing can be said."""
    match aid:
        case Monthly():
            share, left, total = (_whole(each) for each in (aid.aid_cents, aid.left_cents, aid.total_cents))
            return (
                f"Aide : {share} par mois pendant {aid.months} mois, soit {total} ; "
                f"resterait {left} par mois, hors cotisations."
            )
        case Lump():
            return f"Aide : {euros(aid.total_cents)} en {len(aid.payments)} versements."
    return ""


def pays_in_short(aid: Monthly | Lump | None) -> str:
    """The same beside other things."""
    if isinstance(aid, Monthly):
        return f"Aide : {_whole(aid.aid_cents)} par mois pendant {aid.months} mois, reste {_whole(aid.left_cents)}."
    return pays(aid)


def _whole(cents: int) -> str:
    return euros((cents + 50) // 100 * 100)


def people(about: int | None) -> str:
    """How many could take the post, as an employer may hear it."""
    if about is None:
        return "Moins de 10 personnes des environs pourraient l'occuper."
    return f"Environ {about} personnes des environs pourraient l'occuper."


def left(by_occupation: tuple[tuple[str, int], ...], least: int = 0) -> list[tuple[str, int]]:
    """By occupation, whom no line serves; small counts together for who may not read them apart."""
    shown = [(label or UNKNOWN_JOB, value) for label, value in by_occupation if value >= max(least, 1)]
    small = sum(value for _, value in by_occupation if value < least)
    return [*shown, (OTHER_JOBS, small)] if small >= max(least, 1) else shown


def others(value: int) -> str:
    """People of other agencies: counted, not named."""
    if value == 1:
        return "Une autre personne est suivie par une autre agence : elle est comptée, pas nommée."
    return f"{number(value)} autres personnes sont suivies par d'autres agences : elles sont comptées, pas nommées."


def age(born: date | None, on: date) -> str:
    """« 23 ans », empty when it is not known."""
    if born is None:
        return ""
    return f"{on.year - born.year - ((on.month, on.day) < (born.month, born.day))} ans"
