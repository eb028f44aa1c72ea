//! TLS, mutual TLS and proxies, over both protocols, with certificates made for the test.

mod export_support;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use export_support::*;
use observability_ts::config::{ExporterKind, ExporterSettings, TlsSettings};
use observability_ts::export::Exporter;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// An authority, and what it signed, as PEM files in a directory of the test's own.
struct Pki {
    directory: tempfile::TempDir,
    ca: CertifiedIssuer<'static, KeyPair>,
}

impl Pki {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("ca.pem"), ca.pem()).unwrap();
        Self { directory, ca }
    }

    fn path(&self, file: &str) -> String {
        self.directory.path().join(file).to_str().unwrap().to_owned()
    }

    /// Writes `<name>.pem` and `<name>.key`.
    fn issue(&self, name: &str, host: &str) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, &self.ca).unwrap();
        std::fs::write(self.path(&format!("{name}.pem")), certificate.pem()).unwrap();
        std::fs::write(self.path(&format!("{name}.key")), key.serialize_pem()).unwrap();
    }

    /// A server for `host`, which may want its clients' certificates to be signed by the same authority.
    fn acceptor(&self, host: &str, mutual: bool, protocols: &[&[u8]]) -> TlsAcceptor {
        use rustls::pki_types::pem::PemObject;
        use rustls::pki_types::{CertificateDer, PrivateKeyDer};
        self.issue("server", host);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
        let builder = if mutual {
            let mut roots = RootCertStore::empty();
            roots.add(self.ca.der().clone()).unwrap();
            builder.with_client_cert_verifier(WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let chain = CertificateDer::pem_file_iter(self.path("server.pem")).unwrap().collect::<Result<_, _>>().unwrap();
        let mut config = builder.with_single_cert(chain, PrivateKeyDer::from_pem_file(self.path("server.key")).unwrap()).unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }

    fn tls(&self) -> TlsSettings {
        TlsSettings { ca_file: Some(self.path("ca.pem")), ..TlsSettings::default() }
    }
}

const BOTH: [ExporterKind; 2] = [ExporterKind::OtlpGrpc, ExporterKind::OtlpHttp];

/// A server of either protocol behind TLS.
async fn serve(kind: ExporterKind, acceptor: impl Fn(&[&[u8]]) -> TlsAcceptor) -> SocketAddr {
    let (listener, address) = listen().await;
    match kind {
        ExporterKind::OtlpGrpc => tokio::spawn(Oracle::accepting().serve_on(listener, Some(acceptor(&[b"h2"])))),
        _ => tokio::spawn(serve_on(listener, Some(acceptor(&[b"h2", b"http/1.1"])), |request| async move {
            assert_eq!(request.version(), http::Version::HTTP_11);
            ok()
        })),
    };
    address
}

fn over_tls(kind: ExporterKind, host: &str, address: SocketAddr, tls: TlsSettings) -> ExporterSettings {
    let settings = settings(kind, format!("https://{host}:{}/v1/traces", address.port()));
    without_retry(ExporterSettings { tls, ..settings })
}

#[tokio::test]
async fn a_server_signed_by_the_given_authority_is_trusted() {
    let pki = Pki::new();
    for kind in BOTH {
        for host in ["localhost", "127.0.0.1"] {
            let address = serve(kind, |protocols| pki.acceptor(host, false, protocols)).await;
            let exporter = Exporter::new(&over_tls(kind, host, address, pki.tls())).unwrap();
            for _ in 0..2 {
                assert_accepted(&exporter.export(&payload(100)).await);
            }
        }
    }
}

#[tokio::test]
async fn a_server_signed_by_another_authority_is_not_and_the_way_out_is_named() {
    let (pki, other) = (Pki::new(), Pki::new());
    for kind in BOTH {
        let address = serve(kind, |protocols| pki.acceptor("localhost", false, protocols)).await;
        // Another authority, and the system's.
        for tls in [other.tls(), TlsSettings::default()] {
            let reason = undelivered(Exporter::new(&over_tls(kind, "localhost", address, tls)).unwrap().export(&payload(1)).await);
            assert!(reason.contains("OTEL_EXPORTER_OTLP_CERTIFICATE"), "{kind:?}: {reason}");
        }
    }
}

#[tokio::test]
async fn the_certificates_name_must_fit_and_can_be_set() {
    let pki = Pki::new();
    for kind in BOTH {
        let address = serve(kind, |protocols| pki.acceptor("collector.internal", false, protocols)).await;
        let reason = undelivered(Exporter::new(&over_tls(kind, "localhost", address, pki.tls())).unwrap().export(&payload(1)).await);
        assert!(reason.contains("tls.serverName"), "{kind:?}: {reason}");
        let tls = TlsSettings { server_name: Some("collector.internal".into()), ..pki.tls() };
        assert_accepted(&Exporter::new(&over_tls(kind, "localhost", address, tls)).unwrap().export(&payload(1)).await);
    }
}

#[tokio::test]
async fn mutual_tls_shows_the_clients_certificate() {
    let (pki, other) = (Pki::new(), Pki::new());
    pki.issue("client", "client");
    other.issue("client", "client");
    let identity = |of: &Pki| TlsSettings { certificate_file: Some(of.path("client.pem")), key_file: Some(of.path("client.key")), ..pki.tls() };
    for kind in BOTH {
        let address = serve(kind, |protocols| pki.acceptor("localhost", true, protocols)).await;
        let export = async |tls| Exporter::new(&over_tls(kind, "localhost", address, tls)).unwrap().export(&payload(1)).await;
        assert_accepted(&export(identity(&pki)).await);
        let reason = undelivered(export(pki.tls()).await);
        assert!(!reason.is_empty(), "{kind:?}: {reason}");
        undelivered(export(identity(&other)).await);
    }
}

#[tokio::test]
async fn speaking_tls_to_a_server_that_does_not_says_so() {
    let pki = Pki::new();
    for kind in BOTH {
        let address = serve_http(|_| async { ok() }).await;
        let settings = over_tls(kind, "localhost", address, pki.tls());
        let reason = undelivered(Exporter::new(&settings).unwrap().export(&payload(1)).await);
        assert!(reason.contains("http://"), "{kind:?}: {reason}");
    }
}

#[test]
fn files_that_cannot_be_used_are_found_at_once() {
    let (pki, other) = (Pki::new(), Pki::new());
    pki.issue("client", "client");
    other.issue("client", "client");
    let write = |name: &str, text: &str| std::fs::write(pki.path(name), text).map(|()| pki.path(name)).unwrap();
    let client = |certificate: Option<String>, key: Option<String>| TlsSettings { certificate_file: certificate, key_file: key, ..pki.tls() };
    let ca = |path: String| TlsSettings { ca_file: Some(path), ..TlsSettings::default() };
    let rows = [
        (ca("/nowhere/ca.pem".into()), "OBS_TLS_CA_INVALID"),
        (ca(pki.directory.path().to_str().unwrap().into()), "OBS_TLS_CA_INVALID"),
        (ca(write("empty.pem", "")), "OBS_TLS_CA_INVALID"),
        (ca(write("text.pem", "no certificate")), "OBS_TLS_CA_INVALID"),
        (ca(write("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")), "OBS_TLS_CA_INVALID"),
        (ca(pki.path("client.key")), "OBS_TLS_CA_INVALID"),
        (client(Some(pki.path("client.pem")), None), "OBS_TLS_CLIENT_INCOMPLETE"),
        (client(None, Some(pki.path("client.key"))), "OBS_TLS_CLIENT_INCOMPLETE"),
        (client(Some(pki.path("client.pem")), Some(pki.path("client.pem"))), "OBS_TLS_CLIENT_INVALID"),
        (client(Some(pki.path("client.pem")), Some(other.path("client.key"))), "OBS_TLS_CLIENT_INVALID"),
        (TlsSettings { server_name: Some("not a name".into()), ..pki.tls() }, "OBS_TLS_SERVER_NAME_INVALID"),
    ];
    for (tls, code) in rows {
        for kind in BOTH {
            let settings = ExporterSettings { tls: tls.clone(), ..settings(kind, "https://localhost/v1/traces") };
            let error = Exporter::new(&settings).map(drop).expect_err(code);
            assert_eq!(error.code(), code, "{error}");
            assert!(error.advice().contains("OTEL_EXPORTER_OTLP") || code == "OBS_TLS_SERVER_NAME_INVALID");
            // Without TLS the files do not matter.
            Exporter::new(&ExporterSettings { endpoint: "http://localhost".into(), ..settings }).unwrap();
        }
    }
    assert!(Path::new(&pki.path("ca.pem")).exists());
}

/// An HTTP proxy that knows CONNECT and keeps the requests' heads.
async fn proxy(status: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&heads);
    let address = serve_raw(move |stream| {
        let log = Arc::clone(&log);
        async move {
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).await.is_ok_and(|read| read > 0) {}
            let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
            log.lock().unwrap().push(head);
            let _ = stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await;
            if status.starts_with("200") {
                let mut upstream = TcpStream::connect(target).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut upstream).await;
            }
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
    })
    .await;
    (address, heads)
}

