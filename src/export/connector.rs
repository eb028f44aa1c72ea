//! How a connection is made: directly or through a proxy, in the clear or over TLS.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Authority;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::ExportError;
use super::endpoint::Endpoint;
use super::tls::Tls;
use crate::config::ExporterSettings;

/// When the kernel, and only the kernel, asks a silent peer whether it is still there.
const TCP_KEEPALIVE: Duration = Duration::from_secs(60);

pub(super) type BoxError = Box<dyn Error + Send + Sync>;
pub(super) type Connection = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Makes connections to the one destination of an exporter. Making the connector itself connects and resolves nothing.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    way: Way,
    tls: Option<Arc<Tls>>,
}

#[derive(Debug, Clone)]
enum Way {
    Direct(HttpConnector),
    Proxy(Tunnel<HttpConnector>),
}

impl Connector {
    pub(super) fn new(settings: &ExporterSettings, endpoint: &Endpoint, protocol: &'static [u8]) -> Result<Self, ExportError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(TCP_KEEPALIVE));
        tcp.set_connect_timeout(Some(settings.timeout));
        let way = match &settings.proxy {
            None => Way::Direct(tcp),
            Some(proxy) => Way::Proxy(tunnel(proxy, endpoint, tcp)?),
        };
        let tls = if endpoint.is_https() { Some(Arc::new(Tls::new(&settings.tls, protocol)?)) } else { None };
        Ok(Self { way, tls })
    }
}

fn tunnel(proxy: &str, endpoint: &Endpoint, tcp: HttpConnector) -> Result<Tunnel<HttpConnector>, ExportError> {
    // The address may hold a password: it is not repeated.
    let invalid = || ExportError::new("OBS_PROXY_INVALID", "the exporter's proxy is not a usable URL", "set it to http://[user:password@]host:port");
    let intercept = Matcher::builder().all(proxy).build().intercept(&endpoint.uri()).ok_or_else(invalid)?;
    if intercept.uri().scheme_str() != Some("http") || intercept.uri().host().is_none_or(str::is_empty) {
        return Err(invalid());
    }
    let tunnel = Tunnel::new(intercept.uri().clone(), tcp);
    Ok(match intercept.basic_auth() {
        Some(credentials) => tunnel.with_auth(credentials.clone()),
        None => tunnel,
    })
}

impl Way {
    async fn connect(&mut self, uri: Uri) -> Result<TokioIo<TcpStream>, BoxError> {
        match self {
            Self::Direct(tcp) => Ok(tcp.call(uri).await?),
            Self::Proxy(tunnel) => {
                Ok(tunnel.call(with_port(uri)?).await.map_err(|why| format!("the proxy did not let us through: {}", super::text::explain(&why)))?)
            }
        }
    }
}

/// CONNECT needs a port, and the tunnel would take 443 for any.
fn with_port(uri: Uri) -> Result<Uri, BoxError> {
    if uri.port_u16().is_some() {
        return Ok(uri);
    }
    let port = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    let mut parts = uri.into_parts();
    if let Some(authority) = parts.authority.take() {
        parts.authority = Some(Authority::try_from(format!("{authority}:{port}"))?);
    }
    Ok(Uri::from_parts(parts)?)
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Self { mut way, tls } = self.clone();
        Box::pin(async move {
            let host = uri.host().unwrap_or_default().to_owned();
            let tcp = way.connect(uri).await?;
            let Some(tls) = tls else { return Ok(MaybeHttpsStream::Http(tcp)) };
            let name = tls.server_name(&host)?;
            let stream = TlsConnector::from(tls.config().await?).connect(name, TokioIo::new(tcp)).await?;
            Ok(MaybeHttpsStream::Https(TokioIo::new(stream)))
        })
    }
}
