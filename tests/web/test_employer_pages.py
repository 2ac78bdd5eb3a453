"""An employer on screen: the people sent to it by account and by link, its answers, its aids."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from matching import links, milestones, placements
from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.messages import AccessLink
from matching.store.organisations import Organisation
from matching.store.placements import AidMilestone, Placement, PlacementEvent
from matching.vocabulary import MilestoneState, Party, PlacementState, ProposalState as State
from tests import build, hires
from tests.answering import DAY, link, sent
from tests.markup import check_markup
from tests.web.doors import account, an_agency, sign_in
from tests.web.entering import AT, bare
from tests.web.test_policies import dump

A = placements.PlacementAction
NOBODY = "00000000-0000-4000-8000-000000000000"


class Scene:
    """Two people sent for an offer, the link of the message, and the employer's own browser."""

    def __init__(self, app, database, now):
        self.app, self.database, self.now = app, database, now
        with database.transaction() as session:
            agency = an_agency(session)
            self.advisor = account(session, "advisor", agency, name="Nadia Férat")
            self.offer = build.offer(session, title="Jardinier")
            self.organisation_id = self.offer.organisation_id
            self.refs = [
                sent(
                    session, advisor=self.advisor, agency=agency, offer=self.offer,
                    who=hires.person(session, agency=agency, given_names=name, family_name="Morel"),
                ).public_id
                for name in ("Inès", "Karim")
            ]  # fmt: skip
            _, self.token = link(session, self.offer, at=now.at)
            self.user = account(
                session, "employer", organisation_id=self.organisation_id, name="Anne Roussel"
            )
        self.client = sign_in(app, self.user)
        self.address = f"/reponse/employeur/{self.token}"

    def stranger(self):
        with self.database.transaction() as session:
            user = account(session, "employer")
        return sign_in(self.app, user)

    def proposal(self, number=0):
        with self.database.reading() as session:
            return session.scalar(
                sa.select(MatchProposal).where(MatchProposal.public_id == self.refs[number])
            )

    def steps(self):
        with self.database.reading() as session:
            asked = sa.select(ReviewDecision.action).where(ReviewDecision.action != "send")
            return session.scalars(asked.order_by(ReviewDecision.id)).all()

    def by_link(self, answer, number=0, *, state=State.SENT, client=None, ref=None, token=None, **fields):
        client = client or self.app.test_client()
        page = client.get("/connexion")
        where = f"/reponse/employeur/{token or self.token}/{ref or self.refs[number]}"
        return client.post(where, data=self._data(page, answer, state, fields))

    def signed_in(self, answer, number=0, *, state=State.SENT, client=None, ref=None, **fields):
        client = client or self.client
        page = client.get("/compte")
        return client.post(
            f"/mes-candidats/{ref or self.refs[number]}/reponse", data=self._data(page, answer, state, fields)
        )

    @staticmethod
    def _data(page, answer, state, fields):
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        return {"csrf_token": found[1] if found else "", "answer": answer, "state": str(state), **fields}


@pytest.fixture
def scene(app, database, now):
    return Scene(app, database, now)


def words_of(answer):
    """What a reader reads, spaces made plain."""
    import html

    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
    return re.sub(r"\s+", " ", text).replace("’", "'")


# --- the link


def test_the_link_shows_the_people_and_asks_no_password(scene):
    page = scene.app.test_client().get(scene.address)
    check_markup(page.text)
    said = words_of(page)
    assert page.status_code == 200 and "2 personnes à rencontrer pour votre offre" in said
    for told in (
        "Inès M.",
        "Karim M.",
        "sans diplôme",
        "Votre contact : Nadia Férat",
        "au plus tard le mardi 26 novembre",
    ):
        assert told in said
    for never in ("Morel", "1993", "80021", "639980000", "score", "Amiens Nord"):
        assert never not in said


def test_looking_writes_nothing_however_often(scene):
    robot = scene.app.test_client()
    robot.get(scene.address)
    before = dump(scene.app)
    for suffix in ("", "?reponse=retenu", "?reponse=rencontre", "?reponse=<b>"):
        for _ in range(2):
            assert robot.get(scene.address + suffix).status_code == 200
            assert robot.head(scene.address + suffix).status_code == 200
    assert robot.get(f"{scene.address}/{scene.refs[0]}").status_code == 405
    assert dump(scene.app) == before


