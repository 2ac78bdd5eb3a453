"""The tables of the machines, written out from workflow.md (i), (ii), (iii): a line more or less is a divergence.

A party after « + » is ours, beyond the page: a file is its own party, a trial that breaks reopens its offer. An advisor
of a mission locale may do what an advisor may, of the people of their caseload (security.md §2).
"""

import pytest

from matching import milestones, offers, placements, proposals
from matching.vocabulary import (
    LIVE_PROPOSALS,
    MilestoneState,
    OfferState,
    Party,
    PlacementState,
    ProposalState,
)

WHO = {
    "ADV": Party.ADVISOR, "ML": Party.MISSION_LOCALE, "EMP": Party.EMPLOYER, "YOU": Party.YOUNG_PERSON,
    "CLK": Party.CLOCK, "SYS": Party.SYSTEM, "SUP": Party.SUPERVISOR, "IMP": Party.IMPORTER,
}  # fmt: skip

OFFERS = """
submit      | - draft to_complete                                   | submitted   | EMP IMP ADV
return      | submitted                                             | to_complete | ADV + IMP
accept      | submitted                                             | open        | ADV + IMP
hold        | open                                                  | on_hold     | EMP ADV + IMP
resume      | on_hold                                               | open        | EMP ADV + IMP
refresh     | open lapsed                                           | open        | EMP ADV
lapse       | open                                                  | lapsed      | CLK
fill        | open on_hold lapsed                                   | filled      | SYS
withdraw    | draft submitted to_complete open on_hold lapsed       | withdrawn   | EMP ADV
reopen      | filled withdrawn                                      | open        | ADV + SYS
"""
PROPOSALS = """
compute            | -                            | computed     | CLK ADV SYS
stale              | computed to_review           | stale        | CLK SYS
shortlist          | computed                     | to_review    | ADV CLK SYS
approve            | to_review deferred           | approved     | ADV ML
reject             | to_review deferred           | rejected     | ADV ML
defer              | to_review                    | deferred     | ADV
wake               | deferred                     | to_review    | ADV CLK
contact            | approved                     | person_asked | SYS ADV
called             | person_asked                 | person_asked | ADV
yes                | person_asked                 | agreed       | YOU ADV
no                 | person_asked                 | declined     | YOU ADV
no_answer          | person_asked                 | declined     | CLK
send               | agreed                       | sent         | ADV
interview          | sent                         | interview    | EMP ADV
selected           | sent interview               | selected     | EMP ADV
not_selected       | sent interview               | not_selected | EMP ADV
no_answer_employer | sent interview               | not_selected | CLK
close              | computed to_review deferred approved person_asked agreed sent interview selected | closed | SYS ADV
undo               | approved rejected deferred   | to_review    | ADV + ML
"""
PLACEMENTS = """
open        | -                                                        | proposed      | EMP ADV ML
register    | -                                                        | signed        | ADV + ML
promise     | proposed                                                 | promised      | EMP ADV
request_aid | promised                                                 | aid_requested | ADV ML
grant       | aid_requested                                            | aid_granted   | ADV
refuse      | aid_requested                                            | aid_refused   | ADV
sign        | promised aid_granted aid_refused                         | signed        | ADV
start       | signed                                                   | started       | EMP ADV
no_show     | signed                                                   | abandoned     | EMP ADV
pass_trial  | started                                                  | trial_passed  | EMP ADV
break_trial | started                                                  | exited        | EMP ADV
run         | started trial_passed                                     | running       | ADV CLK
suspend     | running                                                  | suspended     | ADV
resume      | suspended                                                | running       | ADV
exit        | trial_passed running suspended                           | exited        | ADV
complete    | running                                                  | completed     | ADV
abandon     | proposed promised aid_requested aid_granted aid_refused  | abandoned     | EMP ADV
cancel      | signed started trial_passed running suspended           | abandoned     | SUP
"""
MILESTONES = """
fall_due   | upcoming                             | due               | CLK
receive    | upcoming due                         | document_received | ADV ML EMP
ask        | document_received                    | asked             | ADV ML
pay        | asked                                | paid              | ADV ML
refuse     | document_received asked              | refused           | ADV ML
lapse      | upcoming due                         | lapsed            | CLK
claim_back | paid                                 | to_repay          | SYS
repay      | to_repay                             | repaid            | ADV ML
cancel     | upcoming due document_received asked | cancelled         | SYS
"""


@pytest.mark.parametrize(
    ("page", "table", "states"),
    [
        (OFFERS, offers.TRANSITIONS, OfferState),
        (PROPOSALS, proposals.TRANSITIONS, ProposalState),
        (PLACEMENTS, placements.TRANSITIONS, PlacementState),
        (MILESTONES, milestones.TRANSITIONS, MilestoneState),
    ],
    ids=["offer", "proposal", "placement", "milestone"],
)
def test_a_machine_takes_the_steps_of_its_page(page, table, states):
    written = {}
    for line in page.strip().splitlines():
        action, starts, leads_to, who = (cell.strip() for cell in line.split("|"))
        parties = {WHO[each] for each in who.replace("+", " ").split()}
        written[action] = (
            {None if each == "-" else states(each) for each in starts.split()},
            states(leads_to),
            parties | ({Party.SUPERVISOR, Party.MISSION_LOCALE} if Party.ADVISOR in parties else set()),
        )
    held = {
        str(action): (set(step.starts), step.leads_to, set(step.parties)) for action, step in table.items()
    }
    assert held == written


def test_the_live_states_of_a_proposal_are_those_of_the_page():
    names = "computed to_review deferred approved person_asked agreed sent interview selected"
    assert [str(state) for state in LIVE_PROPOSALS] == names.split()
