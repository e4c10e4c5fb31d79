//! `cargo xtask certs --trust`: the development authority into the user's certificate store.
//!
//! Installing the web client and passkeys need it; everything else works past the browser's warning.
//! The authority can only vouch for localhost and its key no longer exists (see [`crate::certs`]).

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::machine::{find, is_root, output, run, succeeds};

const NICKNAME: &str = "carecircle development";

/// Adds the authority, or says what to do by hand.
pub fn trust(authority: &Path) -> Result<()> {
    match env::consts::OS {
        "linux" => {
            trust_by_chromium(authority)?;
            trust_by_system(authority)
        }
        "macos" => run(Command::new("security")
            .args(["add-trusted-cert", "-r", "trustRoot", "-p", "ssl"])
            .arg(authority)),
        _ => {
            println!("  add {} to your store by hand", authority.display());
            Ok(())
        }
    }
}

/// Chromium and its kin read the NSS database in the home directory.
fn trust_by_chromium(authority: &Path) -> Result<()> {
    let Some(home) = env::var_os("HOME").map(PathBuf::from) else {
        return Ok(());
    };
    if find("certutil").is_none() {
        println!(
            "  Chromium: not done, `certutil` is missing (Debian: apt-get install libnss3-tools)"
        );
        return Ok(());
    }
    let database = home.join(".pki/nssdb");
    let name = format!("sql:{}", database.display());
    if !database.join("cert9.db").exists() {
        fs::create_dir_all(&database)?;
        run(Command::new("certutil").args(["-N", "--empty-password", "-d", &name]))?;
    }
    // An earlier generation goes first; NSS would keep both under one name.
    while succeeds(Command::new("certutil").args(["-D", "-n", NICKNAME, "-d", &name])) {}
    let mut add = Command::new("certutil");
    add.args(["-A", "-t", "C,,", "-n", NICKNAME, "-d", &name, "-i"])
        .arg(authority);
    run(&mut add)?;
    println!("  Chromium: done (Firefox keeps its own list: Settings, Certificates, Import)");
    Ok(())
}

fn trust_by_system(authority: &Path) -> Result<()> {
    let debian = Path::new("/usr/local/share/ca-certificates");
    let (debian_like, fedora_like) = (find("update-ca-certificates"), find("trust"));
    let by_hand = match (&debian_like, &fedora_like) {
        (Some(_), _) => format!(
            "sudo cp {} {}/carecircle-development.crt && sudo update-ca-certificates",
            authority.display(),
            debian.display()
        ),
        (None, Some(_)) => format!("sudo trust anchor --store {}", authority.display()),
        (None, None) => "see your system's manual".to_owned(),
    };
    if !is_root() || (debian_like.is_none() && fedora_like.is_none()) {
        println!("  the system's store (curl and others) needs root: {by_hand}");
        return Ok(());
    }
    if debian_like.is_some() {
        fs::create_dir_all(debian)?;
        fs::copy(authority, debian.join("carecircle-development.crt"))?;
        output(&mut Command::new("update-ca-certificates"))?;
    } else {
        run(Command::new("trust")
            .args(["anchor", "--store"])
            .arg(authority))?;
    }
    println!("  the system's store: done");
    Ok(())
}
