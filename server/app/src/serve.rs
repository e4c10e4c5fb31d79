//! `carecircle serve` and `carecircle check-config`.

use crate::cli;
use crate::config::Config;
use crate::control::{self, Control};
use crate::renewal::Renewal;
use crate::wiring::{self, Edge, Identity, Pages, Post};
use crate::{files, log, telling};

/// Serves an agency until it is told to stop.
pub async fn run(options: cli::Serve) -> anyhow::Result<()> {
    let config = Config::read(&options)?;
    log::start(&config.log)?;
    for warning in telling::warnings(&config) {
        tracing::warn!("{warning}");
    }
    let told = wiring::Told::listen()?;
    let renewal = Renewal::listen(&config.tls)?;
    let root_key = config.root_key_file()?;
    wiring::keep_apart(&config.data, &root_key)?;
    let root_key = files::read_root_key(&root_key)?;
    let tls = files::read_tls(&config.tls.certificate, &config.tls.key)?;
    let listener = wiring::take_port(config.listen)?;
    let identity = Identity {
        server_name: config.server_name(),
        demo: false,
        clocks: config.clocks()?,
    };
    let mailing = config.mailing()?;
    let taking = config.taking()?;
    let opened = wiring::open(config.database()?, root_key, identity).await?;
    let edge = Edge {
        listener,
        origins: config.origins(),
        rates: config.limits.clone(),
        trusted_networks: config.trusted_networks()?,
        tls,
        pages: Pages {
            phone: config.mail.as_ref().and_then(|mail| mail.phone.clone()),
            demo_mails: None,
        },
    };
    let running = wiring::listen(&opened, edge)?;
    let certificate = running.certificate.clone();
    tracing::info!(event = "listening", address = %running.addr);
    if mailing.is_none() {
        tracing::warn!("no [mail] in the configuration: nobody is reminded of anything");
    } else if taking.is_none() {
        tracing::warn!(
            "no [mail.intake] in the configuration: nobody hears what comes back by mail"
        );
    }
    let due = opened.do_what_is_due(mailing);
    let intake = match taking {
        Some(taking) => Some(opened.take_mails(taking).await?),
        None => None,
    };
    let post = Post { due, intake };
    let control = Control::open(&config.data, opened.store.clone(), None)
        .inspect_err(|error| tracing::warn!(error = format!("{error:#}"), "no `carecircle audit`"))
        .ok();
    tokio::select! {
        ended = wiring::until_told(told, running, post, opened) => ended,
        () = control::answer(control.as_ref()) => Ok(()),
        () = renewal.watch(certificate) => Ok(()),
    }
}

/// Prints what `serve` would run with, and warns of names that tell.
pub fn check(options: &cli::Serve) -> anyhow::Result<()> {
    let config = Config::read(options)?;
    log::filter(&config.log)?;
    config.trusted_networks()?;
    config.database()?;
    config.mailing()?;
    config.taking()?;
    let clocks = config.clocks()?;
    wiring::keep_apart(&config.data, &config.root_key)?;
    println!("{}", serde_json::to_string_pretty(&config)?);
    eprintln!(
        "Release {} of the zone database, {}.",
        clocks.zones.version(),
        match &config.zone_directory {
            Some(directory) => format!("from {}", directory.display()),
            None => "the one in this program".to_owned(),
        }
    );
    for warning in telling::warnings(&config) {
        eprintln!("Warning: {warning}.");
    }
    Ok(())
}
