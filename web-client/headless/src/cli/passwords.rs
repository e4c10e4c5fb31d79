//! `set-password`, `code-app`, `sign-in`: a password and a code, read from standard input so that no other
//! program sees them.

use std::io;

use zeroize::Zeroizing;

use super::{At, Failure, REACH, is_settled, link};
use device::api::{Command, Link};

/// Makes the person's password.
pub async fn set(login: &str, at: &At) -> Result<(), Failure> {
    let device = at.enrolled().await?;
    device.wait_until(is_settled, REACH).await?;
    eprintln!("The new password:");
    let password = line().await?;
    let shown = device.set_password(login, &password).await?;
    device.stop().await?;
    println!("The password is set.");
    if shown.second_factor {
        println!("It is not enough by itself: add a code app (`carecircle-device code-app`).");
    }
    Ok(())
}

/// Adds a code app.
pub async fn code_app(at: &At) -> Result<(), Failure> {
    let device = at.enrolled().await?;
    device.wait_until(is_settled, REACH).await?;
    let asked = device.ask_code_app().await?;
    println!("{}", asked.uri);
    eprintln!("Type this into the code app: {}", asked.secret);
    eprintln!("The code that it shows:");
    let code = line().await?;
    device.add_code_app(&asked, &code).await?;
    device.stop().await?;
    println!("The code app is added.");
    Ok(())
}

/// Signs in.
pub async fn sign_in(login: &str, at: &At) -> Result<(), Failure> {
    let device = at.enrolled().await?;
    eprintln!("The password:");
    let password = line().await?;
    let shown = device.sign_in_by_password(login, &password).await?;
    if shown.second_factor {
        eprintln!("The code that your code app shows:");
        let code = line().await?;
        device.sign_in_by_code(&code).await?;
    }
    device.command(Command::SignIn).await?;
    let online = |seen: &carecircle_headless::Seen| link(seen) == Some(Link::Online);
    device.wait_until(online, REACH).await?;
    device.stop().await?;
    println!("Signed in as {}.", super::show::line(&shown.session.name));
    Ok(())
}

/// One line of standard input, wiped when it is dropped.
async fn line() -> Result<Zeroizing<String>, Failure> {
    let line = tokio::task::spawn_blocking(|| io::stdin().lines().next()).await?;
    Ok(Zeroizing::new(line.transpose()?.unwrap_or_default()))
}
