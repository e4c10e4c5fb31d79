"""Expands rules by which events repeat, as other people's programs do, for tests/src/mails/series.rs.

Standard input is JSON: a list of series, each with its rule as carecircle writes it, the civil time of its first
event ("2026-11-10T10:00"), a last day, and perhaps a zone. The answer on standard output is JSON too: of each,
the civil times by `dateutil`; or, in a zone, the instants (seconds since 1970) by `recurring-ical-events`, which
reads a calendar file with the series in it as one repeating event.
"""

import datetime
import json
import sys

import icalendar
import recurring_ical_events
from dateutil.rrule import rrulestr


def last_moment(day):
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time.max)


def by_dateutil(series):
    """Civil times. A last day counts as a whole, as it does for a rule that names one."""
    start = datetime.datetime.fromisoformat(series["first"])
    rule = series["rule"]
    if "UNTIL=" in rule:
        rule += "T235959"
    found = []
    for time in rrulestr(rule, dtstart=start):
        if time > last_moment(series["until"]):
            break
        found.append(time.isoformat(timespec="minutes"))
    return found


def by_calendar(series):
    """Instants of a repeating event on the clocks of a zone."""
    start = series["first"].replace("-", "").replace(":", "") + "00"
    text = "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//tests//EN",
            "BEGIN:VEVENT",
            "UID:one",
            "DTSTAMP:20260101T000000Z",
            f"DTSTART;TZID={series['zone']}:{start}",
            "DURATION:PT30M",
            f"RRULE:{series['rule']}",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )
    calendar = icalendar.Calendar.from_ical(text)
    first = datetime.datetime.fromisoformat(series["first"]) - datetime.timedelta(days=2)
    found = set()
    for event in recurring_ical_events.of(calendar).between(first, last_moment(series["until"])):
        time = event.decoded("DTSTART")
        # Its own day decides, wherever the asking program's clock stands.
        if time.date().isoformat() <= series["until"]:
            found.add(int(time.timestamp()))
    return sorted(found)


def main():
    wanted = json.load(sys.stdin)
    answers = [by_calendar(one) if "zone" in one else by_dateutil(one) for one in wanted]
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