@pytest.mark.parametrize(
    ("answer", "fields", "state"),
    [
        ("rencontre", {}, State.INTERVIEW),
        ("retenu", {"starts_on": "18/11/2013"}, State.SELECTED),
        ("non-retenu", {"reason": "experience"}, State.NOT_SELECTED),
    ],
)
@pytest.mark.parametrize("door", ["by_link", "signed_in"])
def test_an_answer_is_one_step_by_the_employer(scene, door, answer, fields, state):
    noted = getattr(scene, door)(answer, **fields)
    assert noted.status_code == 303, noted.text
    assert (scene.proposal().state, scene.proposal(1).state) == (state, State.SENT)
    assert len(scene.steps()) == 1
    reader = scene.client if door == "signed_in" else scene.app.test_client()
    page = reader.get(noted.headers["Location"])
    check_markup(page.text)
    assert "C'est noté" in words_of(page)


@pytest.mark.parametrize(
    ("first", "second"),
    [("by_link", "by_link"), ("by_link", "signed_in"), ("signed_in", "by_link"), ("signed_in", "signed_in")],
)
def test_pressed_twice_or_by_both_doors_it_is_one_and_the_second_is_told(scene, first, second):
    assert getattr(scene, first)("rencontre").status_code == 303
    told = getattr(scene, second)("non-retenu", reason="skills")
    check_markup(told.text)
    assert told.status_code == 409
    who = (
        "par le lien du message"
        if first == "by_link"
        else "Vous avez déjà noté"
        if second == "signed_in"
        else "Anne Roussel a déjà noté"
    )
    assert who in words_of(told) and "le 24 novembre 2026 à 10 h 00" in words_of(told)
    assert scene.steps() == ["interview"] and scene.proposal().state is State.INTERVIEW
    assert getattr(scene, first)("rencontre").status_code == 409
    assert scene.steps() == ["interview"]


def test_the_advisors_note_comes_first(scene):
    with scene.database.transaction() as session:
        from matching import proposals

        proposals.review(
            session, session.scalar(sa.select(MatchProposal).where(MatchProposal.public_id == scene.refs[0])),
            proposals.ProposalAction.INTERVIEW, actor_id=scene.advisor.id, party=Party.ADVISOR, on=DAY, at=AT,
        )  # fmt: skip
    assert "Nadia Férat a déjà noté « Rencontré »" in words_of(scene.by_link("rencontre"))


@pytest.mark.parametrize(
    ("answer", "fields", "sentence", "kept"),
    [
        ("retenu", {"starts_on": ""}, "Indiquez le premier jour de travail", None),
        ("retenu", {"starts_on": "hier"}, "Indiquez une date", "hier"),
        (
            "retenu",
            {"starts_on": "01/11/2013"},
            "avant que cette personne vous soit présentée, le 4 novembre 2013",
            "01/11/2013",
        ),
        ("non-retenu", {}, "Dites pourquoi", None),
        ("non-retenu", {"reason": "other"}, "Ajoutez un mot", None),
        ("non-retenu", {"reason": "other", "note": "x" * 281}, "280 caractères", None),
    ],
)
def test_an_answer_that_lacks_something_keeps_what_was_typed(scene, answer, fields, sentence, kept):
    for door in (scene.by_link, scene.signed_in):
        page = door(answer, **fields)
        check_markup(page.text)
        assert page.status_code == 422 and sentence in words_of(page)
        assert kept is None or f'value="{kept}"' in page.text
    assert scene.steps() == []


def test_links_that_do_not_open_say_so_in_words(scene):
    client = scene.app.test_client()
    cut = client.get(scene.address[:-4])
    assert cut.status_code == 404 and "recopiez l'adresse entière" in words_of(cut)
    assert scene.by_link("rencontre", token=scene.token[:-4]).status_code == 404
    with scene.database.transaction() as session:
        links.revoke(session, AccessLink.offer_id == scene.offer.id, at=scene.now.at)
    revoked = client.get(scene.address)
    assert revoked.status_code == 410 and "remplacé ou retiré" in words_of(revoked)
    with scene.database.transaction() as session:
        _, scene.token = link(session, scene.offer, at=scene.now.at)
    scene.address = f"/reponse/employeur/{scene.token}"
    page = client.get(scene.address)
    scene.now.forward(days=15)
    late = client.post(
        f"{scene.address}/{scene.refs[0]}", data=scene._data(page, "rencontre", State.SENT, {})
    )
    for answer in (client.get(scene.address), late):
        check_markup(answer.text)
        assert answer.status_code == 410 and "n'est plus valable" in words_of(answer)
    assert scene.steps() == []


