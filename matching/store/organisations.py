"""Organisations and their offers, and the reference tables: zones, communes, occupations."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from ..vocabulary import CONTRACT_KINDS, EmployerKind, OfferState, Sector, Source, ZoneKind
from .base import Row, code, digits, one_of, personal, plain, public_id, refers

CONTACT = "to reach the employer"


class Organisation(Row):
    """An association or another employer. `sector` NULL = nobody has said yet."""

    __tablename__ = "organisation"
    __table_args__ = (
        sa.CheckConstraint(digits("siret", 14), name="siret"),
        sa.Index("ix_organisation_name_key_postcode", "name_key", "postcode"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    siret: Mapped[str | None] = plain(sa.String(14), unique=True)
    rna: Mapped[str | None] = plain(sa.String(10), unique=True)
    name: Mapped[str] = plain(sa.String(255))
    name_key: Mapped[str] = plain(sa.String(255))
    sector: Mapped[Sector | None] = plain(code(Sector))
    legal_kind: Mapped[EmployerKind | None] = plain(code(EmployerKind))
    naf: Mapped[str | None] = plain(sa.String(5))
    workforce: Mapped[str | None] = plain(sa.String(2))
    field: Mapped[str | None] = plain(sa.String(40))
    object: Mapped[str | None] = plain(sa.Text)
    address: Mapped[str | None] = plain(sa.String(255))
    postcode: Mapped[str | None] = plain(sa.String(5))
    commune: Mapped[str | None] = plain(sa.String(255))
    declared_quarter: Mapped[str | None] = plain(sa.String(40))
    contact_name: Mapped[str | None] = personal(sa.String(255), purpose=CONTACT)
    contact_email: Mapped[str | None] = personal(sa.String(255), purpose=CONTACT)
    contact_phone: Mapped[str | None] = personal(sa.String(20), purpose=CONTACT)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class Subsidy(Row):
    """A grant of the State to an association (ACSé), by year; its amount in cents."""

    __tablename__ = "subsidy"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "year"),)

    organisation_id: Mapped[int] = refers("organisation.id", index=False)
    year: Mapped[int | None] = plain(sa.Integer)
    amount_cents: Mapped[int | None] = plain(sa.BigInteger)


class Offer(Row):
    """A job offer. `scheme` is the dispositif as stated (emploi_avenir, emploi_franc, NULL = ordinary law)."""

    __tablename__ = "offer"
    __table_args__ = (
        sa.UniqueConstraint("source", "organisation_id", "reference"),
        sa.CheckConstraint(one_of("contract_kind", CONTRACT_KINDS), name="contract_kind"),
        sa.CheckConstraint("months IS NULL OR months > 0", name="months"),
        sa.CheckConstraint("weekly_hours IS NULL OR weekly_hours > 0", name="weekly_hours"),
        sa.CheckConstraint("positions > 0", name="positions"),
        sa.CheckConstraint("posts_filled >= 0 AND posts_filled <= positions", name="posts_filled"),
        sa.CheckConstraint("level_min IS NULL OR (level_min >= 0 AND level_min <= 8)", name="level_min"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    source: Mapped[Source] = plain(code(Source))
    reference: Mapped[str | None] = plain(sa.String(255), index=True)
    organisation_id: Mapped[int] = refers("organisation.id")
    agency_id: Mapped[int | None] = refers("agency.id", optional=True)
    scheme: Mapped[str | None] = plain(sa.String(24))
    title: Mapped[str] = plain(sa.String(255))
    title_key: Mapped[str] = plain(sa.String(255))
    rome: Mapped[str | None] = plain(sa.String(5))
    description: Mapped[str | None] = plain(sa.Text)
    postcode: Mapped[str | None] = plain(sa.String(5))
    commune: Mapped[str | None] = plain(sa.String(255))
    insee_code: Mapped[str | None] = plain(sa.String(5))
    contract_kind: Mapped[str] = plain(sa.String(3))
    months: Mapped[int | None] = plain(sa.SmallInteger)
    weekly_hours: Mapped[float | None] = plain(sa.Float)
    salary: Mapped[str | None] = plain(sa.String(255))
    positions: Mapped[int] = plain(sa.Integer, default=1)
    posts_filled: Mapped[int] = plain(sa.Integer, default=0)
    starts_on: Mapped[date | None] = plain(sa.Date)
    apply_before: Mapped[date | None] = plain(sa.Date)
    level_min: Mapped[int | None] = plain(sa.SmallInteger)
    bac_plus_min: Mapped[int | None] = plain(sa.SmallInteger)
    needs_licence: Mapped[bool | None] = plain(sa.Boolean)
    skills: Mapped[list[str]] = plain(sa.JSON, default=list)
    tutor: Mapped[str | None] = personal(sa.String(255), purpose="who accompanies the person in the post")
    training: Mapped[str | None] = plain(sa.String(255))
    #: The employer agreed that the public planning names it beside this offer; NULL: was not asked.
    may_be_named: Mapped[bool | None] = plain(sa.Boolean)
    exception_noted: Mapped[str | None] = plain(
        sa.String(255), purpose="why part time or a short term is accepted"
    )
    contact_email: Mapped[str | None] = personal(sa.String(255), purpose=CONTACT)
    contact_phone: Mapped[str | None] = personal(sa.String(20), purpose=CONTACT)
    origin_url: Mapped[str | None] = plain(sa.String(1000))
    apprenticeship: Mapped[bool | None] = plain(sa.Boolean)
    created_at_source_on: Mapped[date | None] = plain(sa.Date)
    updated_at_source_on: Mapped[date | None] = plain(sa.Date)
    state: Mapped[OfferState] = plain(code(OfferState), index=True)
    missing: Mapped[list[str]] = plain(sa.JSON, default=list, purpose="what keeps it from being open")
    submitted_on: Mapped[date | None] = plain(sa.Date)
    opened_on: Mapped[date | None] = plain(sa.Date)
    review_by: Mapped[date | None] = plain(sa.Date)
    filled_on: Mapped[date | None] = plain(sa.Date)
    withdrawn_on: Mapped[date | None] = plain(sa.Date)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class OfferEvent(Row):
    """One row a transition of an offer (workflow.md i)."""

    __tablename__ = "offer_event"

    offer_id: Mapped[int] = refers("offer.id")
    actor_id: Mapped[int | None] = refers("user.id", optional=True)
    action: Mapped[str] = plain(sa.String(24))
    #: As whom (Party): who answers by a link has no account.
    party: Mapped[str | None] = plain(sa.String(16))
    from_state: Mapped[OfferState | None] = plain(code(OfferState, "from_state"))
    to_state: Mapped[OfferState] = plain(code(OfferState, "to_state"))
    reason: Mapped[str | None] = plain(sa.String(255))
    done_on: Mapped[date] = plain(sa.Date)

    offer: Mapped[Offer] = relationship(lazy="raise")


class Zone(Row):
    """A zone *version*: the same name in two generations is two rows (geography.md)."""

    __tablename__ = "zone"
    __table_args__ = (sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="order"),)

    local_id: Mapped[str] = plain(sa.String(60), unique=True)
    official_code: Mapped[str | None] = plain(sa.String(12))
    kind: Mapped[ZoneKind] = plain(code(ZoneKind))
    name: Mapped[str] = plain(sa.String(200))
    insee_codes: Mapped[list[str]] = plain(sa.JSON)
    valid_from: Mapped[date] = plain(sa.Date)
    valid_to: Mapped[date | None] = plain(sa.Date)
    latitude: Mapped[float | None] = plain(sa.Float)
    longitude: Mapped[float | None] = plain(sa.Float)
    confidence: Mapped[str | None] = plain(sa.String(255))
    source: Mapped[str | None] = plain(sa.String(255))


class ZoneStreet(Row):
    """A line of a street list: a side of a street, or some of its numbers, lies in the zone version."""

    __tablename__ = "zone_street"
    __table_args__ = (
        sa.UniqueConstraint("zone_id", "insee_code", "street_key", "side", "first_number", "last_number"),
    )

    zone_id: Mapped[int] = refers("zone.id", index=False)
    insee_code: Mapped[str] = plain(sa.String(5))
    street: Mapped[str] = plain(sa.String(255))
    street_key: Mapped[str] = plain(sa.String(255), index=True)
    side: Mapped[str] = plain(sa.String(6))
    first_number: Mapped[int] = plain(sa.Integer, default=0)
    last_number: Mapped[int] = plain(sa.Integer, default=99999)


class ZonePerimeter(Row):
    """The outline of a zone version, as GeoJSON geometry (WGS84)."""

    __tablename__ = "zone_perimeter"

    zone_id: Mapped[int] = refers("zone.id", index=False, unique=True)
    geometry: Mapped[dict[str, Any]] = plain(sa.JSON)


class Occupation(Row):
    """A ROME occupation, imported by the user (`passerelle import metiers`)."""

    __tablename__ = "occupation"

    rome: Mapped[str] = plain(sa.String(5), unique=True)
    label: Mapped[str] = plain(sa.String(255))
    domain: Mapped[str | None] = plain(sa.String(3))
    domain_label: Mapped[str | None] = plain(sa.String(255))
    large_domain: Mapped[str | None] = plain(sa.String(1))
    large_domain_label: Mapped[str | None] = plain(sa.String(255))


class OccupationTitle(Row):
    """A title of the referential (appellation), with its ROME 4 code and its v3 parent."""

    __tablename__ = "occupation_title"

    ogr: Mapped[str] = plain(sa.String(12), unique=True)
    label: Mapped[str] = plain(sa.String(255))
    short_label: Mapped[str | None] = plain(sa.String(255))
    rome: Mapped[str] = plain(sa.String(5), index=True)
    parent: Mapped[str | None] = plain(sa.String(5))
    classification: Mapped[str | None] = plain(sa.String(20))


class OccupationMobility(Row):
    """From one occupation one can move to another (official mobility file)."""

    __tablename__ = "occupation_mobility"
    __table_args__ = (sa.UniqueConstraint("rome", "target"),)

    rome: Mapped[str] = plain(sa.String(5))
    target: Mapped[str] = plain(sa.String(5))
    rank: Mapped[int | None] = plain(sa.Integer)


class OccupationLabel(Row):
    """Cache: a normalised label and the codes found for it under one referential; a person may confirm one."""

    __tablename__ = "occupation_label"
    __table_args__ = (sa.UniqueConstraint("label", "referential"),)

    label: Mapped[str] = plain(sa.String(255))
    referential: Mapped[str] = plain(sa.String(64))
    codes: Mapped[list[Any]] = plain(sa.JSON)
    confirmed: Mapped[str | None] = plain(sa.String(5))


class Commune(Row):
    """A commune with the centroid of its outline: distances run from commune to commune (geography.md)."""

    __tablename__ = "commune"

    insee_code: Mapped[str] = plain(sa.String(5), unique=True)
    name: Mapped[str] = plain(sa.String(100))
    postal_codes: Mapped[list[str]] = plain(sa.JSON)
    latitude: Mapped[float] = plain(sa.Float)
    longitude: Mapped[float] = plain(sa.Float)
    in_metropole_from: Mapped[str | None] = plain(sa.String(20))
