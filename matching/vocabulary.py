"""Words every layer shares: states, kinds, verdicts. Values are what the database and the JSON hold."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Verdict(IntEnum):
    """Kleene's three values; numbers so that numpy can hold them."""

    NO = -1
    UNKNOWN = 0
    YES = 1

    @property
    def eligibility(self) -> str:
        """`eligible`, `unknown` or `not-eligible`: the word of `passerelle check`."""
        return {1: "eligible", 0: "unknown", -1: "not-eligible"}[int(self)]


class Source(StrEnum):
    """Where a file comes from; part of every identity (imports.md §1)."""

    POLE_EMPLOI = "pole-emploi"
    I_MILO = "i-milo"
    CAP_EMPLOI = "cap-emploi"
    FRANCE_TRAVAIL = "france-travail"
    OTHER = "autre"


class AgencyKind(StrEnum):
    POLE_EMPLOI = "pole_emploi"
    MISSION_LOCALE = "mission_locale"
    CAP_EMPLOI = "cap_emploi"


class ZoneKind(StrEnum):
    ZUS = "ZUS"
    ZRR = "ZRR"
    QPV = "QPV"
    ZFU = "ZFU"


#: Zones of town policy, of either generation: the priority geography of the campaign (D3).
PRIORITY_ZONES = (ZoneKind.ZUS, ZoneKind.QPV)


class ResidenceKind(StrEnum):
    DECLARED = "declared"
    CONFIRMED = "confirmed"


class ResidenceMethod(StrEnum):
    DECLARED = "declared"
    STREET_LIST = "street_list"
    PERIMETER = "perimeter"
    PROOF = "proof"


class SituationValue(StrEnum):
    NO_JOB = "no_job"
    IN_JOB = "in_job"
    IN_TRAINING = "in_training"


class Sector(StrEnum):
    """Of an organisation; None = nobody has said yet."""

    NON_PROFIT = "non_profit"
    PUBLIC = "public"
    MARKET = "market"


class OfferState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    TO_COMPLETE = "to_complete"
    OPEN = "open"
    ON_HOLD = "on_hold"
    FILLED = "filled"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class ProposalState(StrEnum):
    COMPUTED = "computed"
    TO_REVIEW = "to_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    PERSON_ASKED = "person_asked"
    AGREED = "agreed"
    DECLINED = "declined"
    SENT = "sent"
    INTERVIEW = "interview"
    SELECTED = "selected"
    NOT_SELECTED = "not_selected"
    STALE = "stale"
    CLOSED = "closed"


#: An employer still has something to say of these.
AT_EMPLOYER = (ProposalState.SENT, ProposalState.INTERVIEW)
#: Sent to an employer, and not answered with a no.
RELEASED_PROPOSALS = (*AT_EMPLOYER, ProposalState.SELECTED)
#: An advisor said yes and it is not over: its person may hear of it.
PURSUED_PROPOSALS = (
    ProposalState.APPROVED,
    ProposalState.PERSON_ASKED,
    ProposalState.AGREED,
    *RELEASED_PROPOSALS,
)
#: An advisor decided on these, if only to look again later.
DECIDED_PROPOSALS = (ProposalState.DEFERRED, *PURSUED_PROPOSALS)
#: A person holds at most five of these from to_review on (workflow.md ii).
LIVE_PROPOSALS = (ProposalState.COMPUTED, ProposalState.TO_REVIEW, *DECIDED_PROPOSALS)


class PlacementState(StrEnum):
    PROPOSED = "proposed"
    PROMISED = "promised"
    AID_REQUESTED = "aid_requested"
    AID_GRANTED = "aid_granted"
    AID_REFUSED = "aid_refused"
    SIGNED = "signed"
    STARTED = "started"
    TRIAL_PASSED = "trial_passed"
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    EXITED = "exited"
    ABANDONED = "abandoned"


