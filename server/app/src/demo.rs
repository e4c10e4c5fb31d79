//! `carecircle demo`: the whole product on one loopback port, with invented people.
//!
//! Data lies in `target/demo` and is kept; `--fresh` starts over. The root key lies beside it. At every
//! start, whoever has no device yet gets a new sign-in link; links of earlier starts end by themselves.
//! A device may renew its session by its signature alone here, which is why the demo listens on
//! loopback addresses only.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use care::Caller;
use care::civil::Zones;
use gateway::Rates;
use mail::{Folder, Transport};
use protocol::http::PersonCard;
use protocol::{Bytes, Role};
use store::{Database, Invitation, Store};

use crate::control::{self, Control};
use crate::demo_mails::MailFolder;
use crate::moved_clock::MovedClock;
use crate::outside::{SystemChance, SystemClock};
use crate::seed::{self, Outside};
use crate::wiring::{self, Clocks, Edge, Identity, Mailing, Pages, Post};
use crate::{cli, files, log};

/// The folder of mails in the data directory.
const MAILS: &str = "mails";
const CERTIFICATE: &str = "certs-dev/localhost.crt";
const KEY: &str = "certs-dev/localhost.key";

/// Runs the demo until it is told to stop.
pub async fn run(options: cli::Demo) -> anyhow::Result<()> {
    log::start(&options.log)?;
    let told = wiring::Told::listen()?;
    if !options.listen.ip().is_loopback() {
        bail!("--listen: the demo listens on loopback addresses only (127.0.0.1 or [::1])");
    }
    for file in [CERTIFICATE, KEY] {
        if !Path::new(file).exists() {
            bail!("there is no {file}: make it with `cargo xtask certs` and start again");
        }
    }
    let tls = files::read_tls(Path::new(CERTIFICATE), Path::new(KEY))?;
    let listener = wiring::take_port(options.listen)?;
    let host = host(listener.local_addr()?.port());
    let root_key_file = files::root_key_beside(&options.data)?;
    if options.fresh {
        files::start_over(&options.data, &root_key_file)?;
    }
    if let Some(parent) = root_key_file.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("{}", parent.display()))?;
    }
    let root_key = files::read_or_make_root_key(&root_key_file, &SystemChance)?;
    let database = Database::Sqlite {
        directory: options.data.clone(),
    };
    let identity = Identity {
        server_name: host.clone(),
        demo: true,
        clocks: Clocks::in_zone(Zones::bundled(), seed::ZONE)?,
    };
    let opened = wiring::open(database, root_key, identity).await?;
    let outside = Outside {
        clock: &SystemClock,
        chance: &SystemChance,
    };
    seed::once(&opened.store, &options.data, &outside).await?;
    let invited = invite(&opened.store).await?;
    let edge = Edge {
        listener,
        origins: vec![format!("https://{host}")],
        rates: Rates::default(),
        trusted_networks: Vec::new(),
        tls,
        pages: Pages {
            phone: Some("555 0100".to_owned()),
            demo_mails: Some(Arc::new(MailFolder(options.data.join(MAILS)))),
        },
    };
    let running = wiring::listen(&opened, edge)?;
    let clock = Arc::new(MovedClock::default());
    let moved = Some((Arc::clone(&clock), opened.bell()));
    let control = Control::open(&options.data, opened.store.clone(), moved)
        .inspect_err(|error| tracing::warn!(error = format!("{error:#}"), "no `carecircle admin`"))
        .ok();
    let due = opened.do_what_is_due(Some(mailing(&host, &options.data, clock)));
    print!("{}", welcome(&host, &options.data, &invited));
    let post = Post { due, intake: None };
    tokio::select! {
        ended = wiring::until_told(told, running, post, opened) => ended,
        () = control::answer(control.as_ref()) => Ok(()),
    }
}

/// Mails go into a folder, from a sender whose name and domain say nothing.
fn mailing(host: &str, data: &Path, clock: Arc<MovedClock>) -> Mailing {
    Mailing {
        replies: scheduler::Replies::default(),
        identity: mail::Identity {
            from_name: "Updates".to_owned(),
            from: "updates@example.net".to_owned(),
            link_base: format!("https://{host}"),
            domain: "example.net".to_owned(),
        },
        transport: Transport::Folder(Folder::new(data.join(MAILS))),
        clock,
    }
}

