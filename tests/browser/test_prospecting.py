"""Prospecting, from a line of the list to a promise and to the offer it brings; an officer gives a line and notes a call."""

import sqlalchemy as sa
from playwright.sync_api import expect

from matching.store.campaign import Outreach
from matching.store.organisations import Organisation
from matching.vocabulary import OutreachPurpose, OutreachState
from tests.browser.conftest import overflow, violations

ADVISOR, OFFICER = "Hugo Lenoir", "Étienne Vasseur"


def interested(site):
    """An association of the year that could hire, and where its line is."""
    with site.app.extensions["passerelle"].database.reading() as session:
        row, name = session.execute(
            sa.select(Outreach, Organisation.name)
            .join(Organisation, Organisation.id == Outreach.organisation_id)
            .where(
                Outreach.purpose == OutreachPurpose.AVENIR,
                Outreach.year == 2013,
                Outreach.state == OutreachState.INTERESTED,
            )
            .order_by(Outreach.id)
        ).first()
        return row.public_id, name


def state(site, ref):
    with site.app.extensions["passerelle"].database.reading() as session:
        return session.scalar(sa.select(Outreach.state).where(Outreach.public_id == ref))


def test_from_the_list_to_a_promise_to_an_offer_and_an_officer_who_notes(site):
    ref, name = interested(site)
    page = site.sign_in(site.page(), ADVISOR)
    page.goto(f"{site.url}/associations?etat=interested")
    page.get_by_role("link", name=name).click()
    page.get_by_role("radio", name="Emplois promis").check()
    page.get_by_label("Nombre d").fill("2")
    page.get_by_label("Pour quel mois").select_option("2013-12")
    expect(page.get_by_label("Pourquoi n")).to_be_hidden()
    page.get_by_role("button", name="Noter la démarche").click()
    expect(page.get_by_role("status")).to_contain_text("Démarche notée")
    assert state(site, ref) is OutreachState.PROMISED
    assert violations(page) == [] and overflow(page) == 0

    page.get_by_role("link", name="Saisir une offre").click()
    page.locator("[name=scheme][value=emploi_avenir]").check()
    page.locator("[name=contract_kind]").select_option("CDD")
    for field, value in (
        ("title", "Animatrice ou animateur"), ("months", "36"), ("weekly_hours", "35"), ("tutor", "Mme Langlet"),
        ("training", "BAFA"), ("starts_on", "02/12/2013"), ("positions", "2"),
    ):  # fmt: skip
        page.locator(f"[name={field}]").fill(value)
    page.locator("button.button-primary[value=verifier]").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert state(site, ref) is OutreachState.POSTED

    officer = site.sign_in(site.page(375), OFFICER)
    officer.goto(f"{site.url}/associations/{ref}")
    officer.get_by_label("Confier à").select_option(label="Claire Delmotte")
    officer.get_by_label("À faire avant le").fill("15/11/2013")
    officer.get_by_role("button", name="Attribuer").click()
    expect(officer.get_by_role("status")).to_contain_text("Ligne attribuée")
    officer.get_by_role("radio", name="Échange").check()
    officer.get_by_role("button", name="Noter la démarche").click()
    expect(officer.get_by_role("status")).to_contain_text("Démarche notée")
    assert violations(officer) == [] and overflow(officer) == 0
    assert not site.complaints