#: Promised, and not signed yet.
PROMISED_PLACEMENTS = (
    PlacementState.PROMISED,
    PlacementState.AID_REQUESTED,
    PlacementState.AID_GRANTED,
    PlacementState.AID_REFUSED,
)
#: Under a promise or a contract: a person has one at a time (workflow.md iii).
ENGAGED_PLACEMENTS = (
    *PROMISED_PLACEMENTS,
    PlacementState.SIGNED,
    PlacementState.STARTED,
    PlacementState.TRIAL_PASSED,
    PlacementState.RUNNING,
    PlacementState.SUSPENDED,
)
#: Nothing more happens to these.
OVER_PLACEMENTS = (PlacementState.COMPLETED, PlacementState.EXITED, PlacementState.ABANDONED)


class MilestoneState(StrEnum):
    UPCOMING = "upcoming"
    DUE = "due"
    DOCUMENT_RECEIVED = "document_received"
    ASKED = "asked"
    PAID = "paid"
    TO_REPAY = "to_repay"
    REPAID = "repaid"
    REFUSED = "refused"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """Account roles (security.md §2). CLOCK has no login."""

    EMPLOYER = "employer"
    ADVISOR = "advisor"
    ANIMATOR = "animator"
    OFFICER = "officer"
    ADMIN = "admin"


class ImportKind(StrEnum):
    YOUNG_PEOPLE = "jeunes"
    OFFERS = "offres"
    ASSOCIATIONS = "associations"
    EMPLOYERS = "employeurs"
    ZONES = "zones"
    OCCUPATIONS = "metiers"


class BatchState(StrEnum):
    """`refused`: the file cannot be read; `repeated`: the very file of an import that was applied before."""

    RECEIVED = "received"
    CHECKED = "checked"
    REFUSED = "refused"
    APPLYING = "applying"
    APPLIED = "applied"
    REPEATED = "repeated"
    ABANDONED = "abandoned"
    UNDONE = "undone"


class RowOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: type_contrat of imports.md §3; CCE and others are France Travail's own codes.
CONTRACT_KINDS = (
    "CDI", "CDD", "MIS", "SAI", "CCE", "FRA", "LIB", "REP", "TTI", "DDI", "DIN", "DDT", "APP", "PRO",
)  # fmt: skip

#: dispositif of an offer (imports.md §3) -> the programmes it may stand for, oldest first.
SCHEMES = {
    "emploi_avenir": ("emplois-avenir",),
    "emploi_franc": ("emplois-francs-2013", "emplois-francs-2018"),
    "cui_cae": ("cui-cae", "pec"),
    "cui_cie": ("cui-cie",),
}
#: Schemes of the market sector; the others are not for it.
MARKET_SCHEMES = frozenset({"emploi_franc", "cui_cie"})


class Party(StrEnum):
    """Who acts in a flow (roles of workflow.md). How accounts map to them: security.md §2."""

    IMPORTER = "importer"
    ADVISOR = "advisor"
    MISSION_LOCALE = "mission_locale"
    SUPERVISOR = "supervisor"
    EMPLOYER = "employer"
    YOUNG_PERSON = "young_person"
    ANIMATOR = "animator"
    #: The officer of the sub-prefecture (DEL of workflow.md): assigns the register, notes.
    DELEGATE = "delegate"
    CLOCK = "clock"
    SYSTEM = "system"


