"""The machines and the milestones, written by hand from workflow.md beside the code: the tests' own truth.

One line a step: its name, the states it starts from, the state it leads to, who may take it. A supervisor and an advisor of
a mission locale may do what an advisor may: files change hands (workflow.md iii). `-`: the row does not exist yet; `live`: every live state of a proposal.
"""

from typing import NamedTuple

LIVE = "computed to_review deferred approved person_asked agreed sent interview selected"
UNDER_CONTRACT = "signed started trial_passed running suspended"

OFFER = """
submit    | - draft to_complete                                 | submitted   | employer importer advisor
return    | submitted                                           | to_complete | advisor importer
accept    | submitted                                           | open        | advisor importer
hold      | open                                                | on_hold     | employer advisor importer
resume    | on_hold                                             | open        | employer advisor importer
refresh   | open lapsed                                         | open        | employer advisor
lapse     | open                                                | lapsed      | clock
fill      | open on_hold lapsed                                 | filled      | system
withdraw  | draft submitted to_complete open on_hold lapsed     | withdrawn   | employer advisor
reopen    | filled withdrawn                                    | open        | advisor system
"""

PROPOSAL = f"""
compute             | -                          | computed      | system clock advisor
stale               | computed to_review         | stale         | system clock
shortlist           | computed                   | to_review     | system clock advisor
approve             | to_review deferred         | approved      | advisor mission_locale
reject              | to_review deferred         | rejected      | advisor mission_locale
defer               | to_review                  | deferred      | advisor
wake                | deferred                   | to_review     | advisor clock
contact             | approved                   | person_asked  | advisor system
called              | person_asked               | person_asked  | advisor
yes                 | person_asked               | agreed        | young_person advisor
no                  | person_asked               | declined      | young_person advisor
no_answer           | person_asked               | declined      | clock
send                | agreed                     | sent          | advisor
interview           | sent                       | interview     | employer advisor
selected            | sent interview             | selected      | employer advisor
not_selected        | sent interview             | not_selected  | employer advisor
no_answer_employer  | sent interview             | not_selected  | clock
close               | {LIVE}                     | closed        | system advisor
undo                | approved rejected deferred | to_review     | advisor mission_locale
"""

PLACEMENT = f"""
open         | -                                   | proposed      | employer advisor mission_locale
register     | -                                   | signed        | advisor mission_locale
promise      | proposed                            | promised      | employer advisor
request_aid  | promised                            | aid_requested | advisor mission_locale
grant        | aid_requested                       | aid_granted   | advisor
refuse       | aid_requested                       | aid_refused   | advisor
sign         | promised aid_granted aid_refused    | signed        | advisor
start        | signed                              | started       | employer advisor
no_show      | signed                              | abandoned     | employer advisor
pass_trial   | started                             | trial_passed  | employer advisor
run          | started trial_passed                | running       | advisor clock
break_trial  | started                             | exited        | employer advisor
suspend      | running                             | suspended     | advisor
resume       | suspended                           | running       | advisor
exit         | trial_passed running suspended      | exited        | advisor
complete     | running                             | completed     | advisor
abandon      | proposed promised aid_requested aid_granted aid_refused | abandoned | employer advisor
cancel       | {UNDER_CONTRACT}                    | abandoned     | supervisor
"""

MILESTONE = """
fall_due    | upcoming                                  | due               | clock
receive     | upcoming due                              | document_received | advisor mission_locale employer
ask         | document_received                         | asked             | advisor mission_locale
pay         | asked                                     | paid              | advisor mission_locale
refuse      | document_received asked                   | refused           | advisor mission_locale
lapse       | upcoming due                              | lapsed            | clock
claim_back  | paid                                      | to_repay          | system
repay       | to_repay                                  | repaid            | advisor mission_locale
cancel      | upcoming due document_received asked      | cancelled         | system
"""

