//! TLS from PEM files, by rustls with ring.

use std::io;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;

use super::ExportError;
use crate::config::TlsSettings;

const CA_ADVICE: &str = "give a PEM file of certificate authorities (OTEL_EXPORTER_OTLP_CERTIFICATE)";
const CLIENT_ADVICE: &str =
    "give the PEM files of a certificate chain and of its private key (OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY)";

/// What connections over TLS need. Files that the settings name are read at once, so that a mistake shows at once; the system's roots,
/// whose parsing takes some milliseconds, only when the first connection is made.
#[derive(Debug)]
pub(super) struct Tls {
    provider: Arc<CryptoProvider>,
    own_roots: Option<Arc<RootCertStore>>,
    identity: Option<Arc<CertifiedKey>>,
    server_name: Option<ServerName<'static>>,
    protocol: &'static [u8],
    config: OnceCell<Arc<ClientConfig>>,
}

impl Tls {
    /// Reads the files. `protocol` is what ALPN offers: `h2` or `http/1.1`.
    pub(super) fn new(settings: &TlsSettings, protocol: &'static [u8]) -> Result<Self, ExportError> {
        let provider = Arc::new(ring::default_provider());
        let own_roots = settings.ca_file.as_deref().map(read_roots).transpose()?.map(Arc::new);
        let identity = match (&settings.certificate_file, &settings.key_file) {
            (Some(certificate), Some(key)) => Some(Arc::new(read_identity(certificate, key, &provider)?)),
            (None, None) => None,
            (given, _) => {
                let missing = if given.is_some() { "private key" } else { "certificate" };
                return Err(ExportError::new("OBS_TLS_CLIENT_INCOMPLETE", format!("the client's {missing} is missing"), CLIENT_ADVICE));
            }
        };
        let server_name = settings.server_name.as_deref().map(|name| {
            ServerName::try_from(name.to_owned()).map_err(|_| {
                ExportError::new(
                    "OBS_TLS_SERVER_NAME_INVALID",
                    format!("'{name}' is not a host name"),
                    "set tls.serverName to a DNS name or an IP address",
                )
            })
        });
        Ok(Self { provider, own_roots, identity, server_name: server_name.transpose()?, protocol, config: OnceCell::new() })
    }

    /// The name to check the server's certificate against: the configured one, or the host that is connected to.
    pub(super) fn server_name(&self, host: &str) -> io::Result<ServerName<'static>> {
        if let Some(name) = &self.server_name {
            return Ok(name.clone());
        }
        let host = host.trim_start_matches('[').trim_end_matches(']');
        ServerName::try_from(host.to_owned()).map_err(io::Error::other)
    }

    /// The configuration, made at the first call.
    pub(super) async fn config(&self) -> io::Result<Arc<ClientConfig>> {
        self.config
            .get_or_try_init(|| async {
                let roots = match &self.own_roots {
                    Some(roots) => Arc::clone(roots),
                    None => Arc::new(tokio::task::spawn_blocking(system_roots).await.map_err(io::Error::other)??),
                };
                self.build(roots).map(Arc::new).map_err(io::Error::other)
            })
            .await
            .cloned()
    }

    fn build(&self, roots: Arc<RootCertStore>) -> Result<ClientConfig, rustls::Error> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider)).with_safe_default_protocol_versions()?;
        let builder = builder.with_root_certificates(roots);
        let mut config = match &self.identity {
            Some(identity) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(identity)))),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![self.protocol.to_vec()];
        Ok(config)
    }
}

fn read_roots(path: &str) -> Result<RootCertStore, ExportError> {
    let invalid = |why: String| ExportError::new("OBS_TLS_CA_INVALID", format!("the certificate authorities in '{path}' {why}"), CA_ADVICE);
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(path).map_err(|why| invalid(format!("can't be read: {why}")))? {
        roots.add(certificate).map_err(|why| invalid(format!("can't be used: {why}")))?;
    }
    Ok(roots)
}

fn read_identity(certificate_path: &str, key_path: &str, provider: &CryptoProvider) -> Result<CertifiedKey, ExportError> {
    let invalid = |message: String| ExportError::new("OBS_TLS_CLIENT_INVALID", message, CLIENT_ADVICE);
    let chain =
        read_certificates(certificate_path).map_err(|why| invalid(format!("the client's certificate '{certificate_path}' can't be read: {why}")))?;
    let key = PrivateKeyDer::from_pem_file(key_path)
        .map_err(|why| invalid(format!("the client's key '{key_path}' can't be read: {}", pem_reason(&why))))?;
    CertifiedKey::from_der(chain, key, provider)
        .map_err(|why| invalid(format!("the client's certificate '{certificate_path}' and key '{key_path}' can't be used together: {why}")))
}

fn read_certificates(path: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(|why| pem_reason(&why))?;
    if certificates.is_empty() { Err("there is no certificate in it".into()) } else { Ok(certificates) }
}

fn pem_reason(error: &rustls::pki_types::pem::Error) -> String {
    use rustls::pki_types::pem::Error;
    match error {
        Error::Io(why) => why.to_string(),
        Error::NoItemsFound => "there is none in it".into(),
        _ => "it is not PEM".into(),
    }
}

fn system_roots() -> io::Result<RootCertStore> {
    let loaded = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(loaded.certs);
    if roots.is_empty() {
        let why = loaded.errors.first().map_or_else(|| "none is installed".to_owned(), ToString::to_string);
        return Err(io::Error::other(format!(
            "no certificate authorities of the system can be read ({why}): install ca-certificates or name a file in OTEL_EXPORTER_OTLP_CERTIFICATE"
        )));
    }
    Ok(roots)
}
