"""Every step tried from every state on one base: what a request wrote is taken back, so the next one starts from the same rows."""

import contextlib
import html
import re
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from matching import clock, links, own_file
from matching.store.follow_up import HandOver
from matching.store.matches import MatchProposal, Release, ReviewDecision
from matching.store.messages import AccessLink, OfferDraft, OutgoingMessage, PersonRequest
from matching.store.organisations import Offer, OfferEvent
from matching.store.people import Agency, Person
from matching.store.placements import AidMilestone, Placement, PlacementEvent
from matching.vocabulary import AgencyKind, HandOverState, LinkKind
from tests import answering, build
from tests.web import doors
from tests.web.doors import csrf
from web import settings

#: What a step may write, the trail apart: a refusal leaves all of it as it was.
WRITTEN = (
    MatchProposal, ReviewDecision, Release, Offer, OfferEvent, OfferDraft, Placement, PlacementEvent, AidMilestone,
    OutgoingMessage, AccessLink, PersonRequest,
)  # fmt: skip
#: Compiled once: asked twice an attempt.
WHOLE = {model: str(sa.select(model.__table__)) for model in WRITTEN}


#: Accounts that act as an advisor: of the agency, and of the mission locale to which the file was handed over. Whoever may
#: import besides is an advisor like another here.
INSIDE = ("advisor", "supervisor", "local")
#: Who has no such page, and whose rows these are not.
WITHOUT, OUTSIDE = ("animator", "officer", "admin"), ("other_advisor", "other_local")
#: A step that starts elsewhere, as the flow's own refusal is said.
OVER = "Cette étape n'est plus possible depuis l'état «"


class Bench:
    """The application on one connection, in a transaction that ends with the test."""

    def __init__(self, app, database):
        self.app, self.database = app, database
        self.tokens = {}
        self.connection = database.engine.connect()
        self.outer = self.connection.begin()
        made = sessionmaker(
            self.connection,
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
            info={"seal": database.seal},
        )
        database._writer = database._reader = made

    def close(self):
        self.outer.rollback()
        self.connection.close()

    @contextlib.contextmanager
    def attempt(self):
        taken = self.connection.begin_nested()
        yield
        taken.rollback()

    def set(self, model, key, **values):
        self.connection.execute(sa.update(model).where(model.id == key).values(**values))

    def get(self, model, key):
        columns = sa.select(model.__table__).where(model.__table__.c.id == key)
        return self.connection.execute(columns).one()

    def rows(self):
        """Everything of WRITTEN, by table."""
        return {
            model.__tablename__: self.connection.exec_driver_sql(query).all()
            for model, query in WHOLE.items()
        }

    def lines(self, log):
        return self.connection.scalar(sa.select(sa.func.count()).select_from(log))

    def post(self, client, path, *, headers=None, **data):
        """The form as its page sends it; the token is the one of the browser's session."""
        if client not in self.tokens:
            page = "/compte" if client.get("/compte").status_code == 200 else "/connexion"
            self.tokens[client] = csrf(client, page)
        return client.post(path, data={"csrf_token": self.tokens[client], **data}, headers=headers or {})


class Scene(Bench):
    """Somebody sent to an employer, their file handed over to a mission locale; a browser of everybody's."""

    def __init__(self, app, database):
        with database.transaction() as session:
            pole, lille = doors.an_agency(session), doors.an_agency(session, "Pôle emploi Lille")
            local, third = (
                build._add(session, Agency(name=name, kind=AgencyKind.MISSION_LOCALE))
                for name in ("Mission locale", "Mission locale d'Abbeville")
            )
            agencies = {"local": local, "other_local": third, "other_advisor": lille}
            self.users = {
                kind: doors.account(session, doors_kind(kind), agencies.get(kind, pole))
                for kind in (*INSIDE, *WITHOUT, *OUTSIDE)
            }
            self.agency = pole.id
            offer = build.offer(
                session, agency_id=pole.id, description="Tailler.", contact_email="a@exemple.fr"
            )
            proposal = answering.sent(
                session, advisor=self.users["advisor"], agency=pole, offer=offer, on=date(2013, 11, 1)
            )
            person = session.get_one(Person, proposal.person_id)
            session.add(
                HandOver(
                    person_id=person.id, from_agency_id=pole.id, to_agency_id=local.id, state=HandOverState.ACCEPTED,
                    asked_on=date(2013, 10, 21), due_on=date(2013, 10, 28), decided_on=date(2013, 10, 22),
                    asked_by_id=self.users["advisor"].id, decided_by_id=self.users["local"].id,
                    proposal_id=proposal.id,
                )
            )  # fmt: skip
            own = {"organisation_id": offer.organisation_id}
            self.users["employer"] = doors.account(session, "employer", **own)
            self.users["other_employer"] = doors.account(session, "employer")
            at = clock.now()
            self.employer_token = answering.link(session, offer, at=at)[1]
            common = {"at": at, "person_id": person.id}
            self.answer_token = links.issue(session, LinkKind.ANSWER, proposal_id=proposal.id, **common)[1]
            self.file_token = own_file.issue(session, person, actor_id=self.users["advisor"].id, at=at)
            self.refresh_token = links.issue(session, LinkKind.REFRESH, at=at, offer_id=offer.id)[1]
            self.offer, self.proposal, self.person = offer, proposal, person
        super().__init__(app, database)
        self.clients = {kind: doors.sign_in(app, user) for kind, user in self.users.items()}
        self.nobody = app.test_client()
        assert self.post(self.nobody, f"/moi/{self.file_token}", born="14/05/1993").status_code == 303
        self.tokens.pop(self.nobody)  # another session since the birth date was given
        self.taken, self.guarded, self.tried = set(), set(), 0

    def outsiders(self, path, status, kinds, **data):
        """Refused alike whatever the state: each of them, nothing changed."""
        before = self.rows()
        for kind in kinds:
            answer = self.post(self.clients[kind], path, **data)
            assert answer.status_code == status, (path, kind, answer.status_code)
            self.tried += 1
        assert self.rows() == before, path

    def one(self, case, log, send, *, allowed, read, leads_to, lines=1, sentence=OVER, refused=409, done=303):
        """Send it, compare with the table. `read`: the state of the row; `refused`: what a step that starts elsewhere gets;
        `done`: the status of one that was taken."""
        before, counted = self.rows(), self.lines(log)
        answer = send()
        self.tried += 1
        status, told = answer.status_code, said(answer) or words(answer)
        assert "Traceback" not in told, case
        if allowed and status == done:
            assert read() == leads_to, case
            assert self.lines(log) == counted + lines, case
            return True
        assert status == (422 if allowed else refused), (case, status, told)
        assert self.rows() == before, case
        if status != 404:
            assert told.strip(" |"), case
        if status == 409:
            assert plain(sentence) in told, (case, told)
        return False


def doors_kind(kind):
    return {"local": "advisor", "other_local": "advisor", "other_advisor": "advisor"}.get(kind, kind)


def on(monkeypatch, app, day):
    monkeypatch.setenv("PASSERELLE_TODAY", day)
    app.extensions["passerelle"].settings = settings.load()


def said(answer):
    """What is told first: the alerts of the page, and the messages beside fields; in plain spaces."""
    found = re.findall(r'role="alert"[^>]*>(.*?)</div>', answer.text, re.S)
    found += re.findall(r'<p class="field-message"[^>]*>(.*?)</p>', answer.text, re.S)
    return " | ".join(plain(each) for each in found)


def words(answer):
    return plain(answer.text)


def plain(text):
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\s+", " ", text).replace("’", "'").strip()
