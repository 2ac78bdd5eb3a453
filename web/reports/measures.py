"""The part of the page on measures 11 to 13: the club and its sessions, prospecting, clauses, who was not reached."""

from __future__ import annotations

from matching.outreach_queries import STAGES
from matching.report_model import Indicator, Line, MonthlyReport
from matching.report_words import CHAIN, PURPOSES, REFUSALS
from matching.vocabulary import OutreachPurpose

from ..wording import number, report_sentences as words, uncapital
from ..wording.report import HIDDEN, NO_FIGURE
from .parts import Table, share

CAMPAIGNS = ("T1-club", "T1-prospecting", "T1-graduates")


def tables(report: MonthlyReport) -> list[Table]:
    """None of a report frozen before these figures were there."""
    found = {indicator.id: indicator for indicator in report.indicators}
    if "F1" not in found:
        return []
    made = _chains(found["G1"])
    if found["G2"].breakdowns[0].lines:
        made.append(_refusals(found["G2"]))
    made += [_clauses(report, found), _club(report, found), _sessions(report, found["F3"])]
    return [*made, _compared(report, found)]


def _club(report: MonthlyReport, found: dict[str, Indicator]) -> Table:
    entered = found["F1"]
    rows = [(line.label, words.count(line)) for line in entered.by("movement").lines]
    rows += [
        (f"dont {uncapital(line.label)}", words.count(line))
        for line in entered.by("outcome").lines
        if line.value != 0
    ]
    rows += [(found[key].label, share(found[key])) for key in ("F2", "F4", "F4-6")]
    return Table(
        "Le club des jeunes demandeurs d'emploi",
        ("Club", words.month_name(report.month).capitalize()),
        rows,
        note="Les parts comptent tous ceux qui sont entrés, abandons compris.",
    )


def _sessions(report: MonthlyReport, held: Indicator) -> Table:
    rows = [(line.label, words.count(line)) for line in held.by("sessions").lines]
    rows.append((held.label, share(held)))
    return Table(
        "Les séances collectives à l'Atrium",
        ("Séances", words.month_name(report.month).capitalize()),
        rows,
    )


def _chains(chain: Indicator) -> list[Table]:
    """One table a purpose, a column a year: the chain from the register to the contract that lasts."""
    cut = chain.by("year", "purpose", "step")
    made = []
    for purpose, label in PURPOSES.items():
        years = sorted({line.key[0] for line in cut.lines if line.key[1] == purpose})
        if not years:
            continue
        rows = []
        for step in STAGES:
            if step == "notified" and purpose == OutreachPurpose.FRANC:
                continue  # no letter notifies an employer of a grant
            cells = [_with_posts(cut.get(year, purpose, step)) for year in years]
            rows.append((CHAIN[step], *cells))
        made.append(Table(f"Prospection : {uncapital(label)}", ("Étape", *years), rows))
    return made


def _with_posts(line: Line | None) -> str:
    """« 12 (15 postes) », « 1 (1 poste) »."""
    if line is None:
        return NO_FIGURE
    if line.value is None:
        return HIDDEN
    posts = line.also.get("posts")
    return f"{number(line.value)} ({_many(posts, 'poste')})" if posts else number(line.value)


def _refusals(refused: Indicator) -> Table:
    """A row a reason, most given first as they come; a column for each purpose that was refused."""
    cut = refused.by("purpose", "reason")
    purposes = [each for each in PURPOSES if any(line.key[0] == each for line in cut.lines)]
    reasons = list(dict.fromkeys(line.key[1] for line in cut.lines))
    rows = [
        (
            REFUSALS.get(reason, reason),
            *(
                NO_FIGURE if (line := cut.get(each, reason)) is None else words.count(line)
                for each in purposes
            ),
        )
        for reason in reasons
    ]
    return Table(
        "Prospection : motifs de refus",
        ("Motif", *(PURPOSES[each] for each in purposes)),
        rows,
        note="État à la fin du mois. Moins de trois entreprises ne sont pas montrées.",
    )


def _clauses(report: MonthlyReport, found: dict[str, Indicator]) -> Table:
    rows = [(f"Clauses {uncapital(line.label)}", words.count(line)) for line in found["K1"].by("step").lines]
    hours = found["K2"]
    rows += [(line.label, _with_hours(line)) for line in hours.by("whose").lines]
    return Table(
        "Clauses sociales des marchés publics",
        ("Clauses", words.month_name(report.month).capitalize()),
        rows,
        (hours.label, _with_hours(hours)),
    )


def _with_hours(part: Line | Indicator) -> str:
    """« 12 personnes, 840 heures », « 0 »: people first, their hours go with them."""
    if part.value is None:
        return HIDDEN
    if not part.value:
        return number(0)
    people, minutes = _many(round(part.value), "personne"), part.also.get("minutes")
    return people if minutes is None else f"{people}, {_many(round(minutes / 60), 'heure')}"


def _many(count: int, one: str) -> str:
    return f"{number(count)} {one}{'s' if count > 1 else ''}"


def _compared(report: MonthlyReport, found: dict[str, Indicator]) -> Table:
    """Each action beside the same of those it did not reach."""
    rows = []
    for key in CAMPAIGNS:
        cut = found[key].by("side", "outcome")
        cells = []
        for side in ("targeted", "others"):
            yes, no = cut.get(side, "yes"), cut.get(side, "no")
            assert yes is not None and no is not None  # both stand in every report
            cells.append(_rate(yes, no))
        rows.append((found[key].label, *cells))
    return Table(
        f"Ce que changent ces actions, {words.month_name(report.month)}",
        ("Signatures du mois", "Parmi eux", "Parmi les autres jeunes ayant un droit"),
        rows,
        note="Habitants des quartiers qui avaient un droit le premier jour et n'étaient pas sous contrat. Si la "
        "seconde colonne baisse quand la première monte, l'action déplace des emplois au lieu d'en créer.",
    )


def _rate(yes: Line, no: Line) -> str:
    if yes.value is None or no.value is None:
        return HIDDEN
    total = yes.value + no.value
    return f"{number(yes.value)} sur {number(total)}" if total else NO_FIGURE
