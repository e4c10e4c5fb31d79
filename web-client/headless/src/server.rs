//! The one server that a device speaks to.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// A server's address: `https`, host, port; nothing else counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    host: String,
    port: u16,
}

impl ServerUrl {
    /// The host as it stands in certificates, without brackets around an IPv6 address.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `host[:port]`, without the port of HTTPS: what devices sign.
    pub fn name(&self) -> String {
        match self.port {
            443 => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }
}

impl FromStr for ServerUrl {
    type Err = Error;

    /// Reads an address or any link of the server; a path and a fragment are passed over.
    fn from_str(text: &str) -> Result<Self, Error> {
        // A link's fragment is a secret: what could not be read is named by its beginning only.
        let start = || Error::Address(text.trim().split('#').next().unwrap_or_default().to_owned());
        let url = reqwest::Url::parse(text.trim()).map_err(|_| start())?;
        match (url.scheme(), url.host_str(), url.port_or_known_default()) {
            ("https", Some(host), Some(port)) => Ok(Self {
                host: host.to_owned(),
                port,
            }),
            _ => Err(start()),
        }
    }
}

impl fmt::Display for ServerUrl {
    /// The origin: `https://host[:port]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_from_any_of_its_links() {
        let read = |text: &str| text.parse::<ServerUrl>().map(|server| server.to_string());
        assert_eq!(
            read("https://Localhost:8443/#/link/a.b").unwrap(),
            "https://localhost:8443"
        );
        assert_eq!(
            read(" https://care.example.org:443/x ").unwrap(),
            "https://care.example.org"
        );
        let six: ServerUrl = "https://[::1]:8443".parse().unwrap();
        assert_eq!((six.host(), six.name().as_str()), ("::1", "[::1]:8443"));
        for bad in ["http://localhost", "localhost:8443", "", "https://"] {
            assert!(matches!(read(bad), Err(Error::Address(_))), "{bad}");
        }
    }

    #[test]
    fn a_refused_link_is_named_without_its_secret() {
        let error = "http://localhost/#/link/secret.print"
            .parse::<ServerUrl>()
            .unwrap_err();
        assert!(!error.to_string().contains("secret"));
    }
}