class MessageState(StrEnum):
    """`sending`: given to the server, no answer noted. After a crash nobody knows: it is not sent again by itself."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class LinkKind(StrEnum):
    """What a personal link opens. FILE: a young person's page. ANSWER: one proposal, one answer. EMPLOYER: the people
    released for an offer. REFRESH: an offer about to lapse. CHECK_IN: two questions about a job. FEED: a calendar.
    CLUB: an invitation to the club."""

    FILE = "file"
    ANSWER = "answer"
    EMPLOYER = "employer"
    REFRESH = "refresh"
    CHECK_IN = "check_in"
    FEED = "feed"
    CLUB = "club"


class RequestKind(StrEnum):
    """What a young person asks for by their link; an advisor answers."""

    QUESTION = "question"
    CORRECTION = "correction"
    ERASURE = "erasure"


class RequestState(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class HandOverState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class CheckInKind(StrEnum):
    """JOB: months after the first day of work. EXIT: months after the end of the contract."""

    JOB = "job"
    EXIT = "exit"


class CheckInState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    #: Asked for in vain: said so, never left open for ever.
    MISSED = "missed"
    CANCELLED = "cancelled"


class EmployerKind(StrEnum):
    """What the employer is in law, as far as programmes ask (L5134-111, L5134-66); None = nobody has said yet."""

    ASSOCIATION = "association"
    LOCAL_AUTHORITY = "local_authority"
    PUBLIC_BODY = "public_body"
    STATE = "state"
    GEIQ = "geiq"
    INSERTION = "insertion"
    COMPANY = "company"
    PUBLIC_INDUSTRIAL = "public_industrial"
    MIXED_COMPANY = "mixed_company"
    PRIVATE_PERSON = "private_person"


class MembershipState(StrEnum):
    """Of a young person in the club (workflow.md iv)."""

    INVITED = "invited"
    WAITING_LIST = "waiting_list"
    REGISTERED = "registered"
    ACTIVE = "active"
    AT_RISK = "at_risk"
    PAUSED = "paused"
    DROPPED_OUT = "dropped_out"
    ENDED = "ended"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"


#: The thirteen weeks have begun and no outcome is typed yet: those who dropped out are still somebody's to call.
RUNNING_MEMBERSHIPS = (
    MembershipState.ACTIVE,
    MembershipState.AT_RISK,
    MembershipState.PAUSED,
    MembershipState.DROPPED_OUT,
)
#: A seat of a cohort is held.
SEATED_MEMBERSHIPS = (MembershipState.REGISTERED, *RUNNING_MEMBERSHIPS)
#: A person holds one of these at a time (workflow.md iv, "no other live membership").
LIVE_MEMBERSHIPS = (MembershipState.INVITED, MembershipState.WAITING_LIST, *SEATED_MEMBERSHIPS)


class SessionState(StrEnum):
    """Of a collective session. To close = planned and over: read from its day, never stored (workflow.md, b)."""

    PLANNED = "planned"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class AttendanceState(StrEnum):
    REGISTERED = "registered"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"


#: A seat of the session is taken.
SEATED_ATTENDANCES = (
    AttendanceState.REGISTERED,
    AttendanceState.PRESENT,
    AttendanceState.LATE,
    AttendanceState.EXCUSED,
    AttendanceState.ABSENT,
)
#: What is stated of somebody on the day.
STATED_ATTENDANCES = (
    AttendanceState.PRESENT,
    AttendanceState.LATE,
    AttendanceState.EXCUSED,
    AttendanceState.ABSENT,
)
#: They came.
CAME = (AttendanceState.PRESENT, AttendanceState.LATE)


class OutreachPurpose(StrEnum):
    """What an employer is won over for: measure 11 or measure 12."""

    AVENIR = "avenir"
    FRANC = "franc"


class OutreachState(StrEnum):
    """Of an association or an employer to win over (workflow.md v)."""

    LISTED = "listed"
    TO_CONTACT = "to_contact"
    CONTACTED = "contacted"
    TO_CHASE = "to_chase"
    INTERESTED = "interested"
    SLEEPING = "sleeping"
    PROMISED = "promised"
    POSTED = "posted"
    HIRED = "hired"
    REFUSED = "refused"
    NOT_CONCERNED = "not_concerned"
    WITHDRAWN = "withdrawn"


class TenderState(StrEnum):
    """Of a public contract that may carry a social clause (measure 13)."""

    KNOWN = "known"
    PROPOSED = "proposed"
    INSERTED = "inserted"
    REFUSED = "refused"
    OVER = "over"


class ApproachState(StrEnum):
    """Of a potential employer approached for one person (measure 12)."""

    SUGGESTED = "suggested"
    SET_ASIDE = "set_aside"
    CONTACTED = "contacted"
    INTERESTED = "interested"
    INTERVIEW = "interview"
    HIRED = "hired"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
