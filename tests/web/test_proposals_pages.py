"""The examination: every decision with and without a script, two advisors at once, several candidates, sizes, queries."""

import re
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching.store.matches import MatchProposal, Release, ReviewDecision
from matching.store.people import Person, Situation
from matching.store.upkeep import AuditEvent
from matching.vocabulary import OfferState, ProposalState as State, SituationValue
from tests import build
from tests.counting import queries
from tests.markup import check_markup
from tests.web import doors

FRAGMENT = {"X-Fragment": "1"}
PARTS = {"occupation": 1.0, "skills": 0.5, "wish": 1.0}
REASONS = [
    {"code": "same-occupation", "affinity": 1.0, "certainty": 1.0, "part": "occupation", "points": 0.538462},
    {"code": "some-skills", "asked": 2, "held": 1, "part": "skills", "points": 0.153846},
    {"code": "wanted", "share": 1.0, "part": "wish", "points": 0.153846},
]


class Scene:
    """An offer with candidates of the agency, and an advisor at it."""

    def __init__(self, app, database, candidates=3, **offer):
        self.app, self.database = app, database
        with database.transaction() as session:
            self.advisor = doors.account(session, name="Claire Delmotte")
            agency = doors.an_agency(session)
            facts = {"title": "Jardinier", "skills": ["taille", "arrosage"], **offer}
            self.offer = build.offer(session, **facts)
            self.proposals = [
                build.proposal(
                    session,
                    offer=self.offer,
                    person=build.person(
                        session,
                        agency_id=agency.id,
                        given_names=name,
                        family_name="Morel",
                        civility="Mme" if name == "Inès" else "M",
                        skills=["taille"],
                        address="1 rue du Hocquet",
                    ),
                    score=round(0.9 - rank / 100, 2),
                    rank=rank,
                    due_on=date(2013, 11, 8),
                    parts=PARTS,
                    reasons=REASONS,
                    eligible_until=date(2017, 12, 31),
                    wake_on=None,
                    asked_on=None,
                    programmes=[{"id": "emplois-avenir", "eligible_until": "2017-12-31"}],
                )
                for rank, name in enumerate(
                    (["Inès", "Karim", "Yanis", *map(str, range(100))])[:candidates], 1
                )
            ]
        self.client = doors.sign_in(app, self.advisor)
        self.token = None

    def __getitem__(self, rank):
        """The stored proposal of that rank."""
        with self.database.reading() as session:
            return session.get_one(MatchProposal, self.proposals[rank - 1].id)

    @property
    def queue_url(self):
        return f"/offres/{self.offer.public_id}/propositions"

    def sheet_url(self, rank):
        return f"{self.queue_url}/{self.proposals[rank - 1].public_id}"

    def decide(self, rank, action, *, client=None, fragment=False, seen=None, **data):
        client = client or self.client
        row = seen or self[rank]
        token = doors.csrf(client, self.sheet_url(rank))
        return client.post(
            f"/propositions/{row.public_id}/decision",
            data={
                "csrf_token": token,
                "action": action,
                "version": row.version,
                "state": str(row.state),
                **data,
            },
            headers=FRAGMENT if fragment else {},
        )

    def colleague(self, kind="advisor", **changes):
        with self.database.transaction() as session:
            user = doors.account(session, kind, name=changes.pop("name", "Paul Lenoir"), **changes)
        return doors.sign_in(self.app, user)

    def change(self, rank, **values):
        with self.database.transaction() as session:
            row = session.get_one(MatchProposal, self.proposals[rank - 1].id)
            for name, value in values.items():
                setattr(row, name, value)

    def decisions(self):
        with self.database.reading() as session:
            rows = session.scalars(sa.select(ReviewDecision).order_by(ReviewDecision.id))
            return [(row.action, row.reason_code, row.note, row.channel) for row in rows]

    def events(self, **conditions):
        with self.database.reading() as session:
            query = sa.select(AuditEvent).filter_by(**conditions).order_by(AuditEvent.id)
            return [(event.action, event.subject_id) for event in session.scalars(query)]


@pytest.fixture
def scene(app, database):
    return Scene(app, database)


def rank_of(page):
    """The candidate whose sheet a page shows."""
    found = re.search(r'<h2 id="fiche-nom"[^>]*>([^<·]+)', page)
    return found[1].strip() if found else None


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


# --- decisions


