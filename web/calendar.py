"""A calendar as RFC 5545: whole days, an identifier that stays, nothing but initials and a programme."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from matching.feeds import Entry

from .wording import follow_up as words

#: How often a calendar should ask again.
REFRESH = timedelta(hours=6)


def written(entries: Iterable[Entry], *, on: date, url: str) -> bytes:
    """The calendar as of that day; the same lines are the same bytes all day long."""
    made = Calendar()
    made.add("prodid", "-//Passerelle//Echeances//FR")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", words.CALENDAR)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    stamp = datetime.combine(on, time(), UTC)
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.uid}@passerelle")
        event.add("sequence", entry.sequence)
        event.add("dtstamp", stamp)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", words.entry(entry))
        event.add("url", url)
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
        made.add_component(event)
    return made.to_ical()
