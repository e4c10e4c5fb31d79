//! The `carecircle` binary: configuration, wiring, commands.
//!
//! This is where the outside enters: the clock and the randomness of the operating system
//! ([`outside`]), the configuration ([`config`]), the command line ([`cli`]), the web client's files
//! ([`web`], which `bundle` lists). Everything below takes them as arguments.
//!
//! * [`demo`]: a seeded agency of invented people on one loopback port, for looking around.
//! * [`serve`]: a server from a configuration file; [`renewal`]: its certificate, renewed while it runs;
//!   [`telling`]: names in it that tell what people come for.
//! * [`admin`]: what can be asked of a running server, over the socket in its data directory
//!   ([`control`]).
//! * [`audit`]: asks the audit log, takes it out, and checks it.
//! * [`keys`]: lists, rotates and revokes the keys that seal, erases a client, changes the root key; as [`audit`]
//!   does, by the running server or, where none runs, on the data itself ([`place`]).
//! * [`clock`]: says that the clock is right after it jumped, as [`keys`] does it.
//! * [`first_link`]: how a new installation gets its first administrator.
//! * [`core_dumps`]: what no command leaves behind when it falls.
//! * [`wiring`]: what both do alike: hub, store, gateway, and the way down again.
//!
//! A command that cannot do what it was asked prints one sentence that helps and ends with 1; wrong
//! usage ends with 2 (clap's); an audit log that is not what was signed ends with 3; everything else is 0.

mod admin;
mod audit;
mod cli;
mod clock;
mod config;
mod config_intake;
mod config_mail;
mod control;
mod core_dumps;
mod demo;
mod demo_mails;
mod files;
mod first_link;
mod keys;
mod log;
mod moved_clock;
mod outside;
mod place;
mod renewal;
mod seed;
mod serve;
mod telling;
mod web;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

/// Many threads ask for many small things: the C library's allocator took a quarter of the time of appending.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = Cli::parse().command;
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .expect("nothing before this line installs a provider");
    match run(command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("carecircle: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    core_dumps::forbid()?;
    match command {
        Command::Demo(options) => wiring::runtime()?.block_on(demo::run(options))?,
        Command::Serve(options) => wiring::runtime()?.block_on(serve::run(options))?,
        Command::CheckConfig(options) => serve::check(&options)?,
        Command::Audit(command) => return audit::run(command),
        Command::Keys(command) => wiring::runtime()?.block_on(keys::run(command))?,
        Command::Clock(cli::Clock::Confirm(place)) => {
            wiring::runtime()?.block_on(clock::confirm(&place))?;
        }
        Command::Admin(cli::Admin::Clock(options)) => {
            wiring::runtime()?.block_on(admin::clock(options))?;
        }
        Command::Admin(cli::Admin::InviteAdministrator(options)) => {
            wiring::runtime()?.block_on(first_link::run(options))?;
        }
        Command::Openapi => println!("{}", gateway::openapi().to_pretty_json()?),
        Command::Bundle => print!("{}", gateway::bundle_listing(&web::WebClient)),
    }
    Ok(ExitCode::SUCCESS)
}