MEMBERSHIP = """
invite    | -                                          | invited      | animator
wait      | - invited registered                       | waiting_list | animator
register  | - invited waiting_list                     | registered   | animator
decline   | invited waiting_list registered            | declined     | young_person animator
no_answer | invited                                    | no_answer    | clock animator
start     | registered                                 | active       | animator clock
risk      | active                                     | at_risk      | clock
contact   | at_risk dropped_out                        | active       | system
drop_out  | active at_risk                             | dropped_out  | clock animator
pause     | active at_risk                             | paused       | animator clock
resume    | paused                                     | active       | animator clock
end       | active at_risk paused dropped_out          | ended        | animator
reopen    | ended                                      | active       | animator supervisor
"""

SESSION = """
plan      | -                 | planned   | advisor clock
cancel    | planned           | cancelled | advisor clock system
restore   | cancelled         | planned   | advisor system
close     | planned           | closed    | advisor animator
reopen    | closed            | planned   | supervisor
"""

OUTREACH = """
list        | -                                                              | listed        | importer advisor system
assign      | listed                                                         | to_contact    | advisor delegate
contact     | listed to_contact to_chase sleeping                            | contacted     | advisor delegate
no_answer   | listed to_contact contacted to_chase                           | to_chase      | advisor delegate
interest    | to_contact contacted to_chase sleeping                         | interested    | advisor delegate
later       | to_contact contacted to_chase interested                       | sleeping      | advisor delegate
wake        | sleeping                                                       | to_chase      | clock advisor delegate
promise     | to_contact contacted to_chase interested sleeping promised     | promised      | advisor delegate
chase       | promised                                                       | to_chase      | clock
post        | listed to_contact contacted to_chase interested sleeping promised refused not_concerned withdrawn | posted | advisor employer system
hired       | posted                                                         | hired         | system
lost        | hired posted                                                   | to_chase      | system
refuse      | listed to_contact contacted to_chase interested sleeping promised | refused    | advisor delegate
not_concerned | listed to_contact contacted to_chase interested sleeping     | not_concerned | advisor delegate
withdraw    | promised                                                       | withdrawn     | advisor delegate
reopen      | refused not_concerned withdrawn                                | to_contact    | advisor delegate
"""

TENDER = """
know      | -                 | known     | advisor
propose   | known             | proposed  | advisor
insert    | known proposed    | inserted  | advisor
refuse    | known proposed    | refused   | advisor
reopen    | refused           | known     | advisor
finish    | inserted          | over      | advisor
resume    | over              | inserted  | advisor
"""

APPROACH = """
suggest    | -                                       | suggested  | advisor system
set_aside  | suggested                               | set_aside  | advisor
take_back  | set_aside                               | suggested  | advisor
contact    | suggested contacted no_answer refused   | contacted  | advisor
interest   | contacted                               | interested | advisor
interview  | contacted interested                    | interview  | advisor
hire       | contacted interested interview          | hired      | advisor
refuse     | contacted interested interview          | refused    | advisor
no_answer  | contacted interested                    | no_answer  | advisor
"""


class Line(NamedTuple):
    """A step as the page tells it; names only. `starts` holds None for a row that does not exist yet."""

    starts: frozenset[str | None]
    leads_to: str
    parties: frozenset[str]


def read(text: str) -> dict[str, Line]:
    """The steps of a machine by name."""
    steps = {}
    for line in text.strip().splitlines():
        name, starts, leads_to, parties = (part.strip() for part in line.split("|"))
        who = set(parties.split())
        who |= {"supervisor", "mission_locale"} if "advisor" in who else set()
        steps[name] = Line(
            frozenset(None if state == "-" else state for state in starts.split()), leads_to, frozenset(who)
        )
    return steps


def of_code(table) -> dict[str, Line]:
    """The same of a table of the code."""
    return {
        str(action): Line(
            frozenset(None if state is None else str(state) for state in step.starts),
            str(step.leads_to),
            frozenset(str(party) for party in step.parties),
        )
        for action, step in table.items()
    }
