//! `carecircle audit`: asks the audit log, takes it out, and checks it.
//!
//! A running server is asked over the socket in its data directory. Where none runs, the command opens
//! the store itself, under the directory's lock. Checking an export needs neither.
//!
//! `verify` ends with 0 if everything holds, with 3 if the log is not what was signed, and with 1 if it
//! could not be checked.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use care::Caller;
use care::civil::Zone;
use protocol::http::{AskAudit, AuditEntry, AuditPage};
use protocol::{PersonId, Timestamp};
use store::{Trust, Verdict, verify_export};
use tokio::io::AsyncWriteExt as _;

use crate::cli::{AuditExport, AuditQuery, AuditVerify, Where};
use crate::control::{self, Reply, Request};
use crate::{cli, place, wiring};

/// The log is not what was signed.
const TAMPERED: u8 = 3;

/// Runs one of the three.
pub fn run(command: cli::Audit) -> anyhow::Result<ExitCode> {
    match command {
        cli::Audit::Verify(options) => verify(&options),
        cli::Audit::Query(options) => {
            wiring::runtime()?.block_on(query(options))?;
            Ok(ExitCode::SUCCESS)
        }
        cli::Audit::Export(options) => {
            wiring::runtime()?.block_on(export(&options))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// What an export is asked for.
#[derive(Clone, Copy)]
enum Scope {
    Whole,
    About(PersonId),
}

fn verify(options: &AuditVerify) -> anyhow::Result<ExitCode> {
    let checkpoints = options.checkpoints.as_ref().map(|path| {
        fs::read_to_string(path).with_context(|| format!("the checkpoints {}", path.display()))
    });
    let trust = Trust {
        verifier_key: options.verifier_key.clone(),
        checkpoints: checkpoints.transpose()?,
    };
    let verdict = match &options.export {
        Some(path) => {
            let file =
                File::open(path).with_context(|| format!("the export {}", path.display()))?;
            check(BufReader::new(file), &trust)?
        }
        None => check(
            &*wiring::runtime()?.block_on(export_now(&options.place))?,
            &trust,
        )?,
    };
    if options.json {
        println!("{}", serde_json::to_string_pretty(&verdict)?);
    } else {
        print!("{}", told(&verdict));
    }
    Ok(match verdict.finding {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::from(TAMPERED),
    })
}

fn check(export: impl BufRead, trust: &Trust) -> anyhow::Result<Verdict> {
    verify_export(export, trust).context("the audit export")
}

fn told(verdict: &Verdict) -> String {
    let key = if verdict.key_from_export {
        "\nThis key stands in the export itself: compare it with the one you noted elsewhere, or give \
         it with --verifier-key."
    } else {
        ""
    };
    let signed = format!("{} by {}", verdict.origin, verdict.verifier_key);
    match &verdict.finding {
        None => format!(
            "The audit log holds. Entries: {}; checkpoints: {}, of {signed}.{key}\n",
            verdict.leaves, verdict.checkpoints
        ),
        Some(finding) => format!(
            "The audit log is NOT what was signed: {finding}.\n{} entries before it hold; checked \
             against {signed}.{key}\n",
            verdict.leaves
        ),
    }
}

async fn export_now(place: &Where) -> anyhow::Result<Vec<u8>> {
    let mut export = Vec::new();
    write_export(place, Scope::Whole, &mut export).await?;
    Ok(export)
}

async fn export(options: &AuditExport) -> anyhow::Result<()> {
    let scope = options.client.map_or(Scope::Whole, Scope::About);
    let Some(path) = &options.out else {
        let mut text = Vec::new();
        write_export(&options.place, scope, &mut text).await?;
        return Ok(std::io::stdout().write_all(&text)?);
    };
    let mut open = tokio::fs::OpenOptions::new();
    let open = open.write(true).create_new(true).mode(0o600);
    let file = open.open(path).await;
    let mut file = file.with_context(|| format!("the export {}", path.display()))?;
    let written = write_export(&options.place, scope, &mut file).await;
    if written.is_err() {
        // Half an export would read as one that was cut off.
        fs::remove_file(path).ok();
    }
    written?;
    file.sync_all().await?;
    eprintln!("written: {}", path.display());
    Ok(())
}

async fn write_export(
    place: &Where,
    scope: Scope,
    out: &mut (impl tokio::io::AsyncWrite + Unpin + Send),
) -> anyhow::Result<()> {
    let client = match scope {
        Scope::Whole => None,
        Scope::About(client) => Some(client),
    };
    let data = place::data(place)?;
    if control::is_open(&data).await {
        return control::stream(&data, &Request::AuditExport { client }, out).await;
    }
    let store = place::open(place, &data).await?;
    let written = match client {
        None => store.export_audit(&Caller::installation(), out).await,
        Some(client) => {
            let installation = Caller::installation();
            store.export_audit_about(&installation, client, out).await
        }
    };
    store.close().await;
    out.flush().await?;
    written.map(|_| ()).context("the audit log")
}

async fn query(options: AuditQuery) -> anyhow::Result<()> {
    let ask = AskAudit {
        view: options.view,
        person: options.person,
        from: options.from.map(Timestamp::from_micros),
        until: options.until.map(Timestamp::from_micros),
        denied: options.denied,
        before: options.before.clone(),
    };
    let data = place::data(&options.place)?;
    let page = if control::is_open(&data).await {
        match control::ask(&data, &Request::AuditQuery(ask)).await? {
            Reply::AuditPage(page) => page,
            _ => bail!("the server answered something else"),
        }
    } else {
        let store = place::open(&options.place, &data).await?;
        let page = store.audit(&Caller::installation(), ask).await;
        store.close().await;
        page?
    };
    if options.json {
        println!("{}", serde_json::to_string_pretty(&page)?);
    } else {
        std::io::stdout().write_all(listed(&page, &Zone::utc()).as_bytes())?;
    }
    Ok(())
}

fn listed(page: &AuditPage, utc: &Zone) -> String {
    if page.entries.is_empty() {
        return "Nothing found.\n".to_owned();
    }
    let lines = page.entries.iter().map(|entry| line(entry, utc));
    let more = page.next.as_ref();
    let more = more.map(|next| format!("More: --before {next}\n"));
    lines.chain(more).collect()
}

fn line(entry: &AuditEntry, utc: &Zone) -> String {
    let who = entry.name.as_deref().unwrap_or("the server");
    let refused = entry.denied.as_ref();
    let refused = refused.map_or_else(String::new, |code| format!(", refused: {code}"));
    let about = entry.client_name.as_ref();
    let about = about.map_or_else(String::new, |client| format!(", about {client}"));
    let at = utc.local(entry.at).civil;
    format!("{at} UTC  {who}  {}{about}{refused}\n", entry.act)
}

#[cfg(test)]
mod tests {
    use protocol::AuditView;

    use super::*;

    #[test]
    fn an_empty_page_says_so_and_a_full_one_says_how_to_go_on() {
        let utc = Zone::utc();
        let empty = AuditPage {
            entries: Vec::new(),
            next: None,
        };
        assert_eq!(listed(&empty, &utc), "Nothing found.\n");
        let page: AuditPage = serde_json::from_value(serde_json::json!({
            "entries": [{
                "id": "00000000-0000-0000-0000-000000000001", "at": 0, "act": "read_circle",
                "denied": "not_found", "person": null, "account": null,
                "name": "Dana Placeholder", "role": "case_manager", "purpose": "care",
                "object": "circle", "client": null, "client_name": "Maria Sample",
                "first_seq": null, "last_seq": null
            }],
            "next": "0.x"
        }))
        .unwrap();
        let text = listed(&page, &utc);
        assert!(text.starts_with("1970-01-01T00:00"), "{text}");
        assert!(
            text.contains("Dana Placeholder  read_circle, about Maria Sample, refused: not_found"),
            "{text}"
        );
        assert!(text.ends_with("More: --before 0.x\n"), "{text}");
    }

    #[test]
    fn a_view_has_one_spelling_on_the_command_line() {
        for view in AuditView::ALL {
            assert_eq!(cli::audit_view(view.as_str()), Ok(*view));
        }
        assert!(cli::audit_view("everything").is_err());
    }
}