def test_a_link_that_has_served_says_what_was_answered(scene):
    scene.by_link("rencontre")
    scene.by_link("non-retenu", state=State.INTERVIEW, reason="skills")
    scene.by_link("retenu", 1, starts_on="18/11/2013")
    page = scene.app.test_client().get(scene.address)
    said = words_of(page)
    assert "Vos réponses sont notées" in said and 'name="answer"' not in page.text
    assert "« Retenu » noté le 4 novembre 2013 par le lien du message" in said
    with scene.database.reading() as session:
        assert session.scalar(sa.select(AccessLink.used_at)) is not None
    assert scene.by_link("rencontre", 1, state=State.SELECTED).status_code == 409


def test_nothing_is_said_of_people_who_are_gone(scene):
    page = scene.app.test_client().get(scene.address)
    with scene.database.transaction() as session:
        for each in session.scalars(sa.select(MatchProposal)):
            each.state = State.CLOSED
    client = scene.app.test_client()
    for name in ("Inès", "Karim"):
        assert name in page.text and name not in client.get(scene.address).text
        assert name not in scene.client.get("/mes-candidats").text
    assert "2 personnes ne sont plus disponibles" in words_of(scene.client.get("/mes-candidats"))
    late = scene.by_link("rencontre", client=client)
    assert late.status_code == 409 and "Inès" not in late.text
    own = scene.signed_in("rencontre")
    assert own.status_code == 409 and "n'est plus disponible" in words_of(own) and "Inès" not in own.text


def test_a_person_of_another_offer_is_not_the_links(scene):
    with scene.database.transaction() as session:
        other = sent(session, advisor=scene.advisor, agency=an_agency(session)).public_id
    for ref in (other, NOBODY):
        told = scene.by_link("rencontre", ref=ref)
        assert told.status_code == 409 and "n'est plus à rencontrer pour cette offre" in words_of(told)
    assert scene.steps() == []


# --- the account


def test_another_organisation_meets_a_missing_page(scene):
    stranger = scene.stranger()
    theirs, missing = (
        scene.signed_in("rencontre", client=stranger, ref=ref) for ref in (scene.refs[0], NOBODY)
    )
    assert theirs.status_code == missing.status_code == 404
    assert bare(theirs.text) == bare(missing.text)
    page = stranger.get("/mes-candidats")
    check_markup(page.text)
    assert "Personne ne vous a encore été présenté" in words_of(page) and "Inès" not in page.text
    assert scene.steps() == []


@pytest.mark.parametrize("kind", ["advisor", "supervisor", "animator", "officer", "admin"])
def test_the_pages_of_employers_are_theirs_and_those_of_advisors_are_not(scene, kind):
    with scene.database.transaction() as session:
        user = account(session, kind)
    other = sign_in(scene.app, user)
    for path in ("/mes-candidats", "/mes-aides", f"/mes-aides/{NOBODY}"):
        assert other.get(path).status_code == 403
    for path in ("/placements", f"/placements/{NOBODY}", "/echeances", "/candidats", "/propositions"):
        assert scene.client.get(path).status_code == 403


def test_actions_that_are_nobodys_are_not_found(scene):
    for answer in ("", "send", "close", "<b>"):
        assert scene.by_link(answer).status_code == 404
        assert scene.signed_in(answer).status_code == 404


# --- aids


@pytest.fixture
def contract(scene):
    """An emploi franc of the employer's, signed: its trial ends on 17 January 2014."""
    with scene.database.transaction() as session:
        made = hires.hired(session, agency=an_agency(session), name=hires.FRANC, actor_id=scene.advisor.id)
        made.organisation_id = scene.organisation_id
        return made.public_id


def on(monkeypatch, app, day):
    monkeypatch.setenv("PASSERELLE_TODAY", day)
    from web import settings

    app.extensions["passerelle"].settings = settings.load()


def taken(scene, ref, *steps):
    """Steps that an advisor noted."""
    with scene.database.transaction() as session:
        made = session.scalar(sa.select(Placement).where(Placement.public_id == ref))
        for action, day in steps:
            placements.change(
                session,
                made,
                action,
                actor_id=scene.advisor.id,
                party=Party.ADVISOR,
                on=day,
                at=AT,
                book=hires.BOOK,
            )


def row_of(scene, kind):
    with scene.database.reading() as session:
        return session.scalar(sa.select(AidMilestone).where(AidMilestone.kind == kind))


