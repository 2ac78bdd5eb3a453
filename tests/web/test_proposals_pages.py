"""The examination on screen: what is shown, in what order, at what cost."""

import re
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.people import Person
from matching.vocabulary import ProposalState as State
from tests import build
from tests.counting import queries
from tests.markup import check_markup
from tests.web import doors
from tests.web.examining import FRAGMENT, Scene, rank_of, uncertain, values


@pytest.fixture
def scene(app, database):
    return Scene(app, database)


# --- what is shown


def test_offers_wait_by_their_oldest_promise(app, database):
    scene = Scene(app, database)
    with database.transaction() as session:
        late = build.offer(session, title="Agent d'accueil")
        person = build.person(session, agency_id=scene.advisor.agency_id)
        build.proposal(session, offer=late, person=person, due_on=date(2013, 11, 1))
        build.proposal(session, due_on=date(2013, 10, 1))  # of another agency
    page = scene.client.get("/propositions").text
    check_markup(page)
    assert "4 propositions à examiner" in page and "Sur 2 offres" in page
    assert page.index("Agent d’accueil") < page.index("Jardinier")
    assert "Retard" in page and "Dans 4\u00a0jours" in page
    assert "Jardinier" not in scene.client.get("/propositions?q=accueil").text.split('<ul class="rows">')[1]
    turned = scene.client.get("/propositions?tri=-promesse").text
    assert turned.index("Jardinier") < turned.index("Agent d’accueil")
    table = scene.client.get("/propositions?tri=candidats&format=csv").text.splitlines()
    assert [line.split(";")[0] for line in table[1:]] == ['"Agent d\'accueil"', '"Jardinier"']
    assert "Aucune offre ne correspond" in scene.client.get("/propositions?q=zzz").text


def test_nothing_to_examine_says_so(app, database):
    with database.transaction() as session:
        advisor = doors.account(session)
    page = doors.sign_in(app, advisor).get("/propositions").text
    check_markup(page)
    assert "Rien à examiner aujourd’hui" in page


def test_the_sheet_says_rights_score_and_what_presses(scene):
    scene.change(1, score=0.84, priority={"search_days": 240, "weeks_without_proposal": 12})
    page = scene.client.get(scene.sheet_url(1)).text
    check_markup(page)
    assert rank_of(page) == "Inès Morel"
    assert "Éligible jusqu’au" in page and "dimanche 31 décembre 2017" in page
    assert "Avoir de 16 à 25\u00a0ans" in page and "C. trav., art. L. 5134-110" in page
    assert "Pourquoi ce rang" in page and "<b>54</b> / 54" in page and "<b>15</b> / 31" in page
    assert "Manque\u00a0: arrosage" in page
    assert "8\u00a0mois de recherche" in page and "12 semaines sans proposition" in page
    assert "06\u00a039\u00a098\u00a000\u00a000" in page
    assert "Le score sert à trier, vous décidez" in page
    assert "Aide de l’État" in page and "1\u202f073\u00a0€ par mois" in page


def test_points_add_up_to_the_score(scene):
    scene.change(1, score=0.85)
    page = scene.client.get(scene.sheet_url(1)).text
    points = [tuple(map(int, pair)) for pair in re.findall(r"<b>(\d+)</b> / (\d+)</span>", page)]
    assert (sum(got for got, _ in points), sum(of for _, of in points)) == (85, 100)


def test_a_long_history_is_folded_and_stays_reachable(app, database):
    scene = Scene(app, database, candidates=60)
    with database.transaction() as session:
        session.execute(sa.update(MatchProposal).where(MatchProposal.rank > 3).values(state=State.CLOSED))
    page = scene.client.get(scene.queue_url)
    check_markup(page.text)
    assert page.text.count('class="exam-row') == 50 and "57 décidés, 3 à examiner" in page.text
    assert "Voir aussi 10 autres décidés" in page.text
    assert scene.client.get(f"{scene.queue_url}?tout=1").text.count('class="exam-row') == 60
    assert scene.client.get(scene.sheet_url(60)).text.count("data-current") == 1


def test_somebody_born_26_years_ago_next_month_is_pressing(scene):
    with scene.database.transaction() as session:
        person = session.get_one(Person, scene.proposals[0].person_id)
        person.birth_date = date(1987, 12, 12)
    scene.change(1, eligible_until=date(2013, 12, 11))
    page = scene.client.get(scene.queue_url).text
    assert (
        "mercredi 11 décembre 2013" in page
        and "encore 37\u00a0jours\u00a0: 26\u00a0ans le 12 décembre" in page
    )
    assert "Fin du droit dans 37\u00a0jours" in page


