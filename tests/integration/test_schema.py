"""The schema holds its promises by itself, on both databases."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from matching.store import campaign, club, migrate, sessions
from matching.store.base import Row
from matching.store.engine import PRAGMAS, open_database
from matching.store.matches import Release, ReviewDecision
from matching.store.messages import AccessLink
from matching.store.organisations import Subsidy
from matching.store.placements import AidMilestone, Placement
from matching.store.tables import metadata
from tests import build, hires
from tests.conftest import KEY
from tests.counting import statements
from tests.web.doors import an_agency

DAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)


def test_migrations_build_exactly_the_tables_of_the_models(database):
    with database.engine.begin() as connection:
        command.check(migrate.config(connection))


def test_upgrading_twice_changes_nothing(bare_database_url):
    made = open_database(bare_database_url, KEY)
    assert migrate.upgrade(made.engine) is True
    assert migrate.upgrade(made.engine) is False
    made.dispose()


def test_each_earlier_revision_can_be_upgraded(bare_database_url):
    made = open_database(bare_database_url, KEY)
    revisions = [script.revision for script in ScriptDirectory.from_config(migrate.config()).walk_revisions()]
    for revision in reversed(revisions):
        migrate.upgrade(made.engine, revision)
        assert migrate.current(made.engine) == revision
    assert migrate.at_head(made.engine)
    made.dispose()


def test_a_base_with_rows_is_upgraded_from_the_last_release_and_keeps_them(
    sqlite_database, bare_database_url
):
    made = open_database(bare_database_url, KEY)
    migrate.upgrade(made.engine, "0010")
    old = sa.MetaData()
    old.reflect(made.engine)
    tables = [
        sa.Table(table.name, sa.MetaData(), *(sa.Column(c.name, c.type) for c in table.columns if c.name in was.c))
        for table in metadata.sorted_tables
        if (was := old.tables.get(table.name)) is not None
    ]  # fmt: skip

    def rows(connection):
        return {table.name: connection.execute(sa.select(table)).all() for table in tables}

    with sqlite_database.engine.connect() as connection, connection.begin() as transaction:
        info = {"seal": sqlite_database.seal}
        with Session(connection, join_transaction_mode="create_savepoint", info=info) as session:
            build.user(session)
            hires.running(session, agency=an_agency(session))
            given = build.offer(session)
            session.add(Subsidy(organisation_id=given.organisation_id, year=2012, amount_cents=1))
            session.add(AccessLink(token_hash="h", kind="file", issued_at=AT, expires_at=AT))
            session.flush()
            before = rows(connection)
        transaction.rollback()
    changed = (
        "person", "organisation", "match_proposal", "review_decision", "placement", "placement_event", "user",
        "access_link", "offer", "subsidy",
    )  # fmt: skip
    assert all(before[name] for name in changed)
    with made.engine.begin() as connection:
        for table in tables:
            if before[table.name]:
                connection.execute(sa.insert(table), [row._asdict() for row in before[table.name]])
    migrate.upgrade(made.engine)
    with made.engine.connect() as connection:
        assert rows(connection) == before
    made.dispose()


def test_every_column_says_what_personal_data_it_holds():
    for table in metadata.tables.values():
        for column in table.columns:
            assert column.info.get("pd") in {"none", "pseudonym", "personal", "sensitive"}, column
            assert column.info.get("purpose"), column
            assert column.info.get("keep"), column


def test_every_foreign_key_is_indexed_and_refuses_to_lose_its_target():
    for table in metadata.tables.values():
        unique = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
        firsts = {next(iter(index.columns)).name for index in (*table.indexes, *unique)}
        firsts |= {column.name for column in table.columns if column.unique}
        for key in table.foreign_keys:
            assert key.ondelete == "RESTRICT", key
            assert key.parent.name in firsts, f"{table.name}.{key.parent.name}"


def test_migrations_hold_the_very_checks_of_the_models(database):
    """Alembic compares no CHECK: their words are compared here, and partial indexes with their condition."""
    fresh = sa.MetaData()
    fresh.reflect(database.engine)
    inspector = sa.inspect(database.engine)
    for table in metadata.tables.values():
        written = {check["name"] for check in inspector.get_check_constraints(table.name)}
        meant = {
            sa.schema.conv(str(check.name))
            for check in table.constraints
            if isinstance(check, sa.CheckConstraint) and check.name
        }
        assert {str(name) for name in written} == {str(name) for name in meant}, table.name
        partial = {
            index.name for index in table.indexes if index.dialect_options["sqlite"]["where"] is not None
        }
        found = {
            index["name"]
            for index in inspector.get_indexes(table.name)
            if any(key.endswith("_where") for key in index.get("dialect_options", {}))
        }
        assert found == partial, table.name


def test_sqlite_migrations_write_the_very_words_of_the_checks(sqlite_database, tmp_path):
    made = open_database(f"sqlite:///{tmp_path}/models.db", KEY)
    with made.engine.begin() as connection:
        metadata.create_all(connection)

    def words(database):
        inspector = sa.inspect(database.engine)
        return {
            (table, check["name"]): " ".join(check["sqltext"].split())
            for table in metadata.tables
            for check in inspector.get_check_constraints(table)
        }

    assert words(sqlite_database) == words(made)
    made.dispose()


@pytest.mark.parametrize(
    "wrong",
    [
        "INSERT INTO agency (name, kind) VALUES ('A', 'bakery')",
        "INSERT INTO zone (local_id, kind, name, insee_codes, valid_from, valid_to) "
        "VALUES ('z', 'ZUS', 'Z', '[]', '2014-01-01', '2013-01-01')",
        "INSERT INTO subsidy (organisation_id, year) VALUES (424242, 2013)",
        "INSERT INTO possible_duplicate (person_a_id, person_b_id, reason, score) VALUES ({person}, NULL, 'x', 1)",
        "INSERT INTO possible_duplicate (person_a_id, person_b_id, reason, score) VALUES ({rival}, {person}, 'x', 1)",
        "INSERT INTO possible_duplicate (reason, score) VALUES ('x', 1)",
        "UPDATE organisation SET siret = '123'",
        "UPDATE organisation SET siret = '1234567890123X'",
        "UPDATE person SET mobility_km = -1",
        "UPDATE person SET family_name = NULL",
        "UPDATE source_record SET identifier = NULL",
        "UPDATE source_record SET identifier = 'same'",
        "UPDATE source_record SET person_id = 424242",
        "UPDATE offer SET positions = 0",
        "UPDATE offer SET posts_filled = positions + 1",
        "UPDATE offer SET state = 'closed'",
        "UPDATE offer SET contract_kind = 'XYZ'",
        "UPDATE offer SET months = 0",
        "UPDATE offer SET weekly_hours = -3",
        "UPDATE offer SET level_min = 9",
        "UPDATE match_proposal SET state = 'won'",
        "UPDATE match_proposal SET score = 1.5",
        "UPDATE match_proposal SET verdict = -1",
        "UPDATE match_proposal SET why = 'luck'",
        "UPDATE match_proposal SET rank = 0",
        "UPDATE match_proposal SET person_id = {person}, offer_id = {offer}",
        "UPDATE review_decision SET to_state = 'won'",
        "INSERT INTO release (proposal_id, decision_id, decided_by_id, fields, released_on) "
        "VALUES ({proposal}, {of_other}, {user}, '[]', '2013-11-04')",
        "INSERT INTO release (proposal_id, decision_id, decided_by_id, fields, released_on) "
        "VALUES ({proposal}, {of_matcher}, {user}, '[]', '2013-11-04')",
        "INSERT INTO release (proposal_id, decision_id, decided_by_id, fields, released_on) "
        "VALUES ({proposal}, {decision}, NULL, '[]', '2013-11-04')",
        "INSERT INTO release (proposal_id, decision_id, decided_by_id, fields, released_on) "
        "VALUES ({proposal}, NULL, {user}, '[]', '2013-11-04')",
        "UPDATE placement SET state = 'hired'",
        "UPDATE placement SET ended_on = '2014-01-01'",
        "UPDATE placement SET ended_on = '2013-01-01', end_reason = 'other'",
        "UPDATE placement SET trial_end_on = '2013-01-01'",
        "UPDATE placement SET contract_kind = 'XYZ'",
        "UPDATE placement SET state = 'promised', person_id = {person}",
        "UPDATE aid_milestone SET amount_cents = -1",
        "UPDATE aid_milestone SET window_opens_on = '2014-01-02', window_closes_on = '2014-01-01'",
        "UPDATE aid_milestone SET number = 1",
        "DELETE FROM person WHERE id = {person}",
        "DELETE FROM offer WHERE id = {offer}",
    ],
)
def test_raw_sql_cannot_break_an_invariant(session, wrong):
    """Two proposals, two placements, two milestones; the statement breaks one promise of theirs."""
    user = build.user(session)
    offer, other = build.offer(session), build.offer(session)
    person, rival = build.person(session), build.person(session)
    proposal = build.proposal(session, person=person, offer=offer)
    second = build.proposal(session, person=rival, offer=other)
    build.placement(session), build.placement(session)
    first = session.scalars(sa.select(Placement)).first()
    facts = {
        "placement_id": first.id,
        "kind": "monthly",
        "due_on": DAY,
        "amount_cents": 1,
        "state": "upcoming",
    }
    session.add_all(AidMilestone(number=number, **facts) for number in (1, 2))
    decisions = [
        ReviewDecision(
            proposal_id=of.id, actor_id=actor, action="send", to_state="sent", decided_on=DAY, decided_at=AT
        )
        for of, actor in ((proposal, user.id), (second, user.id), (proposal, None))
    ]
    session.add_all(decisions)
    session.flush()
    decision, of_other, of_matcher = (each.id for each in decisions)
    statement = wrong.format(
        person=person.id, rival=rival.id, offer=offer.id, proposal=proposal.id, user=user.id, decision=decision,
        of_other=of_other, of_matcher=of_matcher,
    )  # fmt: skip
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(sa.text(statement))
    if "INTO release" in wrong:  # the door itself opens, for the named advisor's decision about this person
        session.execute(
            sa.insert(Release).values(
                proposal_id=proposal.id,
                decision_id=decision,
                decided_by_id=user.id,
                fields=[],
                released_on=DAY,
            )
        )


def a_row_of_each_table_of_the_campaign(session):
    """A club, a session, a register, a graduate's approach and a clause, each with what hangs on it."""
    agency, user = an_agency(session), build.user(session)
    person, house, offer = build.person(session), build.organisation(session), build.offer(session)
    later, add = DAY + timedelta(days=91), build._add
    of = club.Club(agency_id=agency.id, name="Club")
    group = club.Cohort(club_id=add(session, of).id, name="Groupe", starts_on=DAY, seats=12)
    member = club.ClubMembership(
        club_id=of.id, cohort_id=add(session, group).id, person_id=person.id, state="active", joined_on=DAY,
        planned_end_on=later, entry={},
    )  # fmt: skip
    whose = {"membership_id": add(session, member).id}
    slot = sessions.SessionSlot(
        agency_id=agency.id, weekday=1, starts_at=time(9), ends_at=time(11), theme="CV", place="Atrium", capacity=12,
        valid_from=DAY,
    )  # fmt: skip
    held = sessions.CollectiveSession(
        agency_id=agency.id, slot_id=add(session, slot).id, slot_on=DAY, held_on=DAY, starts_at=time(9),
        ends_at=time(11), theme="CV", place="Atrium", capacity=12, state="planned", made_at=AT, changed_at=AT,
    )  # fmt: skip
    seat = sessions.SessionAttendance(
        session_id=add(session, held).id,
        person_id=person.id,
        state="registered",
        registered_on=DAY,
        asked_at=AT,
    )
    line = campaign.Outreach(
        organisation_id=house.id, purpose="avenir", year=2013, state="listed", listed_on=DAY
    )
    put = campaign.PotentialApproach(
        person_id=person.id, organisation_id=house.id, state="suggested", reasons=[], made_on=DAY
    )
    market = campaign.Tender(
        agency_id=agency.id, buyer="Amiens", object="Gymnase", state="inserted", known_on=DAY
    )
    lot = campaign.Lot(tender_id=add(session, market).id, number=1, label="Maçonnerie", minutes_due=60)
    mason = campaign.ClausePerson(
        lot_id=add(session, lot).id, public="young", proof_on=DAY, mode="etti", starts_on=DAY
    )
    step = {"action": "step", "done_on": DAY}
    session.add_all([
        club.ClubAnimator(club_id=of.id, user_id=user.id),
        club.MembershipEvent(**whose, **step, to_state="active", done_at=AT),
        club.ClubPause(**whose, starts_on=DAY, ends_on=DAY, reason="family"),
        club.ClubWeek(**whose, number=1, starts_on=DAY, ends_on=DAY),
        club.ClubContact(**whose, done_on=DAY, channel="phone", two_way=True),
        club.Approach(**whose, done_on=DAY, employer="La Boulangerie", channel="visit", result="waiting"),
        club.ClubFollowUp(**whose, month=3, due_on=later, state="planned"),
        sessions.Closure(agency_id=agency.id, starts_on=DAY, ends_on=DAY, reason="Travaux"),
        sessions.SessionEvent(session_id=held.id, **step, to_state="planned"),
        sessions.AttendanceStatement(
            key="k", attendance_id=add(session, seat).id, state="present", stated_at=AT, received_at=AT
        ),
        sessions.SessionOffer(session_id=held.id, offer_id=offer.id, rank=1, packed="chosen"),
        campaign.OutreachEvent(outreach_id=add(session, line).id, **step, to_state="listed"),
        campaign.OutreachAttempt(outreach_id=line.id, done_on=DAY, channel="phone", result="talked", noted_at=AT),
        campaign.OutreachOffer(outreach_id=line.id, offer_id=offer.id, linked_on=DAY),
        campaign.ApproachEvent(approach_id=add(session, put).id, **step, to_state="suggested", noted_at=AT),
        campaign.TenderEvent(tender_id=market.id, **step, to_state="inserted"),
        campaign.ClauseHours(clause_person_id=add(session, mason).id, month=DAY.replace(day=1), worked_minutes=1),
    ])  # fmt: skip
    session.flush()


