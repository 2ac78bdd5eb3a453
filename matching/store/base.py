"""Declarative base: naming convention, column types, and the data map that every column belongs to.

The data map (security.md P1) says of each column what kind of personal data it holds, why, and how long. The three
makers below write it: `plain` (nothing personal), `personal` and `sensitive`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

#: Default lives (security.md P3); the purge reads them by name.
KEEP_DOSSIER = "2 years without contact"
KEEP_AUDIT = "3 years"
KEEP_IMPORT = "import rows: 30 days; counts longer"
KEEP_PLACEMENT = "5 years after the end of the aid"
KEEP_ROW = "as long as its row"


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Utc(sa.types.TypeDecorator[datetime]):
    """An instant, aware and in UTC on both databases (SQLite keeps no zone)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def code(enum: type[StrEnum], name: str | None = None) -> sa.Enum:
    """A short string held by a CHECK constraint that lists the values of `enum`."""
    return sa.Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=name or enum.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def plain(*args: Any, purpose: str = "technical", keep: str = KEEP_ROW, **kwargs: Any) -> MappedColumn[Any]:
    """A column that says nothing about a person."""
    return mapped_column(*args, info={"pd": "none", "purpose": purpose, "keep": keep}, **kwargs)


def pseudonym(*args: Any, purpose: str, keep: str = KEEP_DOSSIER, **kwargs: Any) -> MappedColumn[Any]:
    """A column that points at a person without naming them."""
    return mapped_column(*args, info={"pd": "pseudonym", "purpose": purpose, "keep": keep}, **kwargs)


def personal(*args: Any, purpose: str, keep: str = KEEP_DOSSIER, **kwargs: Any) -> MappedColumn[Any]:
    """A column about a person."""
    return mapped_column(*args, info={"pd": "personal", "purpose": purpose, "keep": keep}, **kwargs)


def sensitive(*args: Any, purpose: str, keep: str = KEEP_DOSSIER, **kwargs: Any) -> MappedColumn[Any]:
    """A column that touches health or another special category (GDPR art. 9)."""
    return mapped_column(*args, info={"pd": "sensitive", "purpose": purpose, "keep": keep}, **kwargs)


class Row(Base):
    """What every table has: an integer key that never leaves the server."""

    __abstract__ = True

    id: Mapped[int] = plain(primary_key=True, sort_order=-10)


def public_id() -> MappedColumn[uuid.UUID]:
    """The random identifier that a URL or a file may show (security.md Z4)."""
    return plain(sa.Uuid, unique=True, default=uuid.uuid4)


def refers(target: str, *, optional: bool = False, index: bool = True, **kwargs: Any) -> MappedColumn[Any]:
    """A foreign key, indexed, that refuses to lose what it points at."""
    return plain(sa.ForeignKey(target, ondelete="RESTRICT"), nullable=optional, index=index, **kwargs)


def owns(target: str, *, purpose: str, optional: bool = False, **kwargs: Any) -> MappedColumn[Any]:
    """A foreign key to a person: a pseudonym in itself."""
    kwargs.setdefault("index", True)
    return pseudonym(sa.ForeignKey(target, ondelete="RESTRICT"), nullable=optional, purpose=purpose, **kwargs)


def one_of(column: str, values: Iterable[str]) -> str:
    """SQL of a partial index or CHECK: the column holds one of these constants of ours."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


def digits(column: str, length: int) -> str:
    """SQL of a CHECK: so many digits and nothing else, in words that both databases know."""
    rest = column
    for digit in "0123456789":
        rest = f"replace({rest}, '{digit}', '')"
    return f"{column} IS NULL OR (length({column}) = {length} AND length({rest}) = 0)"


#: A spell of days, both ends included; an open end is NULL (architecture.md §6).
SPELL_ORDER = "end_on IS NULL OR end_on >= start_on"
