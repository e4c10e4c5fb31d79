//! Golden bytes of every frame: `tests/vectors/frames.json`, read here and, by an independent CBOR
//! decoder, by the web client's tests. A frame's bytes never change; new kinds and fields are added.
//! `UPDATE_VECTORS` writes what is missing or different: look at the difference before checking it in.

use std::collections::BTreeMap;
use std::path::Path;

use protocol::frame::{
    AccountChanged, Ack, Append, Bye, ClientFrame, CommitPlease, Cursor, Done, Ephemeral, Hello,
    Inbox, KeyPackagesLow, LogEntry, LogPage, Notice, NoticeKind, Position, Ready, Refused,
    ServerFrame, UrgentAck, WelcomeNotice,
};
use protocol::{
    AccountId, CircleId, CircleStatus, Code, DeviceId, EntryKind, OpId, Timestamp, Urgency,
    WelcomeId,
};

const CIRCLE: CircleId = CircleId::from_bytes([0xc1; 16]);
const DEVICE: DeviceId = DeviceId::from_bytes([0xd1; 16]);
const OP: OpId = OpId::from_bytes([0x0b; 16]);
const AT: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const CURSOR: Cursor = Cursor {
    circle: CIRCLE,
    generation: 0,
    seq: 7,
};

fn ephemeral() -> Ephemeral {
    Ephemeral {
        circle: CIRCLE,
        generation: 0,
        epoch: 3,
        device: DEVICE,
        sealed: vec![1, 2, 3].into(),
    }
}

fn client_frames() -> Vec<(&'static str, ClientFrame)> {
    vec![
        (
            "hello",
            ClientFrame::Hello(Hello {
                ticket: [1; 32].into(),
                device: DEVICE,
                nonce: [2; 32].into(),
                signature: [3; 64].into(),
                cursors: vec![CURSOR],
            }),
        ),
        (
            "append",
            ClientFrame::Append(Append {
                op_id: OP,
                circle: CIRCLE,
                mls: vec![1, 2, 3].into(),
                body: vec![4, 5].into(),
                wrap: vec![6].into(),
                era: 0,
                send_counter: 300,
                urgency: Urgency::Urgent,
            }),
        ),
        ("fetch_log", ClientFrame::FetchLog(CURSOR)),
        ("ephemeral", ClientFrame::Ephemeral(ephemeral())),
        (
            "urgent_ack",
            ClientFrame::UrgentAck(UrgentAck {
                op_id: OP,
                circle: CIRCLE,
                generation: 1,
                seq: 7,
            }),
        ),
        (
            "ack",
            ClientFrame::Ack(Ack {
                cursors: vec![CURSOR],
                inbox: Some(2),
            }),
        ),
        (
            "ack_nothing",
            ClientFrame::Ack(Ack {
                cursors: Vec::new(),
                inbox: None,
            }),
        ),
    ]
}

fn log_entry() -> LogEntry {
    LogEntry {
        seq: 8,
        kind: EntryKind::Message,
        epoch: 4,
        device: DEVICE,
        op_id: OP,
        mls: vec![1, 2, 3].into(),
        body: vec![4, 5].into(),
        wrap: vec![6].into(),
        era: 1,
        urgency: Urgency::Routine,
        accepted_at: AT,
    }
}

