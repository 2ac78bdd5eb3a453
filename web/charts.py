"""Charts as lists of shapes that `ui/chart.html` draws: literal attributes only, so that the same SVG survives the
content policy, print and PDF. Each is drawn twice, 520 and 320 units wide: text never shrinks with the screen.

None is a hidden value (report.md §3): a hatched stub that says « s », and « masqué » in the description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil

from .wording import MONTHS, day, number

INK, SECOND, LINE, TRACK = "#17212b", "#475364", "#d5dbe1", "#e2e5e9"
PETROL, SERIES = "#0b5563", "#b4690e"
COLOURS = (PETROL, SERIES)
WIDE, NARROW = 520, 320
HIDDEN = "s"


@dataclass(frozen=True, slots=True)
class Shape:
    """One element: `kind` is rect, text or line; `fill` « hatch » is the pattern of hidden values."""

    kind: str
    x: float
    y: float
    width: float = 0
    height: float = 0
    fill: str = INK
    text: str = ""
    anchor: str = "start"
    weight: str = "400"
    size: float = 13
    dashes: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What one <svg> holds."""

    id: str
    width: int
    height: float
    shapes: list[Shape]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart at both widths, its title and its numbers in words."""

    title: str
    description: str
    drawings: tuple[Drawing, Drawing]
    legend: list[tuple[str, str]] = field(default_factory=list)
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which something holds, both ends included; an open end is None. `sure`: no fact is missing."""

    start: date | None
    end: date | None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Track:
    label: str
    spans: Sequence[Span]


def grouped_bars(id: str, title: str, labels: Sequence[str], series: Sequence[Series]) -> Figure:
    """Columns side by side, two series at most; the value stands on each."""
    assert 1 <= len(series) <= len(COLOURS)
    said = [
        f"{label} : " + ", ".join(f"{each.name} {_words(each.values[i])}" for each in series)
        for i, label in enumerate(labels)
    ]
    drawings = (
        _columns(f"{id}-l", WIDE, 230, labels, series),
        _columns(f"{id}-e", NARROW, 230, labels, series),
    )
    legend = [(each.name, colour) for each, colour in zip(series, COLOURS, strict=False)]
    hidden = any(value is None for each in series for value in each.values)
    return Figure(title, ". ".join(said) + ".", drawings, legend if len(series) > 1 else [], hidden)


def horizontal_bars(id: str, title: str, bars: Sequence[Bar]) -> Figure:
    """One bar a line, label above it, value at its end, note at the right."""
    said = [f"{bar.label} : {_words(bar.value)}" + (f", {bar.note}" if bar.note else "") for bar in bars]
    drawings = (_lines(f"{id}-l", WIDE, bars), _lines(f"{id}-e", NARROW, bars))
    return Figure(title, ". ".join(said) + ".", drawings, hidden=any(bar.value is None for bar in bars))


def timeline(id: str, title: str, tracks: Sequence[Track], *, start: date, end: date, on: date) -> Figure:
    """On which days each thing holds between two days, with today's mark; uncertain days are hatched."""
    said = []
    for track in tracks:
        spans = [_span_words(span) for span in track.spans]
        said.append(f"{track.label} : {', '.join(spans) if spans else 'aucun jour'}")
    drawings = (
        _timeline(f"{id}-l", WIDE, tracks, start, end, on),
        _timeline(f"{id}-e", NARROW, tracks, start, end, on),
    )
    unsure = any(not span.sure for track in tracks for span in track.spans)
    return Figure(title, ". ".join(said) + f". Aujourd’hui : {day(on)}.", drawings, hidden=unsure)


def share(value: float, of: float) -> float:
    """Width of a bar, 0 to 100, of a part in a whole."""
    return round(max(0.0, min(1.0, value / of)) * 100, 1) if of > 0 else 0.0


# --- drawing


def _words(value: float | None) -> str:
    return "masqué" if value is None else _figure(value)


def _figure(value: float) -> str:
    return number(value, 0 if value == int(value) else 1)


def _span_words(span: Span) -> str:
    words = "toujours"
    if span.start and span.end:
        words = f"du {day(span.start)} au {day(span.end)}"
    elif span.start:
        words = f"à partir du {day(span.start)}"
    elif span.end:
        words = f"jusqu’au {day(span.end)}"
    return words if span.sure else f"{words}, à confirmer"


def _top(values: Sequence[float | None]) -> tuple[float, float]:
    """The top of the scale and its step: 1, 2 or 5 times a power of ten, three steps or so."""
    largest = max((value for value in values if value is not None), default=0) or 1
    step = 1.0
    while ceil(largest / step) > 4:
        step *= 2.5 if str(step).startswith("2") else 2
    return step * ceil(largest / step), step