#: table.check -> what breaks it; the checks of a state are broken by a state that does not exist.
BREAKS = {
    "club.age_under": "age_under = 12",
    "club.bac_plus_most": "bac_plus_most = 9",
    "club.pause_days_most": "pause_days_most = 0",
    "club.rules": "risk_weeks = 4, drop_weeks = 4",
    "club.seats": "seats = 1",
    "club.silence_days": "silence_days = 0",
    "club.weeks": "weeks = 53",
    "cohort.seats": "seats = 0",
    "club_membership.extended_days": "extended_days = -7",
    "club_membership.left": "left_on = '2013-11-03'",
    "club_membership.order": "planned_end_on = joined_on",
    "club_membership.outcome": "state = 'ended', left_on = joined_on",
    "club_membership.planned": "planned_end_on = NULL",
    "club_membership.satisfaction": "satisfaction = 5",
    "club_pause.order": "ends_on = '2013-11-03'",
    "club_week.number": "number = 0",
    "club_week.order": "ends_on = '2013-11-03'",
    "club_contact.minutes": "minutes = 0",
    "club_follow_up.held": "state = 'held', situation = 'training'",
    "club_follow_up.month": "month = 0",
    "club_follow_up.situation": "state = 'held', held_on = '2014-02-03'",
    "session_slot.capacity": "capacity = 0",
    "session_slot.hours": "ends_at = starts_at",
    "session_slot.order": "valid_to = '2013-11-03'",
    "session_slot.weekday": "weekday = 7",
    "closure.order": "ends_on = '2013-11-03'",
    "collective_session.cancelled": "state = 'cancelled'",
    "collective_session.capacity": "capacity = 0",
    "collective_session.closed": "state = 'closed'",
    "collective_session.hours": "ends_at = starts_at",
    "session_offer.packed": "packed = 'luck'",
    "session_offer.reach": "reach = -1",
    "outreach.posts_promised": "posts_promised = 0",
    "outreach.sleeping": "state = 'sleeping'",
    "outreach.year": "year = 13",
    "potential_approach.score": "score = 1.5",
    "tender.order": "starts_on = '2013-11-04', ends_on = '2013-11-03'",
    "tender.refused": "state = 'refused'",
    "lot.minutes_due": "minutes_due = 0",
    "lot.order": "starts_on = '2013-11-04', ends_on = '2013-11-03'",
    "lot.penalty_cents": "penalty_cents = -1",
    "lot.share": "share_bp = 10001",
    "clause_person.mode": "mode = 'luck'",
    "clause_person.order": "ends_on = '2013-11-03'",
    "clause_person.proof": "proof_on = '2013-11-05'",
    "clause_hours.trained": "trained_minutes = -1",
    "clause_hours.worked": "worked_minutes = 18001",
}