fn server_frames() -> Vec<(&'static str, ServerFrame)> {
    let welcome = WelcomeNotice {
        welcome: WelcomeId::from_bytes([0xe1; 16]),
        generation: 0,
        start_seq: 9,
    };
    let position = Position {
        circle: CIRCLE,
        generation: 1,
        epoch: 4,
        head: 70_000,
        send_counter: 12,
        own_commit_epoch: Some(3),
        era: 1,
        removal_pending: true,
        status: CircleStatus::Live,
    };
    let refused = Refused {
        op_id: Some(OP),
        code: Code::Stale,
        detail: "epoch 4".to_owned(),
    };
    vec![
        (
            "ready",
            ServerFrame::Ready(Ready {
                account: AccountId::from_bytes([0xa1; 16]),
                now: AT,
                positions: vec![position],
                key_packages: 20,
            }),
        ),
        ("ok", ServerFrame::Ok(Done { op_id: OP, seq: 8 })),
        ("err", ServerFrame::Err(refused)),
        (
            "log",
            ServerFrame::Log(LogPage {
                circle: CIRCLE,
                generation: 0,
                entries: vec![log_entry()],
                head: 8,
            }),
        ),
        (
            "inbox",
            ServerFrame::Inbox(Inbox {
                notices: vec![
                    Notice {
                        seq: 1,
                        circle: CIRCLE,
                        kind: NoticeKind::Roster,
                    },
                    Notice {
                        seq: 2,
                        circle: CIRCLE,
                        kind: NoticeKind::Welcome(welcome),
                    },
                ],
            }),
        ),
        (
            "key_packages_low",
            ServerFrame::KeyPackagesLow(KeyPackagesLow { left: 3 }),
        ),
        (
            "bye",
            ServerFrame::Bye(Bye {
                code: Code::ShuttingDown,
            }),
        ),
    ]
}

/// What the server says about others, in passing.
fn passing_frames() -> Vec<(&'static str, ServerFrame)> {
    vec![
        ("relayed", ServerFrame::Ephemeral(ephemeral())),
        (
            "commit_please",
            ServerFrame::CommitPlease(CommitPlease {
                circle: CIRCLE,
                deadline: AT,
            }),
        ),
        (
            "account_changed",
            ServerFrame::AccountChanged(AccountChanged {}),
        ),
    ]
}

fn all_from_the_server() -> impl Iterator<Item = (&'static str, ServerFrame)> {
    server_frames().into_iter().chain(passing_frames())
}

type Vectors = BTreeMap<String, BTreeMap<String, String>>;

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

fn expected() -> Vectors {
    let client = client_frames()
        .into_iter()
        .map(|(name, frame)| (name.to_owned(), hex(&frame.to_bytes())))
        .collect();
    let server = all_from_the_server()
        .map(|(name, frame)| (name.to_owned(), hex(&frame.to_bytes())))
        .collect();
    [
        ("from_device".to_owned(), client),
        ("from_server".to_owned(), server),
    ]
    .into()
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a switch for the person who runs the test"
)]
fn frames_have_the_bytes_that_were_written_down() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/frames.json");
    if std::env::var("UPDATE_VECTORS").is_ok() {
        let text = serde_json::to_string_pretty(&expected()).expect("serialises");
        std::fs::write(&path, text + "\n").expect("writes the vectors");
    }
    let text = std::fs::read_to_string(&path).expect("the vectors are checked in");
    let found: Vectors = serde_json::from_str(&text).expect("reads");
    assert_eq!(found, expected());
}

#[test]
fn frames_read_back() {
    for (name, frame) in client_frames() {
        assert_eq!(ClientFrame::parse(&frame.to_bytes()), Ok(frame), "{name}");
    }
    for (name, frame) in all_from_the_server() {
        assert_eq!(ServerFrame::parse(&frame.to_bytes()), Some(frame), "{name}");
    }
}

#[test]
fn a_field_of_a_newer_version_is_passed_over() {
    // Ok{op_id, seq} with a third field: [1, [{0: op_id, 1: 8, 99: "new"}]]
    let mut bytes = vec![0x82, 0x01, 0x81, 0xa3, 0x00, 0x50];
    bytes.extend([0x0b; 16]);
    bytes.extend([0x01, 0x08, 0x18, 99, 0x63, b'n', b'e', b'w']);
    assert_eq!(
        ServerFrame::parse(&bytes),
        Some(ServerFrame::Ok(Done { op_id: OP, seq: 8 }))
    );
}
