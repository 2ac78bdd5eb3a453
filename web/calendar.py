"""Calendars as RFC 5545, with identifiers that stay: what is due (initials and a programme), the public sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vDuration

from matching.feeds import Entry
from matching.planning import Line

from .wording import HERE, follow_up, planning as words

#: How often a calendar should ask again.
REFRESH = timedelta(hours=6)


def written(entries: Iterable[Entry], *, on: date, url: str) -> bytes:
    """What is due, as whole days, as of that day; the same lines are the same bytes all day long."""
    made = _begun("Echeances", follow_up.CALENDAR)
    stamp = datetime.combine(on, time(), UTC)
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.uid}@passerelle")
        event.add("sequence", entry.sequence)
        event.add("dtstamp", stamp)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", follow_up.entry(entry))
        event.add("url", url)
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
        made.add_component(event)
    return made.to_ical()


def of_sessions(lines: Iterable[Line], *, url: str) -> bytes:
    """The sessions at their hours in Amiens; a cancelled one stays, with its reason. `url`: of the public planning.

    Every stamp is the day a session changed: the same sessions are the same bytes, whenever they are asked for.
    """
    made = _begun("Seances", words.CALENDAR)
    made["x-published-ttl"] = vDuration(REFRESH)  # the same, for Outlook
    made.add_component(_paris())
    host = urlsplit(url).hostname or "passerelle"
    for line in lines:
        event = Event()
        event.add("uid", f"{line.public_id}@{host}")
        event.add("sequence", line.sequence)
        event.add("dtstamp", line.changed_at)
        event.add("created", line.made_at)
        event.add("last-modified", line.changed_at)
        event.add("dtstart", datetime.combine(line.held_on, line.starts_at, HERE))
        event.add("dtend", datetime.combine(line.held_on, line.ends_at, HERE))
        event.add("summary", _text(words.summary(line)))
        event.add("description", _text(words.described(line)))
        event.add("location", _text(line.place))
        event.add("url", f"{url}#seance-{line.id}")
        event.add("status", "CANCELLED" if line.cancelled else "CONFIRMED")
        event.add("transp", "TRANSPARENT" if line.cancelled else "OPAQUE")
        made.add_component(event)
    return made.to_ical()


def _begun(subject: str, name: str) -> Calendar:
    made = Calendar()
    made.add("prodid", f"-//Passerelle//{subject}//FR")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    return made


def _paris() -> Timezone:
    """Europe/Paris by its rule since 1996: summer time from the last Sunday of March to the last of October."""
    made = Timezone()
    made.add("tzid", str(HERE))
    for part, name, first, hour, before, after in (
        (TimezoneDaylight(), "CEST", date(1996, 3, 31), 2, 1, 2),
        (TimezoneStandard(), "CET", date(1996, 10, 27), 3, 2, 1),
    ):
        part.add("dtstart", datetime.combine(first, time(hour)))  # by the clocks of the place: no zone
        part.add("rrule", {"freq": "yearly", "bymonth": first.month, "byday": "-1su"})
        part.add("tzoffsetfrom", timedelta(hours=before))
        part.add("tzoffsetto", timedelta(hours=after))
        part.add("tzname", name)
        made.add_component(part)
    return made


def _text(said: str) -> str:
    """Without the signs that a calendar may not hold; every end of line is one."""
    lines = said.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign if sign == "\n" or (sign >= " " and sign != "\x7f") else " " for sign in lines)