def test_other_proposals_of_the_person_are_told_and_two_warn(scene):
    with scene.database.transaction() as session:
        person = session.get_one(Person, scene.proposals[0].person_id)
        for title in ("Agent d'accueil", "Peintre"):
            build.proposal(session, person=person, offer=build.offer(session, title=title))
    page = scene.client.get(scene.sheet_url(1)).text
    assert "2 en cours" in page and "Agent d’accueil (à examiner), Peintre (à examiner)" in page


def test_each_sheet_that_is_read_is_on_the_trail(scene):
    scene.client.get(scene.sheet_url(2))
    with scene.database.reading() as session:
        person = session.get_one(Person, scene.proposals[1].person_id).public_id
    assert scene.events(subject_kind="person") == [("person.read", str(person))]


def test_a_colleague_at_the_same_offer_is_shown(scene):
    scene.colleague().get(scene.queue_url)
    assert "Paul Lenoir examine aussi cette offre" in scene.client.get(scene.queue_url).text
    assert "examine aussi" not in scene.colleague("advisor", name="Autre").get("/propositions").text


# --- the journal


def test_the_journal_lists_ones_own_decisions_and_the_agencys_for_a_supervisor(scene):
    scene.decide(1, "approve", client=scene.colleague())
    scene.decide(2, "reject", reason="mobility")
    mine = scene.client.get("/propositions/journal").text
    check_markup(mine)
    assert "Karim Morel" in mine and "Inès Morel" not in mine
    assert "Trajet ou horaires impossibles" in mine and ">Annuler<" in mine
    anne = scene.colleague("supervisor", name="Anne")
    assert {"Karim Morel", "Inès Morel"} <= set(
        re.findall(r"(?:Inès|Karim) Morel", anne.get("/propositions/journal").text)
    )
    only = anne.get("/propositions/journal?decision=approve").text
    assert "Inès Morel" in only and "Karim Morel" not in only
    assert "Aucune décision ne correspond" in anne.get("/propositions/journal?decision=defer").text


def test_the_journal_as_a_table_of_a_spreadsheet(scene):
    scene.decide(1, "reject", reason="other", note="=cmd()")
    answer = scene.client.get("/propositions/journal?format=csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert (
        '"04/11/2013";"Écarter";"Inès Morel";"Jardinier";"Autre motif, à préciser";"\'=cmd()"' in answer.text
    )


# --- promises of size and of work


def test_the_same_queries_for_1_and_for_50_candidates(app, database):
    one, many = Scene(app, database, candidates=1), Scene(app, database, candidates=50)
    (
        one.client.get(one.queue_url),
        many.client.get(many.queue_url),
    )  # the first page of a session notes it was seen
    for path in (lambda s: s.queue_url, lambda s: s.sheet_url(1), lambda s: f"{s.queue_url}/lot"):
        asked = {"action": "approve"}
        few = [values(one, 1), values(many, *range(1, 51))]
        counts = [
            queries(database.engine, lambda: scene.client.get(path(scene), query_string={**asked, "p": p}))  # noqa: B023
            for scene, p in zip((one, many), few, strict=True)
        ]
        assert counts[0] == counts[1], path(one)
    with database.transaction() as session:
        build.proposal(
            session, offer=one.offer, person=build.person(session, agency_id=one.advisor.agency_id)
        )
    one.decide(1, "approve")
    for path in ("/propositions", "/propositions/journal"):
        before = queries(database.engine, lambda: one.client.get(path))  # noqa: B023
        with database.transaction() as session:
            for number in range(20):
                build.proposal(
                    session,
                    person=build.person(session, agency_id=one.advisor.agency_id),
                    due_on=date(2013, 11, 5),
                )
                session.add(
                    ReviewDecision(
                        proposal_id=one.proposals[0].id, actor_id=one.advisor.id, action="approve", from_state=State.TO_REVIEW,
                        to_state=State.APPROVED, told=True, decided_on=date(2013, 10, 1),
                        decided_at=datetime.fromisoformat(f"2013-10-01T10:00:{number:02}+00:00"),
                    )
                )  # fmt: skip
        assert queries(database.engine, lambda: one.client.get(path)) == before  # noqa: B023


def test_a_page_weighs_less_than_100_kilobytes_and_the_next_candidate_less_than_10(app, database):
    scene = Scene(app, database, candidates=50)
    assert len(scene.client.get(scene.queue_url).data) < 100_000
    assert len(scene.client.get(scene.sheet_url(2), headers=FRAGMENT).data) < 10_000
    uncertain(scene, 3)
    assert len(scene.decide(2, "approve", fragment=True).data) < 10_000
