//! Mails in the shapes in which the world sends them, written by hand with invented people.

use proptest::prelude::*;

use super::*;

const MARIA: &str = "maria.sample@mailbox.example";

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

/// How a mail from nobody is read.
fn bounced(text: &str) -> Content {
    let read = read_arrived(&crlf(text), "");
    assert!(read.automatic, "from nobody");
    read.content
}

fn is_failed(content: &Content, expected: bool) -> bool {
    matches!(content, Content::Failed { address } if *address == expected)
}

const POSTFIX: &str = "Return-Path: <>
Received: by mx.post.example (Postfix)
\tid 4F1C22A0; Mon, 30 Nov 2026 11:15:02 -0600 (CST)
Date: Mon, 30 Nov 2026 11:15:02 -0600 (CST)
From: MAILER-DAEMON@mx.post.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: visits+token@post.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary=\"3B9F02A1.1796058902/mx.post.example\"
Content-Transfer-Encoding: 8bit
Message-Id: <20261130171502.4F1C22A0@mx.post.example>

This is a MIME-encapsulated message.

--3B9F02A1.1796058902/mx.post.example
Content-Description: Notification
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

This is the mail system at host mx.post.example.

--3B9F02A1.1796058902/mx.post.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.post.example
X-Postfix-Queue-ID: 3B9F02A1
X-Postfix-Sender: rfc822; visits+token@post.example
Arrival-Date: Mon, 30 Nov 2026 11:15:01 -0600 (CST)

Final-Recipient: rfc822; maria.sample@mailbox.example
Original-Recipient: rfc822;maria.sample@mailbox.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.mailbox.example
Diagnostic-Code: smtp; 550 5.1.1 <maria.sample@mailbox.example>: Recipient
    address rejected: User unknown in virtual mailbox table

--3B9F02A1.1796058902/mx.post.example
Content-Description: Undelivered Message
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

From: Appointments <visits@post.example>
To: maria.sample@mailbox.example
Subject: Appointment on Tuesday, December 1
Message-ID: <0123456789abcdef@post.example>

An appointment is planned for you.

--3B9F02A1.1796058902/mx.post.example--
";

const EXCHANGE: &str = "From: <postmaster@mailbox.example>
To: <visits+token@post.example>
Date: Mon, 30 Nov 2026 17:15:09 +0000
Content-Type: multipart/report; report-type=delivery-status;
 boundary=\"d21c5a3e-0e3f-4f6c-9c6a-0c5d6e7f8a9b\"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-US
Message-ID: <d21c5a3e-0e3f-4f6c-9c6a-0c5d6e7f8a9b@MX01.mailbox.example>
In-Reply-To: <0123456789abcdef@post.example>
Subject: Undeliverable: Appointment on Tuesday, December 1
Auto-Submitted: auto-replied

--d21c5a3e-0e3f-4f6c-9c6a-0c5d6e7f8a9b
Content-Type: multipart/alternative; differences=Content-Type;
 boundary=\"5b0f\"

--5b0f
Content-Type: text/plain; charset=\"us-ascii\"
Content-Transfer-Encoding: quoted-printable

Delivery has failed to these recipients or groups:=0D

--5b0f
Content-Type: text/html; charset=\"us-ascii\"

<html><body>Delivery has failed</body></html>

--5b0f--

--d21c5a3e-0e3f-4f6c-9c6a-0c5d6e7f8a9b
Content-Type: message/delivery-status

Reporting-MTA: dns;MX01.mailbox.example
Received-From-MTA: dns;mx.post.example
Arrival-Date: Mon, 30 Nov 2026 17:15:08 +0000

Original-Recipient: rfc822;maria.sample@mailbox.example
Final-Recipient: rfc822;maria.sample@mailbox.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

--d21c5a3e-0e3f-4f6c-9c6a-0c5d6e7f8a9b
Content-Type: message/rfc822

From: Appointments <visits@post.example>
Subject: Appointment on Tuesday, December 1

--d21c5a3e-0e3f-4f6c-9c6a-0c5d6e7f8a9b--
";

