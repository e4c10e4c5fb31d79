//! A certificate authority of a test's own, and the certificate of its server.

use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

/// What the server serves, and whom its devices trust.
pub struct Certificate {
    ca_pem: String,
    server: Arc<rustls::ServerConfig>,
}

impl Certificate {
    /// A new authority and a certificate for `localhost` and 127.0.0.1.
    pub fn make() -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        // Of another name than the server's certificate, which OpenSSL would else take for its own issuer.
        let name = "authority of a test";
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let names = ["localhost", "127.0.0.1"].map(str::to_owned);
        let leaf = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
        let server = gateway::tls_config(leaf.pem().as_bytes(), key.serialize_pem().as_bytes())?;
        Ok(Self {
            ca_pem: issuer.pem(),
            server,
        })
    }

    /// The authority, PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// What the gateway serves.
    pub fn server(&self) -> Arc<rustls::ServerConfig> {
        Arc::clone(&self.server)
    }
}