#[tokio::test]
async fn a_proxy_is_gone_through_by_connect_with_credentials() {
    let pki = Pki::new();
    for kind in BOTH {
        let (proxy_address, heads) = proxy("200 Connection established").await;
        let through = Some(format!("http://user:p%40ss@{proxy_address}"));
        let address = serve(kind, |protocols| pki.acceptor("localhost", false, protocols)).await;
        let settings = ExporterSettings { proxy: through.clone(), ..over_tls(kind, "localhost", address, pki.tls()) };
        assert_accepted(&Exporter::new(&settings).unwrap().export(&payload(100)).await);
        let plain = match kind {
            ExporterKind::OtlpGrpc => Oracle::accepting().serve().await,
            _ => serve_http(|_| async { ok() }).await,
        };
        let settings = ExporterSettings { proxy: through, ..export_support::settings(kind, format!("http://{plain}/v1/traces")) };
        assert_accepted(&Exporter::new(&settings).unwrap().export(&payload(100)).await);
        let heads = heads.lock().unwrap();
        assert!(heads[0].starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", address.port())), "{heads:?}");
        // user:p@ss
        assert!(heads.iter().all(|head| head.contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n")), "{heads:?}");
        assert_eq!(heads.len(), 2);
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    for (status, said) in [("407 Proxy Authentication Required", "authorization"), ("403 Forbidden", "proxy")] {
        for kind in BOTH {
            let (address, _) = proxy(status).await;
            let settings = ExporterSettings { proxy: Some(format!("http://{address}")), ..settings(kind, "http://localhost:9/v1/traces") };
            let exporter = Exporter::new(&without_retry(settings)).unwrap();
            let reason = undelivered(exporter.export_once(&payload(1), Duration::from_secs(5)).await);
            assert!(reason.contains("the proxy did not let us through") && reason.contains(said), "{reason}");
        }
    }
}
