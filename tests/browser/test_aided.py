"""An aided contract entered by hand in a browser: every page of the way, at three widths."""

from datetime import date

import pytest
import sqlalchemy as sa

from matching import placement_register
from matching.agreements import Terms
from matching.clock import now
from matching.placement_register import Contract
from matching.store.organisations import Organisation
from matching.store.people import Person
from matching.vocabulary import Party, Sector
from tests import build
from tests.browser.conftest import overflow, violations
from tests.hires import BOOK
from tests.screens import CHIEF


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_pages_of_an_aided_contract_at_every_width(site, width):
    with site.app.extensions["passerelle"].database.transaction() as session:
        agency = session.scalar(sa.select(Person.agency_id).where(Person.agency_id.is_not(None)).limit(1))
        who = build.person(session, agency_id=agency)
        employer = session.scalar(
            sa.select(Organisation).where(Organisation.sector == Sector.NON_PROFIT).limit(1)
        )
        made = placement_register.register(
            session, who, employer,
            Contract("cui-cae", "CDD", 12, 20.0, date(2013, 2, 11), date(2013, 2, 18), diagnosed=True),
            Terms(
                "080 13 01 00042", date(2013, 2, 8), date(2013, 2, 18), date(2013, 11, 17), 20.0, 7000,
                "Arrêté du préfet de Picardie du 1er février 2013",
            ),
            actor_id=None, party=Party.ADVISOR, on=date(2013, 11, 4), at=now(), book=BOOK,
        )  # fmt: skip
        ref, person = made.public_id, who.public_id
    page = site.sign_in(site.page(width), CHIEF)
    wrong = {}
    for path in (
        "/contrats-aides",
        "/contrats-aides?q=personne",
        "/contrats-aides/nouveau?q=morel",
        f"/candidats/{person}/contrat-aide",
        f"/placements/{ref}/conventions",
        f"/placements/{ref}",
    ):
        page.goto(site.url + path)
        found = [*violations(page), *site.complaints] if width != 320 else []
        if overflow(page):
            found.append(f"{overflow(page)} pixels too wide")
        if found:
            wrong[path] = found
    assert wrong == {}
