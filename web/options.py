"""Option types that several commands share."""

from __future__ import annotations

from datetime import date
from typing import Any

import click


class IsoDay(click.ParamType):
    """A day written AAAA-MM-JJ."""

    name = "AAAA-MM-JJ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value) if len(value) == 10 else self.fail("AAAA-MM-JJ", param, ctx)
        except ValueError:
            self.fail("AAAA-MM-JJ", param, ctx)


class EmailAddress(click.ParamType):
    """An e-mail address, in small letters."""

    name = "ADRESSE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from matching.accounts import EMAIL_SHAPE

        text = str(value).strip().lower()
        return text if EMAIL_SHAPE.match(text) else self.fail("nom@example.fr", param, ctx)


DAY = IsoDay()
EMAIL = EmailAddress()