@pytest.mark.parametrize("fragment", [False, True])
def test_approve_leads_to_the_next_candidate(scene, fragment):
    answer = scene.decide(1, "approve", fragment=fragment)
    assert scene[1].state is State.APPROVED
    assert ("proposal.approve", str(scene.proposals[0].public_id)) in scene.events(subject_kind="proposal")
    if fragment:
        assert answer.status_code == 200 and rank_of(answer.text) == "Karim Morel"
        assert (
            f'id="ligne-{scene.proposals[0].public_id}"' in answer.text
            and 'data-into="decides"' in answer.text
        )
        assert "1 décidé, 2 à examiner" in answer.text and "Inès Morel proposée." in answer.text
        assert "Morel" in answer.text and len(answer.data) < 10_000
    else:
        assert answer.status_code == 303
        page = scene.client.get(answer.headers["Location"]).text
        check_markup(page)
        assert rank_of(page) == "Karim Morel" and "Inès Morel proposée." in page and "Annuler" in page


@pytest.mark.parametrize("fragment", [False, True])
def test_set_aside_asks_why(scene, fragment):
    refused = scene.decide(1, "reject", fragment=fragment)
    assert refused.status_code == 422 and "Choisissez un motif" in refused.text
    other = scene.decide(1, "reject", fragment=fragment, reason="other")
    assert other.status_code == 422 and "Ajoutez un mot d’explication" in other.text
    assert scene.decisions() == []
    done = scene.decide(1, "reject", fragment=fragment, reason="other", note="Vit trop loin en hiver.")
    assert done.status_code == (200 if fragment else 303)
    assert scene.decisions() == [("reject", "other", "Vit trop loin en hiver.", None)]


def test_what_was_typed_is_kept_when_a_decision_is_refused(scene):
    page = scene.decide(1, "defer", note="Attend son permis.", wake_on="40/11/2013").text
    check_markup(page)
    assert page.count("Indiquez une date") == 2, "in the summary and beside the field"
    assert 'value="40/11/2013"' in page and "Attend son permis." in page
    assert re.search(r"<title>Erreur\s:", page)
    far = scene.decide(1, "defer", wake_on="04/01/2014")
    assert far.status_code == 422 and "dans les 30\u00a0jours" in far.text


def test_defer_brings_back_on_its_day(scene, monkeypatch):
    assert scene.decide(1, "defer", wake_on="18/11/13").status_code == 303
    assert (scene[1].state, scene[1].wake_on) == (State.DEFERRED, date(2013, 11, 18))
    assert "À revoir le 18 novembre" in scene.client.get(scene.queue_url).text
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-18")
    app = scene.app
    app.extensions["passerelle"].settings = __import__("web.settings", fromlist=["load"]).load()
    assert "0 décidé, 3 à examiner" in scene.client.get(scene.queue_url).text


@pytest.mark.parametrize("fragment", [False, True])
def test_contact_approves_and_notes_the_call(scene, fragment):
    answer = scene.decide(1, "contact", fragment=fragment, channel="phone", note="D'accord pour jeudi.")
    assert answer.status_code == (200 if fragment else 303)
    assert scene.decisions() == [
        ("approve", None, None, None),
        ("contact", None, "D'accord pour jeudi.", "phone"),
    ]
    with scene.database.reading() as session:
        assert session.get_one(Person, scene.proposals[0].person_id).last_contact_on == date(2013, 11, 4)


def test_a_call_after_an_approval_stays_with_the_person(scene):
    scene.decide(1, "approve")
    answer = scene.decide(1, "contact", channel="sms", fragment=True)
    assert rank_of(answer.text) == "Inès Morel" and "Noter son accord" in answer.text


def test_contact_by_a_means_that_the_file_lacks_is_refused(scene):
    answer = scene.decide(1, "contact", channel="email")
    assert answer.status_code == 422 and "pas de coordonnée" in answer.text
    assert scene[1].state is State.TO_REVIEW, "the approval went with it"
    assert scene.decisions() == []


@pytest.mark.parametrize("fragment", [False, True])
def test_undo_brings_the_candidate_back(scene, fragment):
    scene.decide(1, "reject", reason="mobility")
    answer = scene.decide(1, "undo", fragment=fragment)
    assert answer.status_code == (200 if fragment else 303)
    assert scene[1].state is State.TO_REVIEW
    page = answer.text if fragment else scene.client.get(answer.headers["Location"]).text
    assert rank_of(page) == "Inès Morel" and "décision annulée" in page


def test_only_the_author_undoes_within_a_day_then_the_supervisor(scene):
    scene.decide(1, "approve")
    paul = scene.colleague()
    assert scene.decide(1, "undo", client=paul).status_code == 422
    with scene.database.transaction() as session:
        row = session.scalars(sa.select(ReviewDecision)).one()
        row.decided_at = row.decided_at - timedelta(hours=25)
    refused = scene.decide(1, "undo")
    assert refused.status_code == 422 and "superviseur" in refused.text
    assert scene.decide(1, "undo", client=scene.colleague("supervisor", name="Anne")).status_code == 303


