//! Who signs certificates.

use std::fmt;

use rustls_pki_types::CertificateDer;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use crate::error::Error;

/// Certificate authorities to trust, and no others: of a company, a cluster, a test.
///
/// ```
/// use gomem_capture::Authorities;
///
/// assert!(Authorities::decode(b"no certificate").is_err());
/// ```
#[derive(Clone)]
pub struct Authorities {
    certificates: Vec<Certificate<'static>>,
}

impl Authorities {
    /// Reads the certificates of a PEM file. What else it holds is left alone.
    ///
    /// # Errors
    /// When there is none, or one is damaged.
    pub fn decode(pem: &[u8]) -> Result<Self, Error> {
        let refuse = |reason: String| Error::Authorities { reason };
        let mut certificates = Vec::new();
        for item in parse_pem(pem) {
            if let PemItem::Certificate(certificate) = item.map_err(|err| refuse(err.to_string()))? {
                let number = certificates.len() + 1;
                webpki::anchor_from_trusted_cert(&CertificateDer::from(certificate.der()))
                    .map_err(|err| refuse(format!("certificate {number}: {err}")))?;
                certificates.push(certificate);
            }
        }
        if certificates.is_empty() {
            return Err(refuse("no '-----BEGIN CERTIFICATE-----' in it".to_owned()));
        }
        Ok(Self { certificates })
    }

    pub(crate) fn roots(&self) -> RootCerts {
        RootCerts::new_with_certs(&self.certificates)
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorities({})", self.certificates.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_no_certificate_is_refused() {
        for (pem, said) in [
            (&b""[..], "no '-----BEGIN CERTIFICATE-----'"),
            (b"\x30\x82\x01\x0a", "no '-----BEGIN CERTIFICATE-----'"),
            (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1: "),
            (b"-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n", "PEM"),
            (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no '-----BEGIN CERTIFICATE-----'"),
        ] {
            let err = Authorities::decode(pem).unwrap_err().to_string();
            assert!(err.starts_with("not the certificates of authorities") && err.contains(said), "{err}");
        }
    }
}
