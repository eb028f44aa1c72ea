//! A connection: it is told whether it speaks HTTP/1 or HTTP/2, served, and closed when its client is silent.

use super::service::{Answer, Shared};
use super::{grpc, http};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::Watcher;
use std::convert::Infallible;
use std::io::{self, Cursor};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, join};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::watch;
use tokio::time::timeout;

/// The time that the first bytes and the head of an HTTP/1 request may take to come, idle connections included. An HTTP/2 connection, which may be
/// idle for long, is asked after that time whether its client is still there.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// The time that an HTTP/2 client has to answer that it is there.
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// The most requests at once on an HTTP/2 connection.
const MAX_STREAMS: u32 = 64;

/// How much of a request's head is taken.
const MAX_HEAD_BYTES: u32 = 16 * 1024;

/// What an HTTP/2 connection begins with (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The protocol of a port.
#[derive(Debug, Clone, Copy)]
pub(super) enum Protocol {
    Grpc,
    Http,
}

/// Serves a connection to its end. Once the receiver is stopped, requests that have begun are finished, and `watcher` tells when that is done.
pub(super) async fn serve(shared: Arc<Shared>, stream: TcpStream, protocol: Protocol, watcher: Watcher, mut stopped: watch::Receiver<bool>) {
    // Answers are small and wait for nothing; a socket that refuses the option works without it.
    let _ = stream.set_nodelay(true);
    let (mut reader, writer) = stream.into_split();
    let begun = tokio::select! {
        begun = timeout(HEAD_TIMEOUT, beginning(&mut reader)) => begun,
        _ = stopped.wait_for(|stopped| *stopped) => return,
    };
    let Ok(Ok(begun)) = begun else { return };
    let stream = join(Cursor::new(begun).chain(reader), writer);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_headers(100);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(MAX_STREAMS).max_header_list_size(MAX_HEAD_BYTES).adaptive_window(true);
    builder.http2().keep_alive_interval(HEAD_TIMEOUT).keep_alive_timeout(PING_TIMEOUT);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<Answer, Infallible>(route(&shared, protocol, request).await) }
    });
    // How a connection ends is the client's business; what came over it has been counted.
    let _ = watcher.watch(builder.serve_connection(TokioIo::new(stream), service)).await;
}

/// Reads until it is told which protocol it is: as long as all that came may be the beginning of HTTP/2's preface. hyper waits for that without limit.
async fn beginning(reader: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    let mut begun = Vec::with_capacity(PREFACE.len());
    while begun.len() < PREFACE.len() && PREFACE.starts_with(&begun) {
        if reader.take((PREFACE.len() - begun.len()) as u64).read_buf(&mut begun).await? == 0 {
            break;
        }
    }
    Ok(begun)
}

async fn route(shared: &Shared, protocol: Protocol, request: ::http::Request<Incoming>) -> Answer {
    match protocol {
        Protocol::Http => http::answer(shared, request).await,
        Protocol::Grpc if grpc::is_grpc(request.headers()) => grpc::answer(shared, request).await,
        Protocol::Grpc => grpc::not_grpc(shared),
    }
}