/// What browsers put into the address bar.
fn host(port: u16) -> String {
    match port {
        443 => "localhost".to_owned(),
        port => format!("localhost:{port}"),
    }
}

async fn invite(store: &Store) -> anyhow::Result<Vec<(PersonCard, Invitation)>> {
    let installation = Caller::installation();
    let mut invited = Vec::new();
    for card in store.uninvited(&installation).await? {
        let invitation = store.invite(&installation, card.account).await?;
        invited.push((card, invitation));
    }
    // They were added within the same millisecond, so the store's order is not theirs.
    invited.sort_by_key(|(card, _)| match card.role {
        Role::CaseManager => 0,
        Role::Client => 1,
        _ => 2,
    });
    Ok(invited)
}

/// The link that opens an invitation: its secret stands in the fragment, which no server sees.
pub fn link(host: &str, invitation: &Invitation) -> String {
    let secret = Bytes::from(invitation.secret).to_base64url();
    let fingerprint = Bytes::from(invitation.fingerprint).to_base64url();
    format!("https://{host}/#/link/{secret}.{fingerprint}")
}

fn welcome(host: &str, data: &Path, invited: &[(PersonCard, Invitation)]) -> String {
    let mut text = format!(
        "\n{}: everybody in it is invented. Data in {}.\n\n",
        seed::AGENCY,
        data.display()
    );
    let on_the_command_line =
        |(card, _): &&(PersonCard, Invitation)| card.name == seed::ON_THE_COMMAND_LINE;
    let browsers: Vec<_> = invited.iter().filter(|i| !on_the_command_line(i)).collect();
    let headless: Vec<_> = invited.iter().filter(on_the_command_line).collect();
    if browsers.is_empty() {
        let _ = writeln!(text, "Everybody has a device already: https://{host}/\n");
    } else {
        text.push_str(
            "Sign-in links: each works once, for 72 hours, in a browser profile of its own.\n\n",
        );
        write_links(&mut text, host, &browsers);
    }
    if !headless.is_empty() {
        text.push_str(
            "For the command line: carecircle-device enrol --data target/sam \
             --ca certs-dev/ca.crt --link LINK\n\n",
        );
        write_links(&mut text, host, &headless);
    }
    let _ = writeln!(
        text,
        "Mails that it sends: https://{host}/demo/mails\n\
         Reminders sooner: carecircle admin clock 7d (moves the scheduler's clock only)\n"
    );
    text.push_str("Ctrl-C stops the server and keeps the data.\n\n");
    text
}

fn write_links(text: &mut String, host: &str, invited: &[&(PersonCard, Invitation)]) {
    for (card, invitation) in invited {
        let role = role(card.role);
        let link = link(host, invitation);
        let _ = writeln!(text, "  {} ({role})\n  {link}\n", card.name);
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::Caregiver => "caregiver",
        Role::CaseManager => "case manager",
        Role::Supervisor => "supervisor",
        Role::Administrator => "administrator",
        Role::Custodian => "records custodian",
    }
}

#[cfg(test)]
mod tests {
    use protocol::{AccountId, PersonId, Timestamp};

    use super::*;

    fn invited(name: &str, role: Role) -> (PersonCard, Invitation) {
        let card = PersonCard {
            person: PersonId::from_bytes([1; 16]),
            account: AccountId::from_bytes([2; 16]),
            name: name.to_owned(),
            role,
        };
        let invitation = Invitation {
            secret: [0; 16],
            fingerprint: [255; 32],
            expires_at: Timestamp::from_micros(0),
        };
        (card, invitation)
    }

    #[test]
    fn the_welcome_names_everybody_with_their_role_and_link() {
        let people = [
            invited("Dana Placeholder", Role::CaseManager),
            invited(seed::ON_THE_COMMAND_LINE, Role::CaseManager),
        ];
        let text = welcome("localhost:8443", Path::new("target/demo"), &people);
        let link = "https://localhost:8443/#/link/AAAAAAAAAAAAAAAAAAAAAA.\
                    __________________________________________8";
        assert_eq!(text.matches(link).count(), 2, "{text}");
        assert!(text.contains("Dana Placeholder (case manager)"));
        let (browsers, headless) = text.split_once("carecircle-device").unwrap();
        assert!(headless.contains("Sam Specimen") && !browsers.contains("Sam Specimen"));
        let nobody = welcome("localhost:8443", Path::new("target/demo"), &[]);
        assert!(nobody.contains("Everybody has a device"), "{nobody}");
    }
}