const GMAIL: &str = "MIME-Version: 1.0
Received: by 2002:a05:6a20:1a04:b0:1 with SMTP id x4csp1; Mon, 30 Nov 2026 09:15:09 -0800 (PST)
From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>
To: visits+token@post.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: <0123456789abcdef@post.example>
In-Reply-To: <0123456789abcdef@post.example>
Message-ID: <6567.050a.abc@mx.googlemail.example>
Date: Mon, 30 Nov 2026 09:15:09 -0800 (PST)
Content-Type: multipart/report; boundary=\"000000000000aa\"; report-type=delivery-status

--000000000000aa
Content-Type: multipart/related; boundary=\"000000000000ab\"

--000000000000ab
Content-Type: multipart/alternative; boundary=\"000000000000ac\"

--000000000000ac
Content-Type: text/plain; charset=\"UTF-8\"

** Address not found **

--000000000000ac--
--000000000000ab
Content-Type: image/png; name=\"icon.png\"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--000000000000ab--
--000000000000aa
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.example
Arrival-Date: Mon, 30 Nov 2026 09:15:08 -0800 (PST)
X-Original-Message-ID: <0123456789abcdef@post.example>

Final-Recipient: rfc822; maria.sample@mailbox.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.mailbox.example. (192.0.2.26, the server for the domain
 mailbox.example.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
 550 5.1.1 Please try again
Last-Attempt-Date: Mon, 30 Nov 2026 09:15:09 -0800 (PST)

--000000000000aa
Content-Type: message/rfc822

From: Appointments <visits@post.example>

--000000000000aa--
";

#[test]
fn reports_of_postfix_exchange_and_gmail_are_read() {
    for report in [POSTFIX, EXCHANGE, GMAIL] {
        assert!(is_failed(&bounced(report), true), "{report}");
    }
    let read = read_arrived(&crlf(POSTFIX), "");
    assert_eq!(read.named, "20261130171502.4F1C22A0@mx.post.example");
    assert_eq!(read.message_id.unwrap().reveal(), read.named);
}

#[test]
fn a_delay_a_refused_content_and_a_read_receipt_are_no_refused_address() {
    let delayed = POSTFIX
        .replace("Action: failed", "Action: delayed")
        .replace("5.1.1", "4.4.1");
    assert!(matches!(bounced(&delayed), Content::Passing));
    let spam = POSTFIX.replace("Status: 5.1.1", "Status: 5.7.1");
    assert!(is_failed(&bounced(&spam), false));
    let late = POSTFIX.replace("Status: 5.1.1", "Status: 4.4.7");
    assert!(is_failed(&bounced(&late), false));
    let seen = POSTFIX.replace(
        "report-type=delivery-status",
        "report-type=disposition-notification",
    );
    assert!(matches!(bounced(&seen), Content::Other));
    // A report that somebody forwards is a mail like any other.
    let forwarded =
        format!("From: {MARIA}\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n{POSTFIX}");
    assert!(matches!(bounced(&forwarded), Content::Other));
}

/// A calendar's answer, with its file written in this part.
fn reply(part: &str) -> String {
    format!(
        "From: Maria Sample <{MARIA}>
To: Appointments <visits@post.example>
Subject: Declined: Appointment @ Tue Dec 1, 2026
Message-ID: <calendar-1@mailbox.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=\"mixed\"

--mixed
Content-Type: multipart/alternative; boundary=\"alt\"

--alt
Content-Type: text/plain; charset=\"UTF-8\"

Maria Sample has declined this invitation. I have to see my daughter then.

--alt
{part}
--alt--
--mixed--
"
    )
}

const GMAIL_FILE: &str = "BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REPLY
BEGIN:VEVENT
DTSTART:20261201T160000Z
DTEND:20261201T163000Z
DTSTAMP:20261130T171500Z
ORGANIZER;CN=Appointments:mailto:visits@post.example
UID:0197c2a4-0000-7000-8000-000000000001
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN=Maria
  Sample;X-NUM-GUESTS=0:mailto:maria.sample@mailbox.example
CLASS:PRIVATE
CREATED:20261124T210400Z
LAST-MODIFIED:20261130T171500Z
SEQUENCE:1
STATUS:CONFIRMED
SUMMARY:Appointment
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
";

const OUTLOOK_FILE: &str = "BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:Central Standard Time
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0600
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT=TENTATIVE;CN=\"Sample, Maria\":MAILTO:Maria.Sample@mailbox.exa
 mple
COMMENT;LANGUAGE=en-US:I may be late\\n
UID:0197c2a4-0000-7000-8000-000000000001
SUMMARY;LANGUAGE=en-US:Tentative: Appointment
DTSTART;TZID=Central Standard Time:20261201T100000
DTEND;TZID=Central Standard Time:20261201T103000
CLASS:PRIVATE
PRIORITY:5
DTSTAMP:20261130T171500Z
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:1
LOCATION;LANGUAGE=en-US:
X-MICROSOFT-CDO-APPT-SEQUENCE:1
END:VEVENT
END:VCALENDAR
";

const APPLE_FILE: &str = "BEGIN:VCALENDAR
CALSCALE:GREGORIAN
PRODID:-//Apple Inc.//iPhone OS 26.1//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
UID:0197c2a4-0000-7000-8000-000000000001
DTSTAMP:20261130T171500Z
DTSTART:20261201T160000Z
DTEND:20261201T163000Z
SEQUENCE:1
ORGANIZER;CN=Appointments:mailto:visits@post.example
ATTENDEE;CN=Maria Sample;CUTYPE=INDIVIDUAL;EMAIL=maria.sample@mailbox.example
 ;PARTSTAT=ACCEPTED:mailto:maria.sample@mailbox.example
SUMMARY:Appointment
END:VEVENT
END:VCALENDAR
";

fn answered(text: &str) -> Option<CalendarAnswer> {
    match read_arrived(&crlf(text), MARIA).content {
        Content::Calendar(answer) => Some(answer),
        _ => None,
    }
}

#[test]
fn answers_of_gmail_outlook_and_apple_are_read() {
    let plain = "Content-Type: text/calendar; charset=\"UTF-8\"; method=REPLY\n\
                 Content-Transfer-Encoding: 7bit\n\n";
    for (file, expected) in [
        (GMAIL_FILE, Response::Declined),
        (OUTLOOK_FILE, Response::Tentative),
        (APPLE_FILE, Response::Accepted),
    ] {
        let answer = answered(&reply(&format!("{plain}{file}"))).expect(file);
        assert_eq!(answer.uid, "0197c2a4-0000-7000-8000-000000000001");
        assert_eq!((answer.response, answer.sequence), (expected, 1));
        assert_eq!(answer.stamp, Timestamp::from_micros(1_796_058_900_000_000));
    }
}

#[test]
fn a_file_may_be_encoded_and_may_be_an_attachment() {
    use base64_of::encode;
    let file = String::from_utf8(crlf(GMAIL_FILE)).unwrap();
    for kind in [
        "text/calendar; charset=utf-8; method=REPLY",
        "application/ics; name=\"invite.ics\"",
    ] {
        let part = format!(
            "Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{}\n",
            encode(file.as_bytes())
        );
        assert!(answered(&reply(&part)).is_some(), "{kind}");
    }
    let quoted = GMAIL_FILE.replace('=', "=3D");
    let part = format!(
        "Content-Type: text/calendar; method=REPLY\nContent-Transfer-Encoding: quoted-printable\n\n{quoted}"
    );
    assert!(answered(&reply(&part)).is_some());
}

#[test]
fn an_answer_in_somebody_elses_name_is_none() {
    let plain = "Content-Type: text/calendar; charset=\"UTF-8\"; method=REPLY\n\n";
    let own = reply(&format!("{plain}{GMAIL_FILE}"));
    assert!(answered(&own).is_some());
    let other = own.replace(&format!("<{MARIA}>"), "<ana.sample@mailbox.example>");
    assert!(answered(&other).is_none());
    let two = own.replace(
        &format!("<{MARIA}>"),
        &format!("<{MARIA}>, Ana <ana@mailbox.example>"),
    );
    let read = read_arrived(&crlf(&two), "ana@mailbox.example");
    assert!(
        matches!(read.content, Content::Other),
        "of two senders the envelope decides"
    );
}

#[test]
fn what_a_program_wrote_by_itself_is_told_apart_from_what_a_human_wrote() {
    let with = |header: &str| {
        let text = format!("From: Maria <{MARIA}>\nSubject: hello\n{header}\n\nI am away.\n");
        read_arrived(&crlf(&text), MARIA).automatic
    };
    for human in [
        "To: visits@post.example",
        "Auto-Submitted: no",
        "Precedence: first-class",
    ] {
        assert!(!with(human), "{human}");
    }
    for automatic in [
        "Auto-Submitted: auto-replied",
        "auto-submitted: Auto-Generated (vacation)",
        "Precedence: bulk",
        "List-Id: <news.mailbox.example>",
        "List-Unsubscribe: <https://news.mailbox.example/u>",
        "X-Auto-Response-Suppress: All",
    ] {
        assert!(with(automatic), "{automatic}");
    }
}

#[test]
fn a_mail_without_a_name_is_named_by_its_head_and_one_cut_off_is_read() {
    let text = format!("From: Maria <{MARIA}>\nDate: Mon, 30 Nov 2026 11:15:02 -0600\n\none\n");
    let (one, two) = (crlf(&text), crlf(&text.replace("one", "two")));
    let read = read_arrived(&one, MARIA);
    assert_eq!(read.named, read_arrived(&two, MARIA).named);
    assert!(read.named.contains("Date"), "{}", read.named);
    assert!(read.message_id.is_none(), "a head names it, and no answer");
    assert_eq!(read.sender.unwrap().reveal(), MARIA);
    let cut = &crlf(POSTFIX)[..900];
    assert!(!matches!(
        read_arrived(cut, "").content,
        Content::Failed { .. }
    ));
    assert!(matches!(read_arrived(b"", "").content, Content::Other));
}

#[test]
fn however_deep_a_mail_is_nested_the_reader_answers() {
    // As much as is read of one, on the stack of a thread as the server has them.
    let room = limits::RECEIVED_MAIL_BYTES_READ;
    let mail = "Content-Type: message/rfc822\r\n\r\n";
    let mails = mail.repeat(room / mail.len());
    // The same in base64 once, which takes a third more.
    let within = base64_of::encode(mails.get(..room / 3 * 2).unwrap().as_bytes());
    let encoding = "Content-Transfer-Encoding: base64\r\n";
    let encoded = format!("{encoding}Content-Type: message/rfc822\r\n\r\n{within}");
    let part = |n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
    let multiparts = (0..9_000).map(part).collect::<Vec<String>>().concat();
    assert!(encoded.len() <= room && multiparts.len() <= room);
    for deep in [mails, encoded, multiparts] {
        let read = read_arrived(deep.as_bytes(), MARIA);
        assert!(matches!(read.content, Content::Other));
        let report = "Content-Type: multipart/report; boundary=r\r\n\r\n--r\r\n";
        let read = read_arrived(format!("{report}{deep}").as_bytes(), "");
        assert!(matches!(read.content, Content::Passing));
    }
}

proptest! {
    #[test]
    fn whatever_the_bytes_are_the_reader_answers(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read_arrived(&bytes, MARIA);
    }

    #[test]
    fn whatever_is_bent_in_a_mail_the_reader_answers(
        which in 0_usize..4,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_usize..3), 1..12),
    ) {
        let plain = "Content-Type: text/calendar; method=REPLY\n\n";
        let calendar = reply(&format!("{plain}{OUTLOOK_FILE}"));
        let mail = [POSTFIX, EXCHANGE, GMAIL, calendar.as_str()][which];
        let mut bytes = crlf(mail);
        for (place, byte, kind) in edits {
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ => { bytes.remove(place); }
            }
        }
        let _ = read_arrived(&bytes, "");
    }
}

/// Base64 in lines of 76 characters, as mails have it.
mod base64_of {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    pub(super) fn encode(bytes: &[u8]) -> String {
        let mut text = String::new();
        for three in bytes.chunks(3) {
            let bits = (0..3).fold(0_u32, |all, place| {
                (all << 8) | u32::from(three.get(place).copied().unwrap_or(0))
            });
            for place in 0..4 {
                let digit = (bits >> (18 - place * 6)) & 63;
                text.push(if place > three.len() {
                    '='
                } else {
                    char::from(DIGITS[digit as usize])
                });
            }
        }
        let lines: Vec<_> = text
            .as_bytes()
            .chunks(76)
            .map(String::from_utf8_lossy)
            .collect();
        lines.join("\n")
    }
}