def test_the_way_to_an_employers_choice_is_noted_step_by_step(scene):
    """Point 7: no message leaves, the advisor notes what happened."""
    assert scene.decide(1, "contact", channel="phone").status_code == 303
    assert "Noter son accord" in scene.client.get(scene.sheet_url(1)).text
    assert scene.decide(1, "yes").status_code == 303
    page = scene.client.get(scene.sheet_url(1)).text
    check_markup(page)
    assert "le prénom, l’initiale du nom" in page and "Coordonnées transmises" in page
    assert scene.decide(1, "send", disclosed="y").status_code == 303
    with scene.database.reading() as session:
        release = session.scalars(sa.select(Release)).one()
    assert "phone" in release.fields and release.contact_disclosed_on == date(2013, 11, 4)
    check_markup(scene.client.get(scene.sheet_url(1)).text)
    assert scene.decide(1, "interview").status_code == 303
    missing = scene.decide(1, "selected")
    assert missing.status_code == 422 and "premier jour de travail" in missing.text
    assert scene.decide(1, "selected", starts_on="02/12/2013").status_code == 303
    assert (scene[1].state, scene[1].expected_start_on) == (State.SELECTED, date(2013, 12, 2))
    page = scene.client.get(scene.sheet_url(1)).text
    check_markup(page)
    assert f"/propositions/{scene.proposals[0].public_id}/embauche" in page or "Ouvrir l’embauche" not in page


@pytest.mark.parametrize(
    ("before", "action", "data", "after"),
    [
        (State.PERSON_ASKED, "no", {"reason": "hours", "note": "Travaille le soir."}, State.DECLINED),
        (State.PERSON_ASKED, "no", {"reason": ""}, State.DECLINED),
        (State.SENT, "not_selected", {"reason": "experience"}, State.NOT_SELECTED),
        (
            State.APPROVED,
            "close",
            {"reason": "withdrawn_by_adviser", "note": "Part vivre à Lille."},
            State.CLOSED,
        ),
    ],
)
def test_answers_that_end_a_proposal(scene, before, action, data, after):
    scene.change(1, state=before)
    assert scene.decide(1, action, **data).status_code == 303
    assert scene[1].state is after


def test_withdrawing_asks_for_a_word(scene):
    scene.change(1, state=State.APPROVED)
    refused = scene.decide(1, "close")
    assert refused.status_code == 422 and "Ajoutez un mot d’explication" in refused.text
    assert scene.decide(1, "close", note="Part vivre à Lille.").status_code == 303
    assert scene.decisions() == [("close", "withdrawn_by_adviser", "Part vivre à Lille.", None)]


# --- rights that are not established


def uncertain(scene, rank):
    """Nobody has said whether that person works."""
    with scene.database.transaction() as session:
        session.execute(
            sa.delete(Situation).where(Situation.person_id == scene.proposals[rank - 1].person_id)
        )
    scene.change(
        rank, verdict=0, eligible_until=None,
        reservations=[{"code": "right-to-confirm", "programme": "emplois-avenir", "missing": ["employment"]}],
    )  # fmt: skip


def test_a_right_to_verify_is_proposed_with_the_papers_to_bring(scene):
    uncertain(scene, 1)
    page = scene.client.get(scene.sheet_url(1)).text
    check_markup(page)
    assert "Justificatifs à demander" in page and "Attestation sur l’honneur" in page
    refused = scene.decide(1, "approve")
    assert refused.status_code == 422 and "cochez les justificatifs" in refused.text
    assert scene.decide(1, "approve", proofs=["employment", "inconnu"]).status_code == 303
    ((action, _, note, _),) = scene.decisions()
    assert (action, note) == ("approve", "À apporter : Attestation sur l'honneur : sans emploi")


def test_a_right_that_ends_before_the_contract_begins_is_refused(scene):
    with scene.database.transaction() as session:
        session.add(
            Situation(
                person_id=scene.proposals[0].person_id,
                value=SituationValue.IN_JOB,
                since_on=date(2013, 11, 10),
                stated_on=date(2013, 11, 4),
                source="advisor",
            )
        )
    page = scene.client.get(scene.sheet_url(1)).text
    assert "lundi 18 novembre 2013\u00a0: ce jour-là, le droit sera fermé" in page
    refused = scene.decide(1, "approve")
    assert refused.status_code == 422 and "9 novembre 2013" in refused.text
    assert scene[1].state is State.TO_REVIEW


