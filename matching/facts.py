"""What a file says of a person, an offer, an organisation: checked values, None = the file says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .vocabulary import SituationValue


@dataclass(frozen=True, slots=True)
class DiplomaFact:
    """`level`: 0 none, 3 to 8 (RNCP); `bac_plus`: years after the bac, None when not said."""

    level: int
    bac_plus: int | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A row of `jeunes` (imports.md §4). Names as written; days as dates; kilometres."""

    identifier: str | None = None
    family_name: str | None = None
    given_names: str | None = None
    birth_date: date | None = None
    civility: str | None = None
    address: str | None = None
    postcode: str | None = None
    insee_code: str | None = None
    commune: str | None = None
    declared_quarter: str | None = None
    phone: str | None = None
    email: str | None = None
    diploma: DiplomaFact | None = None
    registered_on: date | None = None
    registered_until: date | None = None
    category: int | None = None
    home_since: date | None = None
    situation: SituationValue | None = None
    situation_since: date | None = None
    skills: tuple[str, ...] | None = None
    mobility_km: float | None = None
    available_from: date | None = None
    rqth: bool | None = None
    rqth_until: date | None = None
    wanted_title: str | None = None
    wanted_rome: str | None = None
    driving_licence: bool | None = None
    contact_agreed: bool | None = None
    remarks: str | None = None


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """A row of `offres`, or one offer of France Travail (imports.md §4, §5). `scheme` "" = stated to be none."""

    reference: str | None = None
    title: str | None = None
    employer: str | None = None
    siret: str | None = None
    contract_kind: str | None = None
    postcode: str | None = None
    commune: str | None = None
    insee_code: str | None = None
    rome: str | None = None
    description: str | None = None
    starts_on: date | None = None
    apply_before: date | None = None
    months: int | None = None
    weekly_hours: float | None = None
    salary: str | None = None
    level_min: int | None = None
    bac_plus_min: int | None = None
    positions: int | None = None
    scheme: str | None = None
    needs_licence: bool | None = None
    skills: tuple[str, ...] | None = None
    tutor: str | None = None
    training: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    origin_url: str | None = None
    apprenticeship: bool | None = None
    created_at_source_on: date | None = None
    updated_at_source_on: date | None = None


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """A row of `associations` or `employeurs`; the grant in cents."""

    name: str | None = None
    rna: str | None = None
    siret: str | None = None
    address: str | None = None
    postcode: str | None = None
    commune: str | None = None
    declared_quarter: str | None = None
    field: str | None = None
    object: str | None = None
    naf: str | None = None
    workforce: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    subsidy_cents: int | None = None
    year: int | None = None