def post(scene, path, page, client=None, **fields):
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    return (client or scene.client).post(path, data={"csrf_token": found[1], **fields})


def step(scene, ref, action, seen=None, **fields):
    page = scene.client.get(f"/mes-aides/{ref}")
    with scene.database.reading() as session:
        version = session.scalar(sa.select(Placement.version).where(Placement.public_id == ref))
    data = {f"{action}-version": str(seen or version)} | {f"{action}-{k}": v for k, v in fields.items()}
    answer = post(scene, f"/mes-aides/{ref}/etapes/{action}", page, **data)
    if answer.status_code == 200:
        check_markup(answer.text)
        kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
        return scene.client.post(f"/mes-aides/{ref}/etapes/{action}", data=kept)
    return answer


def test_without_a_contract_the_page_says_why_and_what_next(scene):
    page = scene.client.get("/mes-aides")
    check_markup(page.text)
    assert "Aucun contrat pour le moment" in words_of(page)


def test_the_aids_say_which_paper_by_when_to_whom_and_what_is_lost(scene, contract, monkeypatch):
    on(monkeypatch, scene.app, "2014-01-20")
    for path in ("/mes-aides", f"/mes-aides/{contract}"):
        page = scene.client.get(path)
        check_markup(page.text)
        said = words_of(page)
        for told in (
            "Premier versement, 2 500 €", "Déclaration d'actualisation et dernier bulletin de paie",
            "À envoyer du 17 janvier au lundi 17 février 2014. À qui : Pôle emploi.",
            "Après, les 2 500 € sont perdus.", "À venir : 5 000 €", "Second versement, 2 500 €",
        ):  # fmt: skip
            assert told in said, (path, told)
        for never in ("Morel", "1993", "639980000", "Quartier", "snapshot"):
            assert never not in said
    first, second = (said.index(f"{each} versement, 2 500") for each in ("Premier", "Second"))
    assert first < second


def test_the_employer_says_sent_and_the_agency_confirms(scene, contract, monkeypatch):
    on(monkeypatch, scene.app, "2014-01-20")
    page = scene.client.get(f"/mes-aides/{contract}")
    sending = {"row": "trial-end:1", "state": "upcoming", "on": "20/01/2014"}
    for wrong, sentence in (
        ("10/01/2014", "Trop tôt"),
        ("21/01/2014", "à venir"),
        ("", "Indiquez le jour de l'envoi"),
        ("hier", "Indiquez une date"),
    ):
        refused = post(scene, f"/mes-aides/{contract}/envois", page, **{**sending, "on": wrong})
        check_markup(refused.text)
        assert refused.status_code == 422 and sentence in words_of(refused)
    assert row_of(scene, "trial-end").state is MilestoneState.UPCOMING
    assert post(scene, f"/mes-aides/{contract}/envois", page, **sending).status_code == 303
    again = post(scene, f"/mes-aides/{contract}/envois", page, **sending)
    assert again.status_code == 409 and "Vous avez dit l'avoir envoyé le 20 janvier 2014" in words_of(again)
    assert "Envoyé, à confirmer" in words_of(again) and "Papier reçu" not in words_of(again)
    with scene.database.transaction() as session:
        chief = account(session, "advisor", an_agency(session))
    told = words_of(sign_in(scene.app, chief).get(f"/placements/{contract}"))
    assert "Envoyé, dit l'employeur" in told and "Demander : Premier versement" in told
    with scene.database.transaction() as session:
        events = session.scalars(
            sa.select(PlacementEvent).where(PlacementEvent.action == "milestone_receive")
        ).all()
        assert [(event.told, event.actor_id) for event in events] == [(True, scene.user.id)]
        milestones.settle(
            session, session.scalar(sa.select(AidMilestone).where(AidMilestone.kind == "trial-end")),
            milestones.MilestoneAction.ASK, actor_id=scene.advisor.id, party=Party.ADVISOR, on=date(2014, 1, 20),
        )  # fmt: skip
    assert "Versement demandé le 20 janvier 2014" in words_of(scene.client.get(f"/mes-aides/{contract}"))


