"""One blueprint an area; a page reads, calls one flow and shows."""

from .accounts import pages as accounts
from .admin import pages as admin
from .agreements import pages as aided
from .break_glass import pages as break_glass
from .call_list import pages as call_list
from .check_in_answers import pages as check_ins
from .clause_year import pages as clauses
from .club_answer import pages as club_entry
from .club_course import pages as club
from .deadlines import pages as deadlines
from .employer_aids import pages as aids
from .employer_answers import pages as released
from .employer_offer_form import pages as own_offers
from .feeds import pages as feeds
from .graduate_steps import pages as graduates
from .hand_overs import pages as hand_overs
from .health import pages as health
from .help import pages as help_
from .home import pages as home
from .import_file import pages as imports
from .invitations import pages as invitations
from .jobs import pages as jobs
from .messages import pages as messages
from .offer_estimates import pages as estimates
from .offer_forms import pages as offers
from .offer_link import pages as offer_link
from .organisations import pages as organisations
from .outreach_bulk import pages as outreach
from .packs import pages as packs
from .people_writing import pages as people
from .personal_sessions import pages as personal
from .placement_opening import pages as placements
from .planning import pages as planning
from .proposals import pages as proposals
from .reminders import pages as reminders
from .reports import pages as reports
from .requests import pages as requests
from .rules import pages as rules
from .session_settings import pages as sessions

#: In the order they are registered.
ALL = (
    health,
    accounts,
    admin,
    home,
    help_,
    proposals,
    reminders,
    people,
    personal,
    requests,
    placements,
    aided,
    clauses,
    hand_overs,
    break_glass,
    deadlines,
    feeds,
    check_ins,
    released,
    aids,
    reports,
    offers,
    own_offers,
    estimates,
    offer_link,
    organisations,
    call_list,
    invitations,
    rules,
    outreach,
    imports,
    jobs,
    messages,
    club,
    sessions,
    planning,
    packs,
    club_entry,
    graduates,
)

__all__ = ["ALL"]
