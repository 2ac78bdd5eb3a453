"""The rules of time in the order in which a day runs them: name, function. Each lives in the module of its subject."""

from __future__ import annotations

from .daily import Rule

RULES: tuple[tuple[str, Rule], ...] = ()