def test_an_offer_of_ordinary_law_asks_for_no_right(app, database):
    scene = Scene(app, database, scheme=None)
    page = scene.client.get(scene.queue_url).text
    check_markup(page)
    assert "Sans condition" in page and "Éligible" not in page
    assert scene.decide(1, "approve").status_code == 303


# --- two advisors, bad requests, scope


@pytest.mark.parametrize("fragment", [False, True])
def test_the_second_advisor_is_told_who_decided_and_loses_nothing(scene, fragment):
    seen = scene[2]
    assert scene.decide(2, "approve", client=scene.colleague()).status_code == 303
    answer = scene.decide(
        2, "reject", seen=seen, fragment=fragment, reason="other", note="N'a pas le permis."
    )
    assert answer.status_code == 409
    said = re.sub(r"<[^>]+>", "", answer.text)
    assert re.search(r"Karim M\. vient d’être proposé par Paul Lenoir à \d+\sh\s\d\d", said)
    assert scene[2].state is State.APPROVED
    assert [action for action, *_ in scene.decisions()] == ["approve"]
    if not fragment:
        check_markup(answer.text)
        assert "N&#39;a pas le permis." in answer.text
    else:
        assert answer.text.count('id="ecarter-message"') == answer.text.count('id="fiche-message"') == 1
        assert f'data-version="{scene[2].version}"' in answer.text


def test_the_same_decision_sent_twice_is_one(scene):
    seen = scene[1]
    assert scene.decide(1, "approve", seen=seen).status_code == 303
    assert scene.decide(1, "approve", seen=seen).status_code == 303
    assert len(scene.decisions()) == 1


@pytest.mark.parametrize("action", ["", "compute", "stale", "no_answer", "shortlist", "<b>"])
def test_actions_that_are_nobodys_are_not_found(scene, action):
    assert scene.decide(1, action).status_code == 404
    assert scene.decisions() == []


def test_a_decision_that_makes_no_sense_from_here_is_refused(scene):
    answer = scene.decide(1, "send")
    assert answer.status_code == 422 and "plus possible" in answer.text
    assert scene[1].state is State.TO_REVIEW


def test_a_broken_form_writes_nothing(scene):
    answer = scene.decide(1, "approve", version="x")
    assert answer.status_code == 422
    assert scene.decisions() == []


def test_another_agency_sees_nothing(scene, database):
    with database.transaction() as session:
        elsewhere = doors.account(session, name="Lille", agency=doors.an_agency(session, "Pôle emploi Lille"))
    client = doors.sign_in(scene.app, elsewhere)
    page = client.get(scene.queue_url)
    assert page.status_code == 200 and "Morel" not in page.text and "Personne n’est proposé" in page.text
    assert client.get(scene.sheet_url(1)).status_code == 404
    for panel in ("ecart", "contact", "report", "retrait"):
        assert client.get(f"/propositions/{scene.proposals[0].public_id}/{panel}").status_code == 404
    token = doors.csrf(client, "/propositions")
    row = scene[1]
    answer = client.post(
        f"/propositions/{row.public_id}/decision",
        data={"csrf_token": token, "action": "approve", "version": row.version, "state": "to_review"},
    )
    assert answer.status_code == 404 and scene[1].state is State.TO_REVIEW
    value = f"{row.public_id}.{row.version}.to_review"
    lot = client.post(f"{scene.queue_url}/lot", data={"csrf_token": token, "action": "approve", "p": value})
    assert "Morel" not in lot.text and scene[1].state is State.TO_REVIEW


def test_a_proposal_of_another_offer_is_not_in_this_queue(scene, database):
    with database.transaction() as session:
        other = build.proposal(session, person=build.person(session, agency_id=scene.advisor.agency_id))
    assert scene.client.get(f"{scene.queue_url}/{other.public_id}").status_code == 404


@pytest.mark.parametrize("panel", ["ecart", "contact", "report", "retrait"])
def test_panels_are_pages_without_a_script(scene, panel):
    page = scene.client.get(f"/propositions/{scene.proposals[0].public_id}/{panel}")
    assert page.status_code == 200
    check_markup(page.text)


