"""Fields that read what French people type and give it back as it was typed when it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import Field, ValidationError

from importers.cells import Bad
from importers.values import Context, day

from ..db import today

#: Controls, changes of direction, halves of characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

#: Years that a day typed in a form may be of: beyond, it is a typing error, and weeks cannot be added to the last day.
YEARS = range(1900, 2200)

#: Digits 0 to 9 alone, and few: what a form asks for is a sum, hours, months.
_FIGURE = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,4})?")


def cleaned(text: str | None) -> str:
    """A text as it may be stored: NFC, no control or direction-changing character, no spaces at its ends (I7)."""
    import unicodedata

    return _CONTROL.sub("", unicodedata.normalize("NFC", text or "")).strip()


class _Typed(Field):
    """One text box whose value is not a text."""

    def __init__(self, label: str, validators: Sequence[Callable[..., Any]] = (), *, refused: str, **kw: Any):
        super().__init__(label, validators, **kw)
        self.refused = refused

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.written(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = cleaned(str(valuelist[0])) if valuelist else ""
        if valuelist and not text:
            self.raw_data = [""]  # spaces alone are no answer
        try:
            self.data = self.parsed(text) if text else None
        except ValueError as wrong:
            self.data = None
            raise ValidationError(self.refused) from wrong

    def parsed(self, text: str) -> Any:
        """The value that the text stands for. Raises ValueError when it stands for none."""
        return text

    def written(self, value: Any) -> str:
        return str(value)


class DayField(_Typed):
    """A day: « 2/12/13 », « 02.12.2013 », « 2 décembre 2013 »."""

    def __init__(self, label: str, validators: Sequence[Callable[..., Any]] = (), **kw: Any):
        kw.setdefault("refused", "Indiquez une date, par exemple 02/12/2013.")
        super().__init__(label, validators, **kw)

    def parsed(self, text: str) -> date:
        if text.isdecimal():  # a spreadsheet's serial means nothing in a form
            raise ValueError(text)
        try:
            read: date = day(text.replace(" / ", "/"), Context(today=today()))
        except Bad as wrong:
            raise ValueError(text) from wrong
        if read.year not in YEARS:
            raise ValueError(text)
        return read

    def written(self, value: date) -> str:
        return f"{value:%d/%m/%Y}"


class DecimalCommaField(_Typed):
    """A figure: « 35,5 », « 1 430,22 », « 35.5 »."""

    def __init__(self, label: str, validators: Sequence[Callable[..., Any]] = (), **kw: Any):
        kw.setdefault("refused", "Indiquez un nombre, par exemple 35,5.")
        super().__init__(label, validators, **kw)

    def parsed(self, text: str) -> Decimal:
        bare = re.sub(r"[\s\u00a0\u202f]|€$", "", text).replace(",", ".")
        if not _FIGURE.fullmatch(bare):
            raise ValueError(text)
        return Decimal(bare)

    def written(self, value: Decimal) -> str:
        return f"{value.normalize():f}".replace(".", ",")


class WholeField(DecimalCommaField):
    """A whole number."""

    def __init__(self, label: str, validators: Sequence[Callable[..., Any]] = (), **kw: Any):
        kw.setdefault("refused", "Indiquez un nombre entier, par exemple 12.")
        super().__init__(label, validators, **kw)

    def parsed(self, text: str) -> int:  # type: ignore[override]
        read = super().parsed(text)
        if read != read.to_integral_value():
            raise ValueError(text)
        return int(read)

    def written(self, value: Any) -> str:
        return str(value)