def test_raw_sql_cannot_break_an_invariant_of_the_campaign(session):
    """Each CHECK of its tables by its name, each thing that is there once put in again, each target taken away."""
    a_row_of_each_table_of_the_campaign(session)
    modules = {module.__name__ for module in (club, sessions, campaign)}
    tables = [each.local_table for each in Row.registry.mappers if each.class_.__module__ in modules]

    def refused(statement, words):
        with pytest.raises(IntegrityError, match=words), session.begin_nested():
            session.execute(statement)

    fresh = {"public_id": uuid4(), "key": "another", "name": "Autre"}
    named = set()
    for table in tables:
        row = session.execute(sa.select(table)).one()._asdict()
        del row["id"]
        for check in (each for each in table.constraints if isinstance(each, sa.CheckConstraint)):
            name = str(check.name).removeprefix(f"ck_{table.name}_")
            broken = BREAKS.get(f"{table.name}.{name}")
            if broken is None:  # a closed list: the check bears the name of its column or of its enumeration
                column = next(
                    each for each in ("from_state", "to_state", "purpose", "state") if name.endswith(each)
                )
                broken = f"{column} = 'won'"
            named.add(f"{table.name}.{name}")
            refused(sa.text(f"UPDATE {table.name} SET {broken}"), str(check.name))  # noqa: S608
        once = [
            list(each.columns.keys()) for each in table.constraints if isinstance(each, sa.UniqueConstraint)
        ]
        alone = [names[0] for names in once if len(names) == 1 and names[0] in fresh]
        for names in once:
            others = {name: fresh[name] for name in alone if [name] != names}
            refused(sa.insert(table).values({**row, **others}), "(?i)unique")
        if table.name == "club_membership":  # one live membership each
            again = {"public_id": uuid4(), "state": "invited", "joined_on": None, "planned_end_on": None}
            refused(sa.insert(table).values({**row, **again}), "(?i)unique")
    assert named >= set(BREAKS)
    for target in ("club_membership", "cohort", "collective_session", "outreach", "lot", "clause_person"):
        refused(sa.text(f"DELETE FROM {target}"), "(?i)foreign key")  # noqa: S608


