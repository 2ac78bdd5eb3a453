"""The demo keeps its promises: the same bytes, importable as it is, lawful, with something to show in the report."""

import contextlib
import csv
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from matching import clock, match_results, match_runs, milestones, proposals, workdays
from matching.eligibility import programme
from matching.errors import PasserelleError
from matching.scoring.referential import Referential
from matching.store.accounts import User
from matching.store.engine import open_database
from matching.store.follow_up import AidAgreement, CheckIn, Suspension, Training
from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.messages import OutgoingMessage
from matching.store.organisations import Offer, Organisation
from matching.store.people import Diploma, Person, ResidenceSpell
from matching.store.placements import AidMilestone, Placement
from matching.vocabulary import (
    CheckInKind,
    CheckInState,
    MilestoneState,
    OfferState,
    Party,
    PlacementState,
    ProposalState as State,
    ResidenceKind,
    Sector,
)
from tests.conftest import KEY
from web import cli
from web.demo import club
from web.demo.load import load
from web.demo.write import write

TODAY = date(2013, 11, 4)


def files(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_same_numbers_write_the_same_bytes_whatever_the_process(tmp_path):
    script = (
        "from pathlib import Path; from datetime import date; import sys; from web.demo.write import write\n"
        "write(Path(sys.argv[1]), people=60, offers=12, seed=7, today=date(2013, 11, 4))"
    )
    for number in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / number)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": number},
        )
    assert files(tmp_path / "1") == files(tmp_path / "2")


def test_another_seed_writes_other_people(tmp_path):
    for seed in ("1", "2"):
        assert (
            cli.status(
                ["demo", "write", str(tmp_path / seed), "--people", "40", "--offers", "6", "--seed", seed]
            )
            == 0
        )
    assert files(tmp_path / "1")["jeunes.csv"] != files(tmp_path / "2")["jeunes.csv"]


def test_a_larger_demo_begins_with_the_smaller_one(tmp_path):
    for size in ("50", "80"):
        assert cli.status(["demo", "write", str(tmp_path / size), "--people", size, "--offers", "6"]) == 0
    small = (tmp_path / "50" / "jeunes.csv").read_text(encoding="utf-8-sig")
    assert (tmp_path / "80" / "jeunes.csv").read_text(encoding="utf-8-sig").startswith(small)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--people", "0"], cli.USAGE),
        (["--offers", "-3"], cli.USAGE),
        (["--people", "beaucoup"], cli.USAGE),
        (["--today", "lundi"], cli.USAGE),
        (["--seed", "x"], cli.USAGE),
    ],
)
def test_wrong_numbers_are_wrong_usage_and_write_nothing(tmp_path, capsys, options, status):
    assert cli.status(["demo", "write", str(tmp_path / "d"), *options]) == status
    assert not (tmp_path / "d").exists()
    assert capsys.readouterr().err.count("\n") == 1


def test_a_folder_that_holds_files_is_refused(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("à garder")
    assert cli.status(["demo", "write", str(tmp_path)]) == cli.REFUSED
    assert [path.name for path in tmp_path.iterdir() if path.name != "var"] == ["notes.txt"]
    assert "dossier vide" in capsys.readouterr().err


def test_an_edition_that_does_not_exist_is_wrong_usage(capsys):
    assert cli.status(["demo", "load", "--edition", "2026"]) == cli.USAGE
    assert capsys.readouterr().err


def test_a_small_demo_of_another_day_loads(tmp_path, sqlite_template):
    """Houses of its early offers are in its files, and nothing is asked of offers that it does not have."""
    today = date(2014, 3, 3)
    shutil.copyfile(sqlite_template, tmp_path / "small.db")
    database = open_database(f"sqlite:///{tmp_path}/small.db", KEY)
    write(tmp_path / "files", people=12, offers=4, seed=2013, today=today)
    assert load(database, tmp_path / "files", programme.load(), Referential.starter(), today=today) > 500
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Person.id))) == 12
        assert session.scalar(sa.select(sa.func.count(Offer.id))) > 4
    database.dispose()


