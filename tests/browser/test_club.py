"""The animator's week by keyboard: twelve members noted on one page, what it costs counted; the forms on a phone."""

import sqlalchemy as sa
from playwright.sync_api import expect

from matching.store.club import ClubContact, ClubMembership, Cohort
from matching.vocabulary import RUNNING_MEMBERSHIPS
from tests.browser.conftest import overflow, violations
from tests.browser.test_month import Counted

ANIMATOR = "Rachida Amrani"
#: Screen-minutes that noting everybody's contact of a week may take.
MOST = 5


def group_of(site):
    """The group with most people in it, how many they are, and one of them."""
    with site.app.extensions["passerelle"].database.reading() as session:
        rows = session.execute(
            sa.select(Cohort.public_id, sa.func.count(), sa.func.min(ClubMembership.id))
            .join(ClubMembership, ClubMembership.cohort_id == Cohort.id)
            .where(ClubMembership.state.in_(RUNNING_MEMBERSHIPS))
            .group_by(Cohort.public_id)
            .order_by(sa.func.count().desc())
        )
        ref, count, first = rows.first()
        return ref, count, session.get(ClubMembership, first).public_id


def contacts(site):
    with site.app.extensions["passerelle"].database.reading() as session:
        return session.scalar(sa.select(sa.func.count(ClubContact.id)))


def test_a_week_of_twelve_members_is_noted_by_keyboard_in_under_five_minutes(site):
    ref, count, _ = group_of(site)
    assert count == 12
    before = contacts(site)
    page = site.sign_in(site.page(), ANIMATOR)
    page.goto(f"{site.url}/club?groupe={ref}")
    counted = Counted(page)
    counted.key("n")
    expect(page.get_by_role("heading", name="Noter la semaine")).to_be_visible()
    counted.key("Tab")  # the day, which is today
    for number in range(count):
        counted.key("Tab")
        for _ in range(1 + number % 2):  # on the phone, or in person
            counted.key("ArrowRight")
        counted.key("Tab")
        page.keyboard.type("Point sur la semaine.")
        counted.typed.append(("note", number))
    counted.key("Enter")
    expect(page.get_by_role("status")).to_contain_text("12 contacts notés")
    print(f"a club week of {count}: {counted}")
    assert counted.minutes < MOST, str(counted)
    assert contacts(site) == before + count
    assert not site.complaints


def test_her_day_and_the_forms_fit_a_phone(site):
    _, _, member = group_of(site)
    page = site.sign_in(site.page(375), ANIMATOR)
    assert (violations(page), overflow(page)) == ([], 0)
    for part in ("demarches/nouvelle", "pause", "semaines/2"):
        page.goto(f"{site.url}/club/{member}/{part}")
        assert (violations(page), overflow(page)) == ([], 0), part
    assert not site.complaints
