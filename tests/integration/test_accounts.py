"""Flows on accounts, on both databases: links, rights, the last administrator; and who wins a race."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import accounts
from matching.accounts import Rights
from matching.errors import Conflict, InvalidInput
from matching.store.accounts import Invitation, User, UserSession
from matching.store.engine import open_database
from matching.store.migrate import upgrade
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, Role
from tests import build
from tests.conftest import KEY
from web.security import throttle, totp
from web.settings import Limits

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def invite(session, email="Nadia@Exemple.fr", role=Role.OFFICER, at=AT, **rights):
    return accounts.invite(
        session, email=email, name="Nadia Férat", rights=Rights(role, **rights), by=None, at=at
    )


def test_a_link_makes_the_account_that_it_names_once(session):
    token = invite(session)
    link = accounts.open_link(session, token, at=AT + 71 * HOUR)
    user = accounts.use_link(session, link, "hash", at=AT + HOUR)
    assert (user.email, user.role, user.password_hash, user.active) == (
        "nadia@exemple.fr",
        Role.OFFICER,
        "hash",
        True,
    )
    assert accounts.open_link(session, token, at=AT + HOUR) is None
    with pytest.raises(Conflict, match="link-used"):
        accounts.use_link(session, link, "other", at=AT + HOUR)
    assert user.password_hash == "hash"


def test_a_link_is_over_after_its_time_and_says_nothing_of_why(session):
    token = invite(session)
    assert accounts.open_link(session, token, at=AT + 72 * HOUR) is None
    assert accounts.open_link(session, "x" * 43, at=AT) is None
    assert accounts.open_link(session, "é\udcff", at=AT) is None


def test_an_address_that_has_an_account_is_not_invited(session):
    build.user(session, email="nadia@exemple.fr")
    with pytest.raises(InvalidInput, match="account-exists"):
        invite(session)


@pytest.mark.parametrize(
    ("role", "rights", "code"),
    [
        (Role.ADVISOR, {}, "agency-missing"),
        (Role.ANIMATOR, {}, "agency-missing"),
        (Role.EMPLOYER, {}, "organisation-missing"),
        (Role.OFFICER, {"permissions": ("import",)}, "permission-not-of-role"),
        (Role.ADMIN, {"permissions": ("supervise",)}, "permission-not-of-role"),
    ],
)
def test_rights_that_cannot_be_are_refused_and_nothing_is_written(session, role, rights, code):
    with pytest.raises(InvalidInput, match=code):
        invite(session, role=role, **rights)
    assert session.scalar(sa.select(sa.func.count(Invitation.id))) == 0


def open_session(session, user, token):
    row = UserSession(token_hash=token, user_id=user.id, created_at=AT, seen_at=AT)
    session.add(row)
    session.flush()
    return row


def test_a_password_ends_every_session_of_the_account_but_the_one_that_is_kept(session):
    user, other = build.user(session), build.user(session)
    mine, old, foreign = (
        open_session(session, who, t) for who, t in ((user, "a"), (user, "b"), (other, "c"))
    )
    accounts.set_password(session, user, "hash", at=AT, keep=mine.id)
    for row in (mine, old, foreign):
        session.refresh(row)
    assert (mine.ended_at, old.ended_at, foreign.ended_at) == (None, AT, None)


def test_the_last_administrator_stays(session):
    first, second = (build.user(session, role=Role.ADMIN) for _ in range(2))
    accounts.disable(session, second, by=first.id, at=AT)
    for act in (
        lambda: accounts.disable(session, first, by=None, at=AT),
        lambda: accounts.change_rights(session, first, Rights(Role.OFFICER), name="X", by=None, at=AT),
    ):
        with pytest.raises(Conflict, match="last-admin"):
            act()
    for act in (
        lambda: accounts.disable(session, first, by=first.id, at=AT),
        lambda: accounts.change_rights(session, first, Rights(Role.ADMIN), name="X", by=first.id, at=AT),
    ):
        with pytest.raises(Conflict, match="own-account"):
            act()
    assert first.active and first.role is Role.ADMIN


def test_a_closed_account_is_given_no_link(session):
    user = build.user(session)
    accounts.disable(session, user, by=None, at=AT)
    with pytest.raises(Conflict, match="account-disabled"):
        accounts.new_password_link(session, user, by=None, at=AT)


def test_an_agency_is_made_once_and_an_organisation_found_however_its_number_is_spaced(session):
    first = accounts.ensure_agency(session, "Mission locale", AgencyKind.MISSION_LOCALE)
    assert accounts.ensure_agency(session, "Mission locale", AgencyKind.CAP_EMPLOI) is first
    assert accounts.agencies(session) == [(first.id, "Mission locale")]
    employer = build.organisation(session, siret="73282932000074", rna="W801234567")
    assert accounts.organisation_id(session, "732 829 320 00074") == employer.id
    assert accounts.organisation_id(session, "w801234567") == employer.id
    assert accounts.organisation_id(session, "") is None


def test_the_trail_says_for_which_organisation_somebody_was_invited(session):
    """An advisor may invite: whoever makes an account to look through an employer's eyes is seen to."""
    house, advisor = build.organisation(session), build.user(session)
    rights = Rights(Role.EMPLOYER, organisation_id=house.id)
    accounts.invite(session, email="n@e.fr", name="Nadia", rights=rights, by=advisor.id, at=AT)
    event = session.scalars(sa.select(AuditEvent)).one()
    assert event.actor_id == advisor.id
    assert event.details == {"role": "employer", "organisation": str(house.public_id)}