def _columns(id: str, width: int, height: int, labels: Sequence[str], series: Sequence[Series]) -> Drawing:
    left, top, bottom = 34, 18, 24
    scale, step = _top([value for each in series for value in each.values])
    inside = height - top - bottom
    shapes = []
    for mark in range(round(scale / step) + 1):
        y = height - bottom - inside * mark * step / scale
        shapes.append(Shape("line", left, round(y, 1), width - left, 0, LINE))
        shapes.append(
            Shape(
                "text",
                left - 6,
                round(y + 4, 1),
                fill=SECOND,
                text=_figure(mark * step),
                anchor="end",
                size=12,
            )
        )
    slot = (width - left) / max(len(labels), 1)
    bar = min(26.0, (slot - 6) / len(series))
    skip = ceil(40 / slot)
    for i, label in enumerate(labels):
        centre = left + slot * (i + 0.5)
        if i % skip == 0:
            shapes.append(
                Shape("text", round(centre, 1), height - 7, fill=SECOND, text=label, anchor="middle", size=12)
            )
        for n, each in enumerate(series):
            value, x = each.values[i], round(centre + bar * (n - len(series) / 2), 1)
            tall = 12.0 if value is None else round(inside * value / scale, 1)
            shapes.append(
                Shape(
                    "rect",
                    x + 1,
                    height - bottom - tall,
                    round(bar - 2, 1),
                    tall,
                    "hatch" if value is None else COLOURS[n],
                )
            )
            shapes.append(
                Shape(
                    "text",
                    round(x + bar / 2, 1),
                    round(height - bottom - tall - 4, 1),
                    text=HIDDEN if value is None else _figure(value),
                    anchor="middle",
                    weight="700",
                    size=12,
                )
            )
    return Drawing(id, width, height, shapes)


def _lines(id: str, width: int, bars: Sequence[Bar]) -> Drawing:
    line, room = 48, 60
    largest = max((bar.value for bar in bars if bar.value is not None), default=0) or 1
    shapes = []
    for i, bar in enumerate(bars):
        y = line * i
        long = 18.0 if bar.value is None else round((width - room) * bar.value / largest, 1)
        shapes.append(Shape("text", 0, y + 14, text=bar.label))
        if bar.note:
            shapes.append(Shape("text", width, y + 14, fill=SECOND, text=bar.note, anchor="end"))
        shapes.append(Shape("rect", 0, y + 21, long, 16, "hatch" if bar.value is None else PETROL))
        shapes.append(
            Shape(
                "text",
                long + 8,
                y + 34,
                text=HIDDEN if bar.value is None else _figure(bar.value),
                weight="700",
            )
        )
    return Drawing(id, width, max(line * len(bars), 1), shapes)


def _timeline(id: str, width: int, tracks: Sequence[Track], start: date, end: date, on: date) -> Drawing:
    head, line = 22, 46
    height = head + line * len(tracks) + 22
    days = max((end - start).days + 1, 1)

    def at(when: date) -> float:
        return round(width * max(0, min(days, (when - start).days)) / days, 1)

    shapes = []
    every = 1 if days <= 200 else (3 if days <= 800 else 6)
    if width < WIDE:
        every *= 2
    for month in _months(start, end, every):
        if at(month) < width - 36:
            shapes.append(Shape("line", at(month), head - 4, 0, height - head - 18, LINE))
            name = MONTHS[month.month - 1]
            short = name if len(name) <= 4 else name[: 4 if name.startswith(("ju", "fé")) else 3] + "."
            year = f" {month.year}" if month.month == 1 else ""
            shapes.append(Shape("text", at(month) + 3, 12, fill=SECOND, text=short + year, size=12))
    for i, track in enumerate(tracks):
        y = head + line * i
        shapes.append(Shape("text", 0, y + 15, text=track.label))
        shapes.append(Shape("rect", 0, y + 22, width, 12, TRACK))
        for span in track.spans:
            begins = at(span.start) if span.start else 0.0
            ends = at(span.end + timedelta(days=1)) if span.end else float(width)
            if ends > begins:
                shapes.append(
                    Shape(
                        "rect", begins, y + 22, round(ends - begins, 1), 12, PETROL if span.sure else "hatch"
                    )
                )
    if start <= on <= end:
        shapes.append(Shape("line", at(on), head - 4, 0, height - head - 14, INK, dashes="3 3"))
        anchor = "start" if at(on) < width / 2 else "end"
        shapes.append(
            Shape("text", at(on), height - 4, text="aujourd’hui", anchor=anchor, weight="700", size=12)
        )
    return Drawing(id, width, height, shapes)


def _months(start: date, end: date, every: int) -> list[date]:
    """First days of months within the two days, one in `every`, counted from January."""
    found, when = [], start.replace(day=1)
    while when <= end:
        if when >= start and (when.month - 1) % every == 0:
            found.append(when)
        when = (when + timedelta(days=32)).replace(day=1)
    return found
