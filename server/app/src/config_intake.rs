//! The `[mail.intake]` of the configuration: where the agency's mail server hands over what comes back. On this
//! machine only: whoever may hand over mails can mark answers and raise tasks.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use care::email::EmailAddress;
use mail::ReturnAddress;
use serde::{Deserialize, Serialize};

use crate::wiring::{Taking, TakingPlace};

/// Where mails that come back are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntakeConfig {
    /// A loopback port, `127.0.0.1:24`, or the absolute path of a socket.
    pub listen: String,
    /// The envelope sender of mails, before a token is put into it; `mail.from` if absent. Of its domain, or of
    /// one below that: the domain stands in every mail.
    #[serde(default)]
    pub bounces: Option<String>,
}

impl IntakeConfig {
    /// What the intake needs, for mails that answer `from`.
    pub fn taking(&self, from: &str) -> anyhow::Result<Taking> {
        let own = EmailAddress::parse(from)
            .map_err(|refusal| anyhow::anyhow!("mail.from: {}", refusal.detail))?;
        let name = domain(own.reveal());
        let bounces = self.bounces.as_deref().unwrap_or(from);
        let returns = ReturnAddress::new(bounces)
            .map_err(|refusal| anyhow::anyhow!("mail.intake.bounces: {}", refusal.detail))?;
        let bounces = domain(bounces);
        if bounces != name && !bounces.ends_with(&format!(".{name}")) {
            bail!("mail.intake.bounces: must be of the domain of mail.from, or below it");
        }
        Ok(Taking {
            place: self.place()?,
            from: own,
            returns,
            name,
        })
    }

    fn place(&self) -> anyhow::Result<TakingPlace> {
        let forms =
            "mail.intake.listen: must be 127.0.0.1:port, [::1]:port, or the path of a socket";
        if self.listen.starts_with('/') {
            return Ok(TakingPlace::Socket(PathBuf::from(&self.listen)));
        }
        let address: SocketAddr = self.listen.parse().context(forms)?;
        if !address.ip().is_loopback() {
            bail!("{forms}: nobody outside of this machine may hand over mails");
        }
        Ok(TakingPlace::Port(address))
    }
}

fn domain(address: &str) -> String {
    let (_, domain) = address.rsplit_once('@').unwrap_or_default();
    domain.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "appointments@mail.example.org";

    fn taking(listen: &str, bounces: Option<&str>) -> anyhow::Result<Taking> {
        let config = IntakeConfig {
            listen: listen.to_owned(),
            bounces: bounces.map(str::to_owned),
        };
        config.taking(FROM)
    }

    #[test]
    fn mails_are_taken_on_this_machine_only() {
        let port = taking("127.0.0.1:24", None).unwrap();
        let expected = SocketAddr::from(([127, 0, 0, 1], 24));
        assert_eq!(port.place, TakingPlace::Port(expected));
        assert_eq!(port.name, "mail.example.org");
        assert_eq!(port.returns, ReturnAddress::new(FROM).unwrap());
        let socket = taking("/run/carecircle/lmtp", None).unwrap();
        let expected = PathBuf::from("/run/carecircle/lmtp");
        assert_eq!(socket.place, TakingPlace::Socket(expected));
        assert!(taking("[::1]:24", None).is_ok());
        for bad in ["0.0.0.0:24", "192.0.2.7:24", "[::]:24", "24", "lmtp", ""] {
            assert!(taking(bad, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn bounces_come_to_the_senders_own_domain() {
        let at = |bounces| taking("127.0.0.1:24", Some(bounces));
        assert!(at("bounces@mail.example.org").is_ok());
        assert!(at("b@back.mail.example.org").is_ok());
        for bad in [
            "bounces@example.org",
            "bounces@agency.test",
            "bounces@xmail.example.org",
            "bounces+x@mail.example.org",
            "much.too.long.for.a.token@mail.example.org",
            "nobody",
        ] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }
}