def test_the_trail_says_who_did_what_to_which_account_and_never_to_whom_by_name(session):
    boss = build.user(session, role=Role.ADMIN)
    accounts.invite(session, email="n@e.fr", name="Nadia", rights=Rights(Role.OFFICER), by=boss.id, at=AT)
    user = build.user(session)
    accounts.disable(session, user, by=boss.id, at=AT)
    events = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(each.actor_id, each.action, each.subject_id) for each in events] == [
        (boss.id, "account.invited", None),
        (boss.id, "account.disabled", str(user.public_id)),
    ]
    assert "Nadia" not in str([each.details for each in events])


# --- races, on a base of their own


@pytest.fixture
def base(empty_database_url):
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    yield made
    made.dispose()


def at_once(count, call):
    """Outcomes of as many calls started together."""
    together, outcomes = threading.Barrier(count), []

    def one(number):
        together.wait(10)
        try:
            outcomes.append(call(number))
        except Conflict as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_five_who_use_a_link_at_once_one_opens_the_account(base):
    with base.transaction() as session:
        token = invite(session)

    def use(number):
        with base.reading() as session:
            link = accounts.open_link(session, token, at=AT)
        if link is None:
            return "over"
        with base.transaction() as session:
            accounts.use_link(session, link, f"hash {number}", at=AT)
        return "opened"

    outcomes = at_once(5, use)
    assert outcomes.count("opened") == 1 and set(outcomes) <= {"opened", "link-used", "over"}
    with base.reading() as session:
        assert session.scalar(sa.select(sa.func.count(User.id))) == 1


def test_of_two_administrators_who_close_each_other_at_once_one_stays(base):
    with base.transaction() as session:
        pair = [build.user(session, role=Role.ADMIN).id for _ in range(2)]

    def close(number):
        with base.transaction() as session:
            user = session.scalars(sa.select(User).where(User.id == pair[number])).one()
            accounts.disable(session, user, by=pair[1 - number], at=AT)
        return "closed"

    assert sorted(at_once(2, close)) == ["closed", "last-admin"]


def test_of_five_who_give_one_code_at_once_one_enters(base):
    import pyotp

    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    with base.transaction() as session:
        user_id = build.user(session, totp_secret=base.seal.close(secret)).id

    def give(_number):
        with base.transaction() as session:
            user = session.scalars(sa.select(User).where(User.id == user_id)).one()
            return totp.accept(session, user, pyotp.TOTP(secret).at(AT), at=AT)

    assert sorted(at_once(5, give)) == [False] * 4 + [True]


def test_of_five_who_give_one_recovery_code_at_once_one_enters(base):
    with base.transaction() as session:
        user = build.user(session)
        codes = totp.renew_recovery_codes(session, user)

    def give(_number):
        with base.transaction() as session:
            return totp.accept_recovery(session, user, codes[0], at=AT)

    assert sorted(at_once(5, give)) == [False] * 4 + [True]


def test_tries_at_once_are_all_counted(base):
    def attempt(_number):
        with base.transaction() as session:
            counted = throttle.count(
                session, "a@b.fr", "192.0.2.1", throttle.PASSWORD, at=AT, limits=Limits()
            )
        return counted.wait

    assert sorted(at_once(12, attempt)) == [0] * 5 + [60] * 7
