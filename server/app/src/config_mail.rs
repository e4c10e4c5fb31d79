//! The `[mail]` of the configuration: what the world outside sees of the agency, and how mails leave.
//!
//! Name, address and link host are settings of their own, because the agency's real ones may tell what
//! its clients come for.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use mail::{Identity, Smtp, SmtpConfig, SmtpCredentials, SmtpTls, Transport};
use scheduler::Replies;
use serde::{Deserialize, Serialize};

use crate::config::Secret;
use crate::config_intake::IntakeConfig;
use crate::outside::SystemClock;
use crate::wiring::{Mailing, Taking};

/// How mails leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// The mail server: `smtps://host:465`, `smtp://host:587` (STARTTLS is demanded), or on this machine
    /// `smtp+plain://127.0.0.1:25`.
    pub smtp: String,
    /// The name to sign in with.
    #[serde(default)]
    pub username: Option<String>,
    /// The password.
    #[serde(default)]
    pub password: Option<Secret>,
    /// A file that holds it.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Authorities besides those that the operating system trusts, PEM.
    #[serde(default)]
    pub authorities: Option<PathBuf>,
    /// The sender's address, to which people answer. Somebody reads it.
    pub from: String,
    /// The sender's name. Nothing that tells what people come for.
    pub external_name: String,
    /// Where links in mails lead; [`crate::config::Config::url`] if absent.
    #[serde(default)]
    pub external_url: Option<String>,
    /// The number to call, on the pages behind links and in automatic answers.
    #[serde(default)]
    pub phone: Option<String>,
    /// Where the mail server hands over what comes back.
    #[serde(default)]
    pub intake: Option<IntakeConfig>,
}

impl MailConfig {
    /// What the scheduler needs, checked as far as it can be without connecting.
    pub fn mailing(&self, url: &str) -> anyhow::Result<Mailing> {
        let identity = self.identity(url)?;
        let smtp = Smtp::new(self.smtp(&identity.domain)?).context("mail.smtp")?;
        Ok(Mailing {
            identity,
            transport: Transport::Smtp(smtp),
            clock: Arc::new(SystemClock),
            replies: self.replies()?,
        })
    }

    /// Where mails that come back are taken, if they are.
    pub fn taking(&self) -> anyhow::Result<Option<Taking>> {
        let intake = self.intake.as_ref();
        intake.map(|intake| intake.taking(&self.from)).transpose()
    }

    /// A mail names itself in its envelope only where somebody hears what comes back.
    fn replies(&self) -> anyhow::Result<Replies> {
        let taking = self.taking()?;
        Ok(Replies {
            phone: self.phone.clone().filter(|_| taking.is_some()),
            returns: taking.map(|taking| taking.returns),
        })
    }

    fn identity(&self, url: &str) -> anyhow::Result<Identity> {
        let address = care::email::EmailAddress::parse(&self.from)
            .map_err(|refusal| anyhow::anyhow!("mail.from: {}", refusal.detail))?;
        let (_, domain) = address.reveal().rsplit_once('@').unwrap_or_default();
        if self.external_name.chars().any(char::is_control) || self.external_name.trim().is_empty()
        {
            bail!("mail.external_name: must be a name");
        }
        let link_base = self.external_url.as_deref().unwrap_or(url);
        if !link_base.starts_with("https://") {
            bail!("mail.external_url: must be written https://host");
        }
        Ok(Identity {
            from_name: self.external_name.clone(),
            from: self.from.clone(),
            link_base: link_base.trim_end_matches('/').to_owned(),
            domain: domain.to_owned(),
        })
    }

    fn smtp(&self, domain: &str) -> anyhow::Result<SmtpConfig> {
        let forms =
            "mail.smtp: must be smtps://host:port, smtp://host:port or smtp+plain://127.0.0.1:port";
        let (scheme, place) = self.smtp.split_once("://").context(forms)?;
        let (tls, usual) = match scheme {
            "smtps" => (SmtpTls::Implicit, 465),
            "smtp" => (SmtpTls::StartTls, 587),
            "smtp+plain" => (SmtpTls::None, 25),
            _ => bail!(forms),
        };
        let (host, port) = match place.rsplit_once(':') {
            None => (place, usual),
            Some((host, port)) => (host, port.parse().context(forms)?),
        };
        if host.is_empty() || host.contains(['/', '@']) {
            bail!(forms);
        }
        let authorities = self.authorities.as_ref();
        let authorities = authorities.map(|path| {
            std::fs::read(path).with_context(|| format!("mail.authorities: {}", path.display()))
        });
        Ok(SmtpConfig {
            host: host.to_owned(),
            port,
            tls,
            hello_name: domain.to_owned(),
            credentials: self.credentials()?,
            root_certificate_pem: authorities.transpose()?,
        })
    }

    fn credentials(&self) -> anyhow::Result<Option<SmtpCredentials>> {
        let password = match (&self.password, &self.password_file) {
            (None, None) => None,
            (Some(password), None) => Some(password.reveal().to_owned()),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("mail.password_file: {}", file.display()))?;
                Some(text.trim_end().to_owned())
            }
            (Some(_), Some(_)) => bail!("mail: give password or password_file, not both"),
        };
        match (&self.username, password) {
            (None, None) => Ok(None),
            (Some(username), Some(password)) => Ok(Some(SmtpCredentials {
                username: username.clone(),
                password: password.into(),
            })),
            _ => bail!("mail: username and password belong together"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(smtp: &str) -> MailConfig {
        MailConfig {
            smtp: smtp.to_owned(),
            username: None,
            password: None,
            password_file: None,
            authorities: None,
            from: "appointments@mail.example.org".to_owned(),
            external_name: "Appointments".to_owned(),
            external_url: None,
            phone: None,
            intake: None,
        }
    }

    #[test]
    fn a_mail_server_is_named_with_its_kind_of_tls() {
        let read = |text| {
            let smtp = config(text).smtp("mail.example.org").unwrap();
            (smtp.host, smtp.port, smtp.tls)
        };
        let named = |host: &str, port, tls| (host.to_owned(), port, tls);
        assert_eq!(
            read("smtps://mx.example.org"),
            named("mx.example.org", 465, SmtpTls::Implicit)
        );
        assert_eq!(
            read("smtp://mx.example.org:25"),
            named("mx.example.org", 25, SmtpTls::StartTls)
        );
        assert_eq!(
            read("smtp+plain://127.0.0.1:2525"),
            named("127.0.0.1", 2525, SmtpTls::None)
        );
        for bad in [
            "mx.example.org",
            "http://mx",
            "smtp://",
            "smtp://u:p@mx",
            "smtp://mx:port",
        ] {
            assert!(config(bad).smtp("mail.example.org").is_err(), "{bad}");
        }
    }

    #[test]
    fn links_and_names_follow_their_own_settings() {
        let own = config("smtps://mx")
            .identity("https://care.example.org")
            .unwrap();
        assert_eq!(own.link_base, "https://care.example.org");
        assert_eq!(own.domain, "mail.example.org");
        let elsewhere = MailConfig {
            external_url: Some("https://visits.example.net/".to_owned()),
            ..config("smtps://mx")
        };
        let identity = elsewhere.identity("https://care.example.org").unwrap();
        assert_eq!(identity.link_base, "https://visits.example.net");
        let broken = MailConfig {
            from: "not an address".to_owned(),
            ..config("smtps://mx")
        };
        assert!(broken.identity("https://care.example.org").is_err());
        let half = MailConfig {
            username: Some("somebody".to_owned()),
            ..config("smtps://mx")
        };
        assert!(half.credentials().is_err());
    }
}
