"""Lists whose whole state (sort, filters, page) is in the address. Anything unknown there means the default (I4).

    listing = Listing.read(COLUMNS, FILTERS, sort="due")
    rows = listing.scalars(session, scope.offers(actor()))      # two queries: count, then one page
    return render_template("offers/index.html", listing=listing, rows=rows)

A column without `order` is not sortable. A filter with `where` is applied by `rows`/`scalars`/`every`; the value of one
without is in `listing.values[key]` for the page to use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

#: Rows a page, at most.
LARGEST_PAGE = 50
#: Longest text of a search (I5).
LONGEST = 200

Item = TypeVar("Item")
Where = Callable[[str], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: `order` are the expressions it sorts by, `hidden` a header for the ear only."""

    key: str
    label: str
    order: tuple[Any, ...] = ()
    number: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """`choices` (value, label) of a closed list, or None for a text to look for; `every`: words for no choice."""

    key: str
    label: str
    choices: tuple[tuple[str, str], ...] | None = None
    where: Where | None = None
    every: str = "Tout"


@dataclass
class Listing:
    """One state of a list, and the links to its other states."""

    columns: Sequence[Column]
    filters: Sequence[Filter]
    path: str
    sort: str
    descending: bool
    default: tuple[str, bool]
    wanted: int
    values: dict[str, str]
    size: int = LARGEST_PAGE
    tie: tuple[Any, ...] = ()
    #: Known once rows were read.
    total: int = 0
    page: int = 1
    fixed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        columns: Sequence[Column],
        filters: Sequence[Filter] = (),
        *,
        sort: str,
        descending: bool = False,
        size: int = LARGEST_PAGE,
        tie: Iterable[Any] = (),
        keep: Iterable[str] = (),
        args: Mapping[str, str] | None = None,
        path: str | None = None,
    ) -> Listing:
        """The state that the address asks for: ?tri=due or ?tri=-due, ?page=2, and the filters by their keys.

        `tie`: expressions that make the order whole (a unique key). `keep`: other arguments that links repeat.
        """
        given = request.args if args is None else args
        asked = given.get("tri", "")
        sortable = {column.key for column in columns if column.order}
        known = asked.removeprefix("-") in sortable
        values = {}
        for each in filters:
            text = given.get(each.key, "").replace("\0", "").strip()[:LONGEST]
            allowed = each.choices is None or any(text == value for value, _ in each.choices)
            values[each.key] = text if allowed else ""
        number = given.get("page", "")
        return cls(
            columns,
            filters,
            request.path if path is None else path,
            asked.removeprefix("-") if known else sort,
            asked.startswith("-") if known else descending,
            (sort, descending),
            int(number) if number.isascii() and number.isdecimal() and len(number) <= 6 else 1,
            values,
            min(size, LARGEST_PAGE),
            tuple(tie),
            fixed={name: given[name][:LONGEST] for name in keep if given.get(name)},
        )

    # --- rows

    def rows(self, session: Session, query: sa.Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """The rows of this page. Two queries."""
        query = self.filter_rows(query)
        self.total = (
            session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0
        )
        self.page = min(max(self.wanted, 1), self.last)
        return session.execute(
            self.in_order(query).limit(self.size).offset((self.page - 1) * self.size)
        ).all()

    def scalars(self, session: Session, query: sa.Select[*tuple[Any, ...]]) -> list[Any]:
        """The same for a query of one thing: the things."""
        return [row[0] for row in self.rows(session, query)]

    def every(self, session: Session, query: sa.Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """All rows in order, for the CSV. One query."""
        return session.execute(self.in_order(self.filter_rows(query))).all()

    def cut(self, items: Sequence[Item]) -> Sequence[Item]:
        """This page of things that are in memory, already filtered and in order."""
        self.total = len(items)
        self.page = min(max(self.wanted, 1), self.last)
        return items[(self.page - 1) * self.size : self.page * self.size]

    def filter_rows(self, query: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
        """The query with the conditions of the filters that are set."""
        for each in self.filters:
            if each.where is not None and self.values[each.key]:
                query = query.where(each.where(self.values[each.key]))
        return query

    def in_order(self, query: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
        """The query in the order of the sorted column; what is missing comes last either way."""
        column = next((each for each in self.columns if each.key == self.sort), None)
        order: list[Any] = []
        for expression in column.order if column else ():
            order += [expression.is_(None), expression.desc() if self.descending else expression.asc()]
        return query.order_by(*order, *self.tie) if order or self.tie else query

    @property
    def last(self) -> int:
        return max((self.total + self.size - 1) // self.size, 1)

    # --- state in the address

    @property
    def filtered(self) -> bool:
        return any(self.values.values())

    @property
    def wants_csv(self) -> bool:
        return request.args.get("format") == "csv"

    def filter(self, key: str) -> Filter:
        return next(each for each in self.filters if each.key == key)

    def state(self) -> dict[str, str]:
        """What the address must say; defaults are left out."""
        said = {**self.fixed, **{name: value for name, value in self.values.items() if value}}
        if (self.sort, self.descending) != self.default:
            said["tri"] = ("-" if self.descending else "") + self.sort
        return said

    def link(self, **changes: str) -> str:
        """The first page of this list with these changes of state; an empty value takes it away."""
        said = {name: value for name, value in {**self.state(), **changes}.items() if value}
        return f"{self.path}?{urlencode(said)}" if said else self.path

    def sorted_by(self, key: str) -> str:
        """This list sorted by a column; the other way round when it already is."""
        turned = key == self.sort and not self.descending
        tri = ("-" if turned else "") + key
        return self.link(tri="" if (key, turned) == self.default else tri)

    def at(self, page: int) -> str:
        return self.link(page=str(page) if page > 1 else "")

    @property
    def csv(self) -> str:
        return self.link(format="csv")

    @property
    def cleared(self) -> str:
        return self.link(**dict.fromkeys(self.values, ""))

    def kept(self) -> list[tuple[str, str]]:
        """Hidden fields of the filter form: all the state but the filters."""
        return [(name, value) for name, value in self.state().items() if name not in self.values]
