//! Whom a device trusts: TLS 1.3 with the hybrid key exchange, to certificates of these authorities.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::Error;

/// The authorities that a device trusts.
#[derive(Debug, Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
    pem: Option<Arc<[u8]>>,
}

impl Tls {
    /// The authorities of this machine.
    pub fn system() -> Result<Self, Error> {
        let found = rustls_native_certs::load_native_certs();
        Self::trusting(
            found.certs,
            "this system lists no certificate authority; name one (--ca)",
        )
    }

    /// The authorities in a PEM text, and no other.
    pub fn authorities(pem: &[u8]) -> Result<Self, Error> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let none = "no certificate could be read; a PEM file is expected";
        let certificates = certificates.map_err(|_| Error::Authority(none.to_owned()))?;
        Ok(Self {
            pem: Some(pem.into()),
            ..Self::trusting(certificates, none)?
        })
    }

    /// The authorities in a PEM file (`certs-dev/ca.crt`), and no other.
    pub fn authorities_in(file: &Path) -> Result<Self, Error> {
        let named = |error: &dyn std::fmt::Display| {
            Error::Authority(format!("{}: {error}", file.display()))
        };
        let pem = std::fs::read(file).map_err(|error| named(&error))?;
        Self::authorities(&pem).map_err(|error| named(&error))
    }

    fn trusting(certificates: Vec<CertificateDer<'static>>, none: &str) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates);
        if roots.is_empty() {
            return Err(Error::Authority(none.to_owned()));
        }
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("aws-lc-rs speaks TLS 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            config: Arc::new(config),
            pem: None,
        })
    }

    /// The authorities as they were given; none for this machine's.
    pub(crate) fn pem(&self) -> Option<&[u8]> {
        self.pem.as_deref()
    }

    /// The configuration for a connection that offers these protocols.
    pub(crate) fn offering(&self, protocols: &[&[u8]]) -> ClientConfig {
        let mut config = ClientConfig::clone(&self.config);
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        config
    }
}