@pytest.mark.parametrize("people", [240, 400, 800])
def test_where_few_fit_the_groups_of_the_club_are_smaller_and_some_are_left_to_ask(people):
    groups = Counter(each.cohort for each in club.members(people, 2013, TODAY))
    assert len(groups) == 3 and len(set(groups.values())) == 1
    lines = list(club.tell(lambda day, actor, act, **what: {"act": act, **what}, people, 2013, TODAY))
    asked, entered = (
        [line for line in lines if line["act"] == act and line["cohort"] == 3]
        for act in ("club_invite", "club_register")
    )
    assert len(asked[0]["people"]) - len(entered) >= club.UNSEATED


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """table -> its rows, of the demo as it ships; and the lines of its journal."""
    folder = tmp_path_factory.mktemp("written") / "demo"
    assert cli.status(["demo", "write", str(folder)]) == 0
    tables = {
        path.stem: list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
        for path in folder.glob("*.csv")
    }
    journal = (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    return tables, [json.loads(line) for line in journal]


def test_nothing_in_it_can_be_anybodys(written):
    """Numbers and addresses are of the ranges reserved for fiction and examples; SIRETs are of a SIREN in 9."""
    tables, _ = written
    for kind in ("jeunes", "associations", "employeurs", "offres"):
        for row in tables[kind]:
            phone = row.get("telephone", row.get("contact_telephone", "")).replace(" ", "")
            assert not phone or phone.startswith("063998" if kind == "jeunes" else "035301")
            mail = row.get("courriel", row.get("contact_courriel", ""))
            assert not mail or mail.endswith("example.org")
            assert row.get("siret", "9").startswith("9") or row["siret"] == ""
    names = Counter((row["nom"].upper(), row["prenom"]) for row in tables["jeunes"])
    assert len(names) > 700 and len({family for family, _ in names}) > 60
    assert all("Poste de a" not in row["description"] for row in tables["offres"])


@pytest.mark.parametrize("kind", ["associations", "employeurs"])
def test_no_two_organisations_share_their_name_or_number(written, kind):
    rows = written[0][kind]
    assert len({row["nom"] for row in rows}) == len({row["siret"] for row in rows}) == len(rows)
    assert not any(sign.isdigit() for row in rows for sign in row["nom"])


def test_its_journal_is_in_the_order_of_days_and_nobody_works_on_a_holiday(written):
    _, lines = written
    days = [line["day"] for line in lines]
    assert days == sorted(days) and days[-1] == "2013-11-04"
    assert {line["actor"] for line in lines} == {
        "importer", "advisor", "local", "animator", "officer", "clock",
    }  # fmt: skip
    for line in lines:
        assert line["actor"] == "clock" or workdays.is_working(date.fromisoformat(line["day"])), line
    clock = Counter(line["act"] for line in lines if line["actor"] == "clock")
    assert clock["match"] >= 2 and clock["lapse"] >= 1 and clock["milestone"] > 20
    imports = [(line["day"], line["file"]) for line in lines if line["act"] == "import"]
    assert len({day for day, _ in imports}) >= 3
    assert {f"{name}.csv" for name in written[0]} == {file for _, file in imports}


def test_its_files_are_taken_as_they_are(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PASSERELLE_DATA_DIR", str(tmp_path / "data"))
    assert cli.status(["demo", "write", str(tmp_path / "d"), "--people", "120", "--offers", "20"]) == 0
    for kind in ("associations", "employeurs", "jeunes", "offres"):
        capsys.readouterr()
        file = tmp_path / "d" / f"{kind}.csv"
        assert cli.status(["import", kind, str(file), "--today", "2013-11-04", "--json"]) == cli.DONE
        report = json.loads(capsys.readouterr().out)
        assert report["rejected"] == 0 and report["created"] == report["rows_read"] > 0


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """The demo as it ships, loaded once by its command."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")},
        "PASSERELLE_DATA_DIR": str(folder),
        "PASSERELLE_DATA_KEY": KEY.decode(),
    }
    done = subprocess.run(
        [sys.executable, "-m", "web.cli", "demo", "load", "--match"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    database = open_database(f"sqlite:///{folder}/passerelle.db", KEY)
    yield database, done.stdout, environment
    database.dispose()


def test_it_is_about_amiens_and_its_three_zus(loaded):
    database, said, _ = loaded
    assert "800 jeunes" in said
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 800
        sectors = Counter(session.scalars(sa.select(Organisation.sector)))
        fields = Counter(
            session.scalars(sa.select(Organisation.field).where(Organisation.sector == Sector.NON_PROFIT))
        )
        assert sectors[Sector.MARKET] >= 20
        assert fields["sport"] * 3 >= sum(fields.values()) - 2
        levels = set(session.scalars(sa.select(Diploma.level)))
        assert levels == {3, 4, 5, 6, 7, 8}
        confirmed = session.scalar(
            sa.select(sa.func.count())
            .select_from(ResidenceSpell)
            .where(ResidenceSpell.kind == ResidenceKind.CONFIRMED)
        )
        assert 500 < confirmed < 800
        assert session.scalar(sa.select(sa.func.count()).select_from(Offer)) == 67


def test_eight_contracts_are_signed_on_the_day_five_in_one_cell(loaded):
    database, _, _ = loaded
    with database.reading() as session:
        signed = session.execute(
            sa.select(Placement.person_id, ResidenceSpell.zone_id, Diploma.level)
            .join(ResidenceSpell, ResidenceSpell.person_id == Placement.person_id)
            .outerjoin(Diploma, Diploma.person_id == Placement.person_id)
            .where(
                Placement.signed_on == TODAY,
                Placement.programme == "emplois-avenir",
                ResidenceSpell.kind == ResidenceKind.CONFIRMED,
            )
        ).all()
    assert len({row.person_id for row in signed}) >= 8
    assert max(Counter((row.zone_id, row.level) for row in signed).values()) == 5


def test_every_contract_was_lawful_on_its_day(loaded):
    database, _, _ = loaded
    with database.reading() as session:
        placements = session.scalars(sa.select(Placement).where(Placement.programme.is_not(None))).all()
    assert len(placements) >= 15
    assert {placement.snapshot["verdict"] for placement in placements} == {"eligible"}
    assert {
        PlacementState.SIGNED,
        PlacementState.RUNNING,
        PlacementState.SUSPENDED,
        PlacementState.EXITED,
        PlacementState.AID_GRANTED,
    } <= {placement.state for placement in placements}


def test_its_agency_followed_its_contracts(loaded):
    """Check-ins were held in their days, but for a few; what is late is of the last days, and no aid was lost."""
    database, _, _ = loaded
    with database.reading() as session:
        rows = session.scalars(sa.select(CheckIn).where(CheckIn.state != CheckInState.CANCELLED)).all()
        trainings = session.scalars(sa.select(Training)).all()
        suspensions = session.scalars(sa.select(Suspension).order_by(Suspension.starts_on)).all()
        papers = session.scalars(
            sa.select(AidMilestone).where(AidMilestone.state.in_(milestones.WITHOUT_PAPER))
        ).all()
        assert session.scalar(sa.select(sa.func.count()).select_from(OutgoingMessage)) == 0
    held = [row for row in rows if row.state is CheckInState.HELD]
    late = [row for row in rows if row.state is CheckInState.PLANNED and row.due_on < TODAY]
    assert len(held) >= 25 and [row.kind for row in held].count(CheckInKind.EXIT) == 1
    assert [(TODAY - row.due_on).days < 7 for row in late] == [True]
    assert sum(row.state is CheckInState.MISSED for row in rows) == 1
    alerts = [row for row in held if row.alert is not None]
    assert Counter(row.alert_closed_on is None for row in alerts) == {True: 2, False: 2}
    assert {training.certified for training in trainings} == {True, False, None}
    first, last = suspensions
    assert first.ends_on < TODAY <= last.ends_on
    assert all((row.window_closes_on or TODAY) >= TODAY for row in papers)
    assert all(TODAY - (row.window_closes_on or row.due_on) < timedelta(days=7) for row in papers)


def test_its_aided_contracts_have_their_agreements(loaded):
    """One was renewed after its bilan; the bilan of another is called, and still in time."""
    database, _, _ = loaded
    with database.reading() as session:
        aided = session.scalars(sa.select(Placement).where(Placement.programme == "cui-cae")).all()
        agreements = session.scalars(sa.select(AidAgreement).order_by(AidAgreement.number)).all()
        called = session.scalars(
            sa.select(AidMilestone).where(
                AidMilestone.kind == "agreement-review", AidMilestone.state == MilestoneState.DUE
            )
        ).all()
    assert all(each.state is PlacementState.RUNNING and each.proposal_id is None for each in aided)
    held = Counter(each.placement_id for each in agreements)
    assert len(aided) == len(held) == 5 and sorted(held.values()) == [1, 1, 1, 1, 2]
    renewed = [each for each in agreements if held[each.placement_id] == 2]
    assert renewed[0].review_on <= renewed[1].decided_on < renewed[0].ends_on < renewed[1].starts_on
    assert [each.window_closes_on >= TODAY for each in called] == [True]


def test_the_association_of_its_door_has_something_of_each_kind(loaded):
    database, _, _ = loaded
    with database.reading() as session:
        house = session.scalar(sa.select(User.organisation_id).where(User.name == "Sylvie Obry"))
        states = set(session.scalars(sa.select(Offer.state).where(Offer.organisation_id == house)))
        sent = session.scalar(
            sa.select(sa.func.count())
            .select_from(MatchProposal)
            .join(Offer, Offer.id == MatchProposal.offer_id)
            .where(Offer.organisation_id == house, MatchProposal.state == State.SENT)
        )
        due = session.scalar(
            sa.select(sa.func.count())
            .select_from(AidMilestone)
            .join(Placement, Placement.id == AidMilestone.placement_id)
            .where(Placement.organisation_id == house, milestones.waiting(TODAY))
        )
    assert {OfferState.TO_COMPLETE, OfferState.OPEN} <= states and sent >= 1 and due >= 5


def test_its_acts_count_as_told(loaded):
    database, _, _ = loaded
    with database.reading() as session:
        by_hand = session.scalars(
            sa.select(ReviewDecision.told).where(ReviewDecision.actor_id.is_not(None))
        ).all()
        paid = session.scalar(
            sa.select(sa.func.count()).select_from(AidMilestone).where(AidMilestone.paid_on.is_not(None))
        )
    assert by_hand and all(by_hand)
    assert paid > 20


def test_none_of_its_acts_can_be_undone(loaded):
    """Undo is for what nobody outside was told (workflow.md ii): acts of the journal were."""
    database, _, _ = loaded
    undoable = {State.APPROVED, State.REJECTED, State.DEFERRED}
    with database.transaction() as session:
        decided = session.scalars(sa.select(MatchProposal).where(MatchProposal.state.in_(undoable))).all()
        assert decided
        actor = session.scalar(sa.select(ReviewDecision.actor_id).where(ReviewDecision.actor_id.is_not(None)))
        for proposal in decided:
            with pytest.raises(PasserelleError, match="already-told"), session.begin_nested():
                proposals.review(
                    session, proposal, proposals.ProposalAction.UNDO, actor_id=actor, party=Party.ADVISOR,
                    on=TODAY, at=clock.now(),
                )  # fmt: skip


def test_offers_nobody_refreshed_are_down(loaded):
    database, _, _ = loaded
    with database.reading() as session:
        offers = session.scalars(sa.select(Offer)).all()
    assert [offer.reference for offer in offers if offer.state is OfferState.LAPSED] == ["P-2"]
    assert all(offer.review_by >= TODAY for offer in offers if offer.state is OfferState.OPEN)


def test_its_day_is_the_business_day_of_commands(loaded):
    database, _, environment = loaded
    done = subprocess.run(
        [sys.executable, "-m", "web.cli", "match", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    document = json.loads(done.stdout)
    assert document["on"] == "2013-11-04"
    assert document["candidates_without_offer"] == []
    with database.reading() as session:
        listed = match_results.standing(session, on=TODAY, seed=match_runs.SEED)
    assert sum(len(each.proposals) for each in listed) == len(document["proposals"])


def commands_of_the_readme():
    """Indented lines of the walk: commands to be run as written."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    walk = text.split("## A ten-minute walk")[1].split("\n## ")[0]
    return [line.strip() for line in walk.splitlines() if line.startswith("       ")]


def test_the_walk_of_the_readme_runs_as_written(loaded, tmp_path):
    """On a copy: its commands write, and the other tests look at the demo as it ships."""
    database, _, environment = loaded
    (tmp_path / "var").mkdir(mode=0o700)
    with (
        contextlib.closing(sqlite3.connect(database.engine.url.database)) as shipped,
        contextlib.closing(sqlite3.connect(tmp_path / "var" / "passerelle.db")) as copy,
    ):
        shipped.backup(copy)
    environment = {**environment, "PASSERELLE_DATA_DIR": str(tmp_path / "var")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    commands = commands_of_the_readme()
    assert len(commands) == 11
    for command in commands:
        done = subprocess.run(
            command, shell=True, env={**environment, "PATH": path}, cwd=tmp_path, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), command
        assert done.stdout.strip(), command


def test_it_is_loaded_into_an_empty_base_only(loaded):
    _, _, environment = loaded
    command = [sys.executable, "-m", "web.cli", "demo", "load"]
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == cli.REFUSED and "base vide" in again.stderr
    kept = subprocess.run(
        [*command, "--if-empty"], env=environment, capture_output=True, text=True, check=False
    )
    assert kept.returncode == cli.DONE
