"""One lot of a social clause on its page: figures, people, and the grid of their hours month by month."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from matching import clause_hours, clause_queries as queries
from matching.clause_hours import Cell, Entered
from matching.clause_queries import Member, Sheet
from matching.clause_sums import counted_to, share
from matching.errors import InvalidInput, StaleVersion
from matching.store import scope
from matching.store.campaign import Lot

from ..db import note, note_read, reading, today, transaction
from ..forms.clauses import cells as typed_cells, minutes
from ..notices import done
from ..security import actor, allows, requires
from ..wording import clauses as words, sentence_for
from .clauses import Answer, pages as pages

#: Months of the grid at once.
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of the grid: what its two fields hold, what is wrong, what is stored when that differs after a clash."""

    key: str
    worked: str
    trained: str
    error: str | None = None
    stored: str | None = None


@pages.get("/clauses/lots/<uuid:ref>")
@requires("clauses.read")
def lot(ref: uuid.UUID) -> str:
    page = page_of(ref)
    note_read("lot.read", "lot", ref)
    return page


@pages.post("/clauses/lots/<uuid:ref>/heures")
@requires("clauses.edit")
def hours(ref: uuid.UUID) -> Answer:
    """The whole grid at once; what is wrong is told cell by cell, and all that was typed stays."""
    sheet, typed = sheet_of(ref), typed_cells(request.form)
    ids = {each.row.public_id.hex: each.row.id for each in sheet.members}
    cells, faults = _read(typed, ids)
    on = today()
    try:
        with transaction() as session:
            lot = scope.one(session, scope.lots(actor()), Lot.public_id == ref)
            known = {(ids[who], month): cell for (who, month), cell in cells.items()}
            wrong = clause_hours.refused(session, clause_hours.of_lot(session, lot), known, on)
            named = {value: key for key, value in ids.items()}
            faults |= {(named[key[0]], key[1]): sentence_for(fault) for key, fault in wrong.items()}
            if not faults:
                entered = clause_hours.enter(
                    session,
                    lot,
                    known,
                    actor_id=actor().id,
                    party=actor().party,
                    on=on,
                    version=version(),
                )
                _trail(session, ref, entered, known)
    except StaleVersion:
        return page_of(ref, typed=typed, conflict=meanwhile(ref)), 409
    except InvalidInput as fault:
        return page_of(ref, typed=typed, other=[sentence_for(fault)]), 422
    if faults:
        return page_of(ref, typed=typed, faults=faults), 422
    back = _back(ref)
    if not entered.changed:
        return redirect(done(back, "clause-hours-same"), 303)
    counts = {"added": entered.added, "corrected": entered.corrected, "emptied": entered.emptied}
    return redirect(done(back, "clause-hours", **counts), 303)


def _read(
    typed: Mapping[tuple[str, date], Mapping[str, str]], ids: Mapping[str, int]
) -> tuple[dict[tuple[str, date], Cell], dict[tuple[str, date], str]]:
    """What was typed as minutes, and what cannot be read."""
    cells, faults = {}, {}
    for key, texts in typed.items():
        if key[0] not in ids:
            abort(404)
        try:
            cells[key] = Cell(*(minutes(texts[part]) if texts.get(part) else 0 for part in "hf"))
        except ValueError as wrong:
            faults[key] = str(wrong)
    return cells, faults


def _trail(session: Session, ref: uuid.UUID, entered: Entered, cells: Mapping[Any, Cell]) -> None:
    if entered.changed:
        months = sorted({f"{month:%Y-%m}" for _, month in cells})
        note(
            session,
            "lot.hours",
            "lot",
            str(ref),
            months=months,
            added=entered.added,
            corrected=entered.corrected,
            emptied=entered.emptied,
        )


def _back(ref: uuid.UUID) -> str:
    """The same months, and the same person alone if one was."""
    return url_for(".lot", ref=ref, mois=_asked("mois"), personne=_asked("personne"))


def _asked(name: str) -> str | None:
    return request.args.get(name, "")[:40] or None


def page_of(
    ref: uuid.UUID,
    *,
    typed: Mapping[tuple[str, date], Mapping[str, str]] | None = None,
    faults: Mapping[tuple[str, date], str] | None = None,
    other: Sequence[str] = (),
    conflict: str | None = None,
) -> str:
    sheet, faults = sheet_of(ref), faults or {}
    only = request.args.get("personne", "")
    shown = [each for each in sheet.members if str(each.row.public_id) == only] or sheet.members
    window, before, after = _window(shown)
    grid = [
        (
            member,
            [_box(member, month, typed, faults, bool(conflict)) for month in window],
        )
        for member in shown
    ]
    drawn = {box.key: box for _, boxes in grid for box in boxes if box}
    return render_template(
        "clauses/lot.html",
        sheet=sheet,
        grid=grid if sheet.running else [],
        window=window,
        before=before,
        after=after,
        only=only if len(shown) == 1 and len(sheet.members) > 1 else "",
        faults=[
            (_key(*key) if _key(*key) in drawn else None, _where(sheet, key), said)
            for key, said in faults.items()
        ],
        other=other,
        conflict=conflict,
        counted_to=counted_to(sheet.lot.ends_on, today()),
        words=words,
        share=share,
        may_edit=allows(actor(), "clauses.edit"),
        asked={"mois": _asked("mois"), "personne": _asked("personne")},
    )


def _window(members: Sequence[Member]) -> tuple[list[date], str | None, str | None]:
    """The months shown, and the last month of the window before and after; the latest that may be noted by default."""
    open_ = [each for each in members if each.first <= each.last]
    if not open_:
        return [], None, None
    every = list(clause_hours.between(min(each.first for each in open_), max(each.last for each in open_)))
    asked = request.args.get("mois", "")
    end = next((n for n, month in enumerate(every) if f"{month:%Y-%m}" == asked), len(every) - 1) + 1
    start = max(end - SHOWN, 0)
    end = min(start + SHOWN, len(every))
    before = f"{every[start - 1]:%Y-%m}" if start else None
    after = f"{every[min(end + SHOWN, len(every)) - 1]:%Y-%m}" if end < len(every) else None
    return every[start:end], before, after


def _key(who: str, month: date) -> str:
    return f"{who}.{month:%Y-%m}"


def _box(
    member: Member,
    month: date,
    typed: Mapping[tuple[str, date], Mapping[str, str]] | None,
    faults: Mapping[tuple[str, date], str],
    clash: bool,
) -> Box | None:
    """None: no hour of that month may be noted."""
    key = (member.row.public_id.hex, month)
    held = member.months.get(month)
    if not member.first <= month <= member.last and held is None:
        return None
    stored = (words.typed(held.worked_minutes), words.typed(held.trained_minutes)) if held else ("", "")
    sent = (typed or {}).get(key)
    if sent is None:
        return Box(_key(*key), *stored, faults.get(key))
    now = (sent.get("h", ""), sent.get("f", ""))
    moved = " + ".join(filter(None, stored)) or "rien" if clash and now != stored else None
    return Box(_key(*key), *now, faults.get(key), moved)


def _where(sheet: Sheet, key: tuple[str, date]) -> str:
    member = sheet.member(uuid.UUID(key[0]))
    return f"{words.member(member) if member else ''}, {words.month(key[1])}"


def sheet_of(ref: uuid.UUID) -> Sheet:
    with reading() as session:
        return queries.sheet(session, actor(), ref, today())


def version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def meanwhile(ref: uuid.UUID) -> str:
    with reading() as session:
        return words.faster(queries.last_hand(session, "lot", ref))