def test_the_audit_trail_can_be_neither_changed_nor_emptied(session):
    session.execute(
        sa.text(
            "INSERT INTO audit_event (at, action, subject_kind, details, chain) "
            "VALUES ('2013-11-04 08:00:00+00:00', 'read', 'person', '{}', 'c')"
        )
    )
    for rewrite in ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(sa.text(rewrite))


def test_sqlite_connections_carry_the_pragmas(sqlite_database):
    expected = {"WAL": "wal", "FULL": 2, "ON": 1, "OFF": 0, "MEMORY": 2, "5000": 5000}
    with sqlite_database.reading() as session:
        for pragma, value in PRAGMAS.items():
            assert session.execute(sa.text(f"PRAGMA {pragma}")).scalar() == expected[value], pragma


def test_commands_and_the_worker_open_the_base_with_the_same_pragmas(monkeypatch, tmp_path):
    """Two connections at once, so that each is another of the pool; and a base that a command opened by itself."""
    from web import database as databases, settings

    monkeypatch.setenv("PASSERELLE_DATA_DIR", str(tmp_path))
    with databases.opened(settings.load()) as made:
        with made.reading() as one, made.reading() as other:
            for session in (one, other):
                found = {name: session.execute(sa.text(f"PRAGMA {name}")).scalar() for name in PRAGMAS}
                assert found == {
                    "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000,
                    "trusted_schema": 0, "secure_delete": 1, "temp_store": 2,
                }  # fmt: skip
        assert (tmp_path / "passerelle.db").stat().st_mode & 0o077 == 0