def test_reasons_keep_their_keys_during_the_day_and_most_used_come_first(scene):
    with scene.database.transaction() as session:
        for number in range(3):
            session.add(
                ReviewDecision(
                    proposal_id=scene.proposals[2].id, actor_id=scene.advisor.id, action="reject",
                    from_state=State.TO_REVIEW, to_state=State.REJECTED, reason_code="language", told=False,
                    decided_on=date(2013, 10, 1 + number), decided_at=datetime.fromisoformat("2013-10-01T10:00+00:00"),
                )
            )  # fmt: skip
    panel = f"/propositions/{scene.proposals[0].public_id}/ecart"
    keyed = re.findall(r'value="(\w+)"[^>]*aria-keyshortcuts="(\d)"', scene.client.get(panel).text)
    assert keyed[0] == ("language", "1") and [key for _, key in keyed] == list("12345")
    scene.decide(2, "reject", reason="duplicate")
    assert re.findall(r'value="(\w+)"[^>]*aria-keyshortcuts="(\d)"', scene.client.get(panel).text) == keyed


def test_three_times_the_same_reason_puts_the_offer_in_question(app, database):
    scene = Scene(app, database, candidates=4)
    for rank in (1, 2):
        assert "Retirer ce critère" not in scene.decide(rank, "reject", fragment=True, reason="mobility").text
    assert "Retirer ce critère" in scene.decide(3, "reject", fragment=True, reason="mobility").text


@pytest.mark.parametrize("fragment", [False, True])
def test_the_end_of_the_queue_says_what_was_done_and_what_comes_next(app, database, fragment):
    scene = Scene(app, database, candidates=2)
    with database.transaction() as session:
        following = build.offer(session, title="Agent d'accueil")
        person = build.person(session, agency_id=scene.advisor.agency_id)
        build.proposal(session, offer=following, person=person, due_on=date(2013, 11, 12))
    scene.decide(1, "approve")
    answer = scene.decide(2, "reject", fragment=fragment, reason="skills")
    page = answer.text if fragment else scene.client.get(answer.headers["Location"]).text
    assert "Offre terminée\u00a0: 1 proposé, 1 écarté." in page
    assert "Agent d’accueil" in page and f"/offres/{following.public_id}/propositions" in page


# --- several at once


def values(scene, *ranks):
    return [f"{scene[rank].public_id}.{scene[rank].version}.{scene[rank].state}" for rank in ranks]


def test_several_are_named_before_and_answered_after(scene):
    uncertain(scene, 3)
    ask = scene.client.get(
        f"{scene.queue_url}/lot", query_string={"action": "approve", "p": values(scene, 1, 2, 3)}
    )
    check_markup(ask.text)
    assert "Proposer 2 candidats" in ask.text and "droit à vérifier" in ask.text
    token = doors.csrf(scene.client, scene.queue_url)
    chosen = values(scene, 1, 2, 3)
    scene.decide(2, "approve", client=scene.colleague())
    done = scene.client.post(
        f"{scene.queue_url}/lot", data={"csrf_token": token, "action": "approve", "p": chosen}
    )
    check_markup(done.text)
    assert done.status_code == 200
    assert [scene[rank].state for rank in (1, 2, 3)] == [State.APPROVED, State.APPROVED, State.TO_REVIEW]
    assert "1 proposé, 2 non" in done.text and "Une partie seulement" in done.text
    assert "vient d’être proposé par Paul Lenoir" in done.text and "cochez les justificatifs" in done.text


def test_several_are_set_aside_with_one_reason(scene):
    token = doors.csrf(scene.client, scene.queue_url)
    data = {"csrf_token": token, "action": "reject", "p": values(scene, 1, 2)}
    refused = scene.client.post(f"{scene.queue_url}/lot", data=data)
    assert refused.status_code == 422 and "Choisissez un motif" in refused.text
    check_markup(refused.text)
    done = scene.client.post(f"{scene.queue_url}/lot", data={**data, "reason": "mobility"})
    assert "2 écartés" in done.text and "Tout a été enregistré" in done.text
    assert [scene[rank].state for rank in (1, 2, 3)] == [State.REJECTED, State.REJECTED, State.TO_REVIEW]


@pytest.mark.parametrize("p", [[], ["x"], ["a.b.c"], ["00000000-0000-4000-8000-000000000000.1.to_review"]])
def test_nothing_ticked_or_nonsense_asks_for_nothing(scene, p):
    page = scene.client.get(f"{scene.queue_url}/lot", query_string={"action": "reject", "p": p})
    assert page.status_code == 200
    check_markup(page.text)


def test_an_offer_that_closed_meanwhile_is_said_line_by_line(scene):
    chosen = values(scene, 1, 2)
    token = doors.csrf(scene.client, scene.queue_url)
    with scene.database.transaction() as session:
        session.merge(scene.offer).state = OfferState.WITHDRAWN
    done = scene.client.post(
        f"{scene.queue_url}/lot", data={"csrf_token": token, "action": "approve", "p": chosen}
    )
    assert done.text.count("L’offre n’est plus ouverte") == 2 and "Rien n’a été enregistré" in done.text


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
