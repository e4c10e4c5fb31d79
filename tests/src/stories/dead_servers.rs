//! `kill -9` of a real server process, among bookings and at each step of a mail. The server runs in a process of its
//! own (this test program again, as [`server`]) on a database that outlives it; the story kills it, opens the same
//! database and looks at what is there.

mod child;
mod tell;

use super::on_both_engines;

on_both_engines![
    whoever_is_killed_among_bookings_books_nobody_twice_and_loses_nothing,
    killed_when_a_mail_was_offered,
    killed_before_its_content_went_out,
    killed_when_its_content_had_arrived_and_nobody_said_so,
    killed_when_the_mail_server_had_answered,
];

/// The process that is killed. Without the stories' word on its standard input it does nothing.
#[test]
#[ignore = "started and killed by the stories of this file"]
fn server() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime
        .block_on(child::serve())
        .expect("the server lives until it is killed");
}

/// What the server is told.
#[derive(serde::Serialize, serde::Deserialize)]
struct Orders {
    place: Place,
    seed: u64,
    now_us: i64,
    work: Work,
}

/// Where its data is.
#[derive(serde::Serialize, serde::Deserialize)]
enum Place {
    Sqlite(std::path::PathBuf),
    Postgres(String, std::path::PathBuf),
}

#[derive(serde::Serialize, serde::Deserialize)]
enum Work {
    /// People book, hold, move, call off and change teams and hours at once, by their sessions: two workers', the client's.
    Books([String; 3]),
    /// Sends what is due to the mail server of that port.
    Sends(u16),
}

/// What the server says of an appointment when its change is done for good: then its id and sequence.
const DONE: &str = "done for good:";

/// Who writes, to everybody.
fn identity() -> mail::Identity {
    mail::Identity {
        from_name: "Appointments".to_owned(),
        from: "appointments@example.net".to_owned(),
        link_base: "https://house.example".to_owned(),
        domain: "example.net".to_owned(),
    }
}

fn to_port(port: u16) -> anyhow::Result<mail::Transport> {
    let smtp = mail::Smtp::new(mail::SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port,
        tls: mail::SmtpTls::None,
        hello_name: "example.net".to_owned(),
        credentials: None,
        root_certificate_pem: None,
    })?;
    Ok(mail::Transport::Smtp(smtp))
}
