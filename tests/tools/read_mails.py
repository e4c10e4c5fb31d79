"""Reads mails as other people's programs do, for the tests in tests/src/mails.

Each argument is a mail (.eml), in the order in which they arrive in one mailbox. Every calendar file in
them must be the same in both its places, and must be read without complaint by two foreign parsers:
`icalendar` (Python) and libical (C). Then a small calendar applies them by the rules of RFC 5546. The
answer on standard output is JSON: what each mail says, and which events the calendar shows at the end.
"""

import ctypes
import email.parser
import email.policy
import json
import pathlib
import sys

import icalendar

NAMES = ["UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "STATUS", "SUMMARY", "CLASS"]


class Libical:
    """As much of libical as it takes to let it judge a file."""

    def __init__(self):
        try:
            self.lib = ctypes.CDLL("libical.so.3")
        except OSError:
            sys.exit("the C parser is missing: install libical (Debian: apt-get install libical3)")
        for name in ["parser_parse_string", "component_get_inner", "component_get_first_property"]:
            getattr(self.lib, f"ical{name}").restype = ctypes.c_void_p
        for name in ["property_get_value_as_string", "property_method_to_string"]:
            getattr(self.lib, f"ical{name}").restype = ctypes.c_char_p

    def read(self, data):
        """The facts of the one event, or the end of the program."""
        lib = self.lib
        calendar = ctypes.c_void_p(lib.icalparser_parse_string(data))
        if not calendar:
            sys.exit("libical cannot read the file")
        if lib.icalcomponent_count_errors(calendar):
            sys.exit("libical finds errors in the file")
        if not lib.icalrestriction_check(calendar) or lib.icalcomponent_count_errors(calendar):
            sys.exit("libical: the file breaks the rules of its method (RFC 5546)")
        event = ctypes.c_void_p(lib.icalcomponent_get_inner(calendar))
        facts = {name: self.value(event, name) for name in NAMES}
        facts["METHOD"] = lib.icalproperty_method_to_string(
            lib.icalcomponent_get_method(calendar)
        ).decode()
        lib.icalcomponent_free(calendar)
        return facts

    def value(self, component, name):
        kind = self.lib.icalproperty_string_to_kind(name.encode())
        found = self.lib.icalcomponent_get_first_property(component, kind)
        if not found:
            return None
        return self.lib.icalproperty_get_value_as_string(ctypes.c_void_p(found)).decode()


def read_strictly(data):
    """The facts of the one event by `icalendar`, and the event."""
    calendar = icalendar.Calendar.from_ical(data)
    events = calendar.walk("VEVENT")
    if len(events) != 1 or len(calendar.subcomponents) != 1:
        sys.exit("not exactly one event")
    event = events[0]
    if calendar.errors or event.errors:
        sys.exit(f"icalendar finds errors: {calendar.errors + event.errors}")
    for name in ["DTSTART", "DTEND", "DTSTAMP"]:
        if event.decoded(name).utcoffset().total_seconds() != 0:
            sys.exit(f"{name} is not in UTC")
    facts = {name: event[name].to_ical().decode() for name in NAMES}
    facts["METHOD"] = str(calendar["METHOD"])
    return facts, event


def read_mail(data):
    """As it came, line ends and all (the parser for files would change them)."""
    parser = email.parser.BytesFeedParser(policy=email.policy.default)
    parser.feed(data)
    return parser.close()


def calendar_files(message):
    """The two copies of the calendar file: decoded, with the method that the mail announces."""
    inline, attached, announced = None, None, None
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            inline = part.get_payload(decode=True)
            announced = part.get_param("method")
        elif part.get_content_type() == "application/ics":
            attached = part.get_payload(decode=True)
    return inline, attached, announced


class Calendar:
    """What a reader's calendar shows (RFC 5546, sections 2.1.4, 3.2.2 and 3.2.5)."""

    def __init__(self):
        self.entries = {}

    def apply(self, facts, event):
        who = (str(event["ORGANIZER"]), str(event["ATTENDEE"]))
        version = (int(facts["SEQUENCE"]), facts["DTSTAMP"])
        known = self.entries.get(facts["UID"])
        if known and (known["version"] > version or known["who"] != who):
            return
        cancelled = facts["METHOD"] == "CANCEL"
        if cancelled and facts["STATUS"] != "CANCELLED":
            sys.exit("a CANCEL without STATUS:CANCELLED leaves the event in some calendars")
        self.entries[facts["UID"]] = {
            "version": version,
            "who": who,
            "start": None if cancelled else facts["DTSTART"],
        }

    def shown(self):
        return sorted(entry["start"] for entry in self.entries.values() if entry["start"])


def main():
    libical, calendar, mails = Libical(), Calendar(), []
    for path in sys.argv[1:]:
        message = read_mail(pathlib.Path(path).read_bytes())
        if any(part.defects for part in message.walk()):
            sys.exit("the mail's structure has defects")
        inline, attached, announced = calendar_files(message)
        mail = {"subject": message["Subject"], "message_id": message["Message-ID"]}
        if inline is not None:
            if inline != attached:
                sys.exit("the two copies of the calendar file differ")
            strict, event = read_strictly(inline)
            loose = libical.read(inline)
            if strict != loose:
                sys.exit(f"the parsers disagree: {strict} {loose}")
            if announced != strict["METHOD"]:
                sys.exit("the mail announces another method than the file has")
            mail["calendar"] = strict
            calendar.apply(strict, event)
        mails.append(mail)
    json.dump({"mails": mails, "shown": calendar.shown()}, sys.stdout)


if __name__ == "__main__":
    main()
