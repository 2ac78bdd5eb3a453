"""The young person's dossier: who, where, what they look for, and the dated facts rights are read from."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import AgencyKind, ResidenceKind, ResidenceMethod, SituationValue, Source
from .base import SPELL_ORDER, Row, code, owns, personal, plain, public_id, refers, sensitive

RIGHTS = "to say which rights are open on which dates"
MATCHING = "to propose offers that fit"
CONTACT = "to reach the person"


class Agency(Row):
    """The scope of advisors: an agence Pôle emploi, a mission locale, a Cap emploi."""

    __tablename__ = "agency"

    name: Mapped[str] = plain(sa.String(200), unique=True)
    kind: Mapped[AgencyKind] = plain(code(AgencyKind))


class Named(Protocol):
    """Whatever has the names of a person: a Person, a row of a query, a line of a list."""

    @property
    def given_names(self) -> str: ...
    @property
    def family_name(self) -> str: ...


def full_name(held: Named) -> str:
    """« Karim Benali », as people are called on every page."""
    return f"{held.given_names} {held.family_name}".strip()


class Person(Row):
    """A young person. Names as written; `name_key` is their fold (imports.md §6), for search and duplicates."""

    __tablename__ = "person"
    __table_args__ = (
        sa.Index("ix_person_birth_date_name_key", "birth_date", "name_key"),
        sa.CheckConstraint(
            "mobility_km IS NULL OR (mobility_km >= 0 AND mobility_km <= 200)", name="mobility"
        ),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    agency_id: Mapped[int | None] = refers("agency.id", optional=True)
    caseload_user_id: Mapped[int | None] = refers("user.id", optional=True)
    family_name: Mapped[str] = personal(sa.String(100), purpose="identity")
    given_names: Mapped[str] = personal(sa.String(100), purpose="identity", default="")
    name_key: Mapped[str] = personal(sa.String(210), purpose="identity", index=True)
    civility: Mapped[str | None] = personal(sa.String(3), purpose="letters; statistics by sex")
    birth_date: Mapped[date | None] = personal(sa.Date, purpose=RIGHTS)
    email: Mapped[str | None] = personal(sa.String(255), purpose=CONTACT)
    phone: Mapped[str | None] = personal(sa.String(20), purpose=CONTACT)
    contact_agreed: Mapped[bool | None] = personal(sa.Boolean, purpose="consent to be contacted")
    address: Mapped[str | None] = personal(sa.String(255), purpose=RIGHTS)
    postcode: Mapped[str | None] = personal(sa.String(5), purpose=RIGHTS)
    commune: Mapped[str | None] = personal(sa.String(255), purpose=MATCHING)
    insee_code: Mapped[str | None] = personal(sa.String(5), purpose=MATCHING)
    declared_quarter: Mapped[str | None] = personal(sa.String(40), purpose=RIGHTS)
    wanted_title: Mapped[str | None] = personal(sa.String(255), purpose=MATCHING)
    wanted_rome: Mapped[str | None] = personal(sa.String(5), purpose=MATCHING)
    skills: Mapped[list[str]] = personal(sa.JSON, purpose=MATCHING, default=list)
    driving_licence: Mapped[bool | None] = personal(sa.Boolean, purpose=MATCHING)
    mobility_km: Mapped[float | None] = personal(sa.Float, purpose=MATCHING)
    available_from: Mapped[date | None] = personal(sa.Date, purpose=MATCHING)
    #: full, part, any; None: not said
    wished_hours: Mapped[str | None] = personal(sa.String(4), purpose=MATCHING)
    no_diploma_stated_on: Mapped[date | None] = personal(sa.Date, purpose=RIGHTS)
    remarks: Mapped[str | None] = personal(sa.Text, purpose="advisor's notes")
    last_contact_on: Mapped[date | None] = personal(sa.Date, purpose="how long the dossier may be kept")
    known_since: Mapped[date] = plain(sa.Date, purpose="weeks without a proposal are counted from here")
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class SourceRecord(Row):
    """The identity of a person in a source (imports.md §6); one without identifier is known by its natural key."""

    __tablename__ = "source_record"
    __table_args__ = (
        sa.UniqueConstraint("source", "identifier"),
        sa.UniqueConstraint("source", "natural_key"),
        sa.CheckConstraint("(identifier IS NULL) <> (natural_key IS NULL)", name="one_identity"),
    )

    source: Mapped[Source] = plain(code(Source))
    identifier: Mapped[str | None] = personal(sa.String(40), purpose="identity in the source")
    natural_key: Mapped[str | None] = personal(
        sa.String(230), purpose="identity of a row without identifier: names as written and birth date"
    )
    person_id: Mapped[int] = owns("person.id", purpose="identity in the source")


class ResidenceSpell(Row):
    """A home: the zone version it lies in, or outside every zone (NULL). Declared ones prove nothing."""

    __tablename__ = "residence_spell"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "start_on", "kind"),
        sa.CheckConstraint(SPELL_ORDER, name="order"),
    )

    person_id: Mapped[int] = owns("person.id", purpose=RIGHTS, index=False)
    kind: Mapped[ResidenceKind] = plain(code(ResidenceKind))
    zone_id: Mapped[int | None] = refers("zone.id", optional=True)
    declared_place: Mapped[str | None] = personal(sa.String(40), purpose=RIGHTS)
    insee_code: Mapped[str | None] = personal(sa.String(5), purpose=RIGHTS)
    start_on: Mapped[date] = personal(sa.Date, purpose=RIGHTS)
    end_on: Mapped[date | None] = personal(sa.Date, purpose=RIGHTS)
    source: Mapped[str] = plain(sa.String(40))
    method: Mapped[ResidenceMethod] = plain(code(ResidenceMethod))
    proof: Mapped[str | None] = personal(sa.String(200), purpose="what was seen; no paper is kept")
    confirmed_by_id: Mapped[int | None] = refers("user.id", optional=True)
    confirmed_on: Mapped[date | None] = plain(sa.Date)


class RegistrationSpell(Row):
    """Registered as a job seeker; category NULL = one that counts."""

    __tablename__ = "registration_spell"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "start_on", "source"),
        sa.CheckConstraint(SPELL_ORDER, name="order"),
        sa.CheckConstraint("category IS NULL OR (category >= 1 AND category <= 8)", name="category"),
    )

    person_id: Mapped[int] = owns("person.id", purpose=RIGHTS, index=False)
    category: Mapped[int | None] = personal(sa.SmallInteger, purpose=RIGHTS)
    start_on: Mapped[date] = personal(sa.Date, purpose=RIGHTS)
    end_on: Mapped[date | None] = personal(sa.Date, purpose=RIGHTS)
    source: Mapped[str] = plain(sa.String(40))


class EmploymentSpell(Row):
    """Days in a job, as far as known (a placement opens one)."""

    __tablename__ = "employment_spell"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "start_on", "source"),
        sa.CheckConstraint(SPELL_ORDER, name="order"),
    )

    person_id: Mapped[int] = owns("person.id", purpose=RIGHTS, index=False)
    employer_name: Mapped[str | None] = personal(sa.String(255), purpose=RIGHTS)
    start_on: Mapped[date] = personal(sa.Date, purpose=RIGHTS)
    end_on: Mapped[date | None] = personal(sa.Date, purpose=RIGHTS)
    source: Mapped[str] = plain(sa.String(40))


class Situation(Row):
    """A statement: no job, in a job, in training. Holds from `since_on` (else `stated_on`) to the next one."""

    __tablename__ = "situation"
    __table_args__ = (sa.UniqueConstraint("person_id", "stated_on", "source", "since_on"),)

    person_id: Mapped[int] = owns("person.id", purpose=RIGHTS, index=False)
    value: Mapped[SituationValue] = personal(code(SituationValue), purpose=RIGHTS)
    since_on: Mapped[date | None] = personal(sa.Date, purpose=RIGHTS)
    stated_on: Mapped[date] = personal(sa.Date, purpose=RIGHTS)
    source: Mapped[str] = plain(sa.String(40))


class DisabilityRecognition(Row):
    """RQTH: in a table of its own, the value sealed (security.md P2)."""

    __tablename__ = "disability_recognition"

    person_id: Mapped[int] = owns("person.id", purpose=RIGHTS, index=False, unique=True)
    value: Mapped[bytes] = sensitive(sa.LargeBinary, purpose=RIGHTS)
    stated_on: Mapped[date] = sensitive(sa.Date, purpose=RIGHTS)
    valid_until: Mapped[bytes | None] = sensitive(sa.LargeBinary, purpose=RIGHTS)
    source: Mapped[str] = sensitive(sa.String(40), purpose=RIGHTS)


class Diploma(Row):
    """A level held (RNCP 3 to 8); level 6 covers bac+3 and bac+4, hence `bac_plus`."""

    __tablename__ = "diploma"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "source"),
        sa.CheckConstraint("level >= 3 AND level <= 8", name="level"),
        sa.CheckConstraint("bac_plus IS NULL OR (bac_plus >= 0 AND bac_plus <= 12)", name="bac_plus"),
    )

    person_id: Mapped[int] = owns("person.id", purpose=RIGHTS, index=False)
    level: Mapped[int] = personal(sa.SmallInteger, purpose=RIGHTS)
    bac_plus: Mapped[int | None] = personal(sa.SmallInteger, purpose=RIGHTS)
    title: Mapped[str | None] = personal(sa.String(255), purpose=RIGHTS)
    obtained_on: Mapped[date | None] = personal(sa.Date, purpose=RIGHTS)
    source: Mapped[str] = plain(sa.String(40))


class StatedFact(Row):
    """What a prescriber or advisor stated with a date: prescriber_waiver, csp, mission_locale…"""

    __tablename__ = "stated_fact"
    __table_args__ = (sa.UniqueConstraint("person_id", "fact", "stated_on"),)

    person_id: Mapped[int] = owns("person.id", purpose=RIGHTS, index=False)
    fact: Mapped[str] = plain(sa.String(40))
    value: Mapped[bool] = personal(sa.Boolean, purpose=RIGHTS)
    stated_on: Mapped[date] = plain(sa.Date)
    stated_by_id: Mapped[int | None] = refers("user.id", optional=True)
