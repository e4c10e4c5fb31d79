"""Reads calendar feeds as other people's programs do, for the tests in tests/src/mails.

Each argument is a feed's calendar file. It must be read without complaint by two foreign parsers, `icalendar`
(Python) and libical (C), which must find the same in it. The answer on standard output is JSON: of each file what
it says of itself, and its events in their order.
"""

import ctypes
import json
import pathlib
import sys

import icalendar

from read_mails import NAMES, Libical

HEAD = ["METHOD", "NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"]


class LibicalFeed(Libical):
    """Lets libical judge a file with any number of events."""

    def read_all(self, data):
        """The facts of every event, or the end of the program."""
        lib = self.lib
        for name in ["first_component", "next_component"]:
            getattr(lib, f"icalcomponent_get_{name}").restype = ctypes.c_void_p
        calendar = ctypes.c_void_p(lib.icalparser_parse_string(data))
        if not calendar:
            sys.exit("libical cannot read the file")
        if lib.icalcomponent_count_errors(calendar):
            sys.exit("libical finds errors in the file")
        if not lib.icalrestriction_check(calendar) or lib.icalcomponent_count_errors(calendar):
            sys.exit("libical: the file breaks the rules of its method (RFC 5546)")
        kind, events = lib.icalcomponent_string_to_kind(b"VEVENT"), []
        event = lib.icalcomponent_get_first_component(calendar, kind)
        while event:
            events.append({name: self.value(ctypes.c_void_p(event), name) for name in NAMES})
            event = lib.icalcomponent_get_next_component(calendar, kind)
        lib.icalcomponent_free(calendar)
        return events


def read_strictly(data):
    """What the file says of itself and the facts of every event, by `icalendar`."""
    calendar = icalendar.Calendar.from_ical(data)
    events = calendar.walk("VEVENT")
    if len(events) != len(calendar.subcomponents):
        sys.exit("something is not an event")
    errors = calendar.errors + [error for event in events for error in event.errors]
    if errors:
        sys.exit(f"icalendar finds errors: {errors}")
    for event in events:
        if event.subcomponents:
            sys.exit("an event has an alarm")
        for name in ["DTSTART", "DTEND", "DTSTAMP"]:
            if event.decoded(name).utcoffset().total_seconds() != 0:
                sys.exit(f"{name} is not in UTC")
    said = {name: text(calendar[name]) for name in HEAD}
    return said, [{name: text(event[name]) for name in NAMES} for event in events]


def text(value):
    return value.to_ical().decode() if hasattr(value, "to_ical") else str(value)


def main():
    libical, feeds = LibicalFeed(), []
    for path in sys.argv[1:]:
        data = pathlib.Path(path).read_bytes()
        said, strict = read_strictly(data)
        loose = libical.read_all(data)
        if strict != loose:
            sys.exit(f"the parsers disagree: {strict} {loose}")
        feeds.append({**said, "events": strict})
    json.dump(feeds, sys.stdout)


if __name__ == "__main__":
    main()