def test_who_may_write_waits_at_the_start_and_who_reads_waits_for_nobody(sqlite_database):
    """D2: two writers never both begin; a reader sees the state before."""
    with statements(sqlite_database.engine) as said, sqlite_database.transaction() as writer:
        writer.execute(sa.text("SELECT 1"))
        with sqlite_database.reading() as reader:
            reader.execute(sa.text("SELECT 1"))
    assert [statement for statement in said if statement.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN"]


def test_relations_are_never_loaded_one_by_one():
    from matching.store.tables import Base

    for mapper in Base.registry.mappers:
        assert {relation.lazy for relation in mapper.relationships} <= {"raise"}, mapper


def test_revisions_are_one_line_with_one_head():
    scripts = ScriptDirectory.from_config(migrate.config())
    assert len(scripts.get_heads()) == 1
    assert len({script.down_revision for script in scripts.walk_revisions()}) == len(
        list(scripts.walk_revisions())
    )


def test_a_sealed_value_opens_with_its_own_key_only():
    from matching.errors import Unavailable
    from matching.store.seal import Seal

    sealed = Seal(KEY).close("oui")
    assert b"oui" not in sealed
    assert Seal(KEY).open(sealed) == "oui"
    with pytest.raises(Unavailable):
        Seal(b"another key").open(sealed)