def test_after_its_window_a_paper_is_lost_and_said_so(scene, contract, monkeypatch):
    on(monkeypatch, scene.app, "2014-02-18")
    page = scene.client.get(f"/mes-aides/{contract}")
    assert "Perdu : délai passé" in words_of(page) and "Perdu : 2 500 €" in words_of(page)
    late = (
        post(
            scene, f"/mes-aides/{contract}/envois", page, row="trial-end:1", state="upcoming", on="18/02/2014"
        )
        if "csrf_token" in page.text
        else None
    )
    assert late is None or (late.status_code == 422 and "elle est perdue" in words_of(late))
    marked = post(
        scene, f"/mes-aides/{contract}/envois", page, row="presence-24:3", state="upcoming", on="18/02/2014"
    )
    assert marked.status_code == 422 and "aucun papier" in words_of(marked)


def test_the_employers_own_steps_follow_the_table(scene, contract, monkeypatch):
    early = step(scene, contract, "start", on="04/11/2013")
    assert early.status_code == 422 and "possible à partir du 18 novembre 2013" in words_of(early)
    assert step(scene, contract, "break_trial", on="04/11/2013", who="resigned").status_code == 409
    on(monkeypatch, scene.app, "2013-11-20")
    assert step(scene, contract, "start", on="01/11/2013").status_code == 422
    assert step(scene, contract, "start", on="18/11/2013").status_code == 303
    twice = step(scene, contract, "start", seen=1, on="18/11/2013")
    assert twice.status_code == 409 and "Vous avez déjà noté « Début du contrat confirmé »" in words_of(twice)
    missing = step(scene, contract, "break_trial", on="20/11/2013", who="employer_ended")
    assert missing.status_code == 422 and "pour quel motif" in words_of(missing)
    before_start = step(scene, contract, "break_trial", on="17/11/2013", who="resigned")
    assert before_start.status_code == 422 and "18 novembre 2013" in words_of(before_start)
    for action in ("sign", "cancel", "exit", "request_aid", "grant", "open"):
        assert step(scene, contract, action, on="20/11/2013").status_code == 404
    broken = step(scene, contract, "break_trial", on="20/11/2013", who="resigned")
    assert broken.status_code == 303
    page = scene.client.get(f"/mes-aides/{contract}")
    check_markup(page.text)
    assert "Contrat interrompu" in words_of(page) and "Annulé" in words_of(page)
    with scene.database.reading() as session:
        assert session.scalar(sa.select(Placement.state)) is PlacementState.EXITED


def test_what_a_step_entails_tells_nothing_of_other_proposals(scene, contract, monkeypatch):
    on(monkeypatch, scene.app, "2013-11-20")
    page = scene.client.get(f"/mes-aides/{contract}")
    version = re.search(r'name="no_show-version" value="(\d+)"', page.text)[1]
    said = words_of(
        post(
            scene,
            f"/mes-aides/{contract}/etapes/no_show",
            page,
            **{"no_show-version": version, "no_show-on": "20/11/2013"},
        )
    )
    assert "Le poste redevient libre" in said and "sont annulées, pour 5 000 €" in said
    assert "proposition" not in said.split("Ce que cela entraîne")[1]


def test_a_contract_of_another_organisation_looks_missing(scene, contract):
    stranger = scene.stranger()
    assert bare(stranger.get(f"/mes-aides/{contract}").text) == bare(
        stranger.get(f"/mes-aides/{NOBODY}").text
    )
    page = stranger.get("/compte")
    for path, data in (
        ("envois", {"row": "trial-end:1", "state": "upcoming", "on": "04/11/2013"}),
        ("etapes/start", {"start-on": "18/11/2013"}),
    ):
        theirs, missing = (
            post(scene, f"/mes-aides/{ref}/{path}", page, client=stranger, **data)
            for ref in (contract, NOBODY)
        )
        assert theirs.status_code == missing.status_code == 404
        assert bare(theirs.text) == bare(missing.text)
    assert row_of(scene, "trial-end").state is MilestoneState.UPCOMING


def test_a_choice_by_link_is_a_promise_that_the_employer_may_give_up(scene):
    scene.by_link("retenu", starts_on="18/11/2013")
    with scene.database.reading() as session:
        made = session.scalar(sa.select(Placement))
        name = session.scalar(sa.select(Organisation.name).where(Organisation.id == scene.organisation_id))
    assert made.state is PlacementState.PROMISED and name
    assert "Inès M., Jardinier" in words_of(scene.client.get("/mes-aides"))
    assert step(scene, made.public_id, "abandon", on="04/11/2013").status_code == 422
    assert (
        step(scene, made.public_id, "abandon", on="04/11/2013", reason="Le poste est supprimé").status_code
        == 303
    )
    assert scene.proposal().state is State.CLOSED
