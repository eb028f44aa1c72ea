//! The life of a receiver: its thread, its sockets, its end.

use super::config::ReceiverConfig;
use super::connection::{self, Protocol};
use super::error::ReceiverError;
use super::service::Shared;
use super::stats::ReceiverStats;
use super::store::Store;
use super::summary::TraceSummary;
use crate::otlp::request_json;
use hyper_util::server::graceful::GracefulShutdown;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::TracesData;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// The time that requests get to finish when the receiver is stopped.
const STOP_TIMEOUT: Duration = Duration::from_millis(500);

/// A receiver that listens on a thread of its own until it is stopped or dropped.
///
/// ```
/// use observability_ts::receiver::{Receiver, ReceiverConfig};
///
/// let config = ReceiverConfig { grpc_port: Some(0), http_port: Some(0), ..ReceiverConfig::default() };
/// let mut receiver = Receiver::start(config)?;
/// assert!(receiver.grpc_addr().is_some_and(|address| address.port() != 0));
/// assert_eq!(receiver.traces_json(), "[]");
/// receiver.stop();
/// # Ok::<(), observability_ts::receiver::ReceiverError>(())
/// ```
#[derive(Debug)]
pub struct Receiver {
    shared: Arc<Shared>,
    grpc_addr: Option<SocketAddr>,
    http_addr: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Binds the ports and starts the thread. What cannot be bound is an error here and not later.
    pub fn start(config: ReceiverConfig) -> Result<Self, ReceiverError> {
        let shared = Arc::new(Shared::new(Store::new(config.store), config.max_body_bytes));
        let bind = |port: Option<u16>| port.map(|port| bind(SocketAddr::new(config.host, port))).transpose();
        let (grpc, http) = (bind(config.grpc_port)?, bind(config.http_port)?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ReceiverError::start)?;
        let (stop, stopped) = watch::channel(false);
        let mut receiver = Self { shared, grpc_addr: None, http_addr: None, stop, thread: None };
        let mut listeners = Vec::new();
        for (socket, protocol) in [(grpc, Protocol::Grpc), (http, Protocol::Http)] {
            let Some(socket) = socket else { continue };
            let address = socket.local_addr().map_err(ReceiverError::start)?;
            match protocol {
                Protocol::Grpc => receiver.grpc_addr = Some(address),
                Protocol::Http => receiver.http_addr = Some(address),
            }
            let _guard = runtime.enter();
            listeners.push((TcpListener::from_std(socket).map_err(ReceiverError::start)?, protocol));
        }
        let shared = Arc::clone(&receiver.shared);
        let run = move || runtime.block_on(serve(shared, listeners, config.max_connections, stopped));
        receiver.thread = Some(std::thread::Builder::new().name("obs-receiver".to_owned()).spawn(run).map_err(ReceiverError::start)?);
        Ok(receiver)
    }

    /// The address of OTLP/gRPC, with the port that was taken; `None` when it does not listen there.
    pub fn grpc_addr(&self) -> Option<SocketAddr> {
        self.grpc_addr
    }

    /// The address of OTLP/HTTP, with the port that was taken; `None` when it does not listen there.
    pub fn http_addr(&self) -> Option<SocketAddr> {
        self.http_addr
    }

    /// What was received, kept and dropped.
    pub fn stats(&self) -> ReceiverStats {
        self.shared.store().stats().clone()
    }

    /// [`stats`](Self::stats) as a JSON object.
    pub fn stats_json(&self) -> String {
        to_json(&self.stats())
    }

    /// The traces in memory, newest first.
    pub fn traces(&self) -> Vec<TraceSummary> {
        self.shared.store().traces()
    }

    /// [`traces`](Self::traces) as a JSON array.
    pub fn traces_json(&self) -> String {
        to_json(&self.traces())
    }

    /// A trace as OTLP JSON, `{"resourceSpans":[…]}`; `None` for a trace id that is not here, or is none.
    pub fn trace_json(&self, trace_id: &str) -> Option<String> {
        let TracesData { resource_spans } = self.shared.store().trace_data(trace_id)?;
        // It does not fail, and an empty text says that it did, as in `to_json`.
        Some(request_json(&ExportTraceServiceRequest { resource_spans }).unwrap_or_default())
    }

    /// A trace as text for a terminal of `width` columns: its spans as a tree with service, bar and duration, errors, events and log lines.
    /// `colour` adds ANSI colours. `None` for a trace id that is not here, or is none.
    pub fn waterfall(&self, trace_id: &str, width: usize, colour: bool) -> Option<String> {
        self.shared.store().waterfall(trace_id, width, colour)
    }

    /// Forgets all traces.
    pub fn clear(&self) {
        self.shared.store().clear();
    }

    /// Stops listening and ends the thread; requests in flight get half a second. What was received stays readable. A second call does nothing.
    pub fn stop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by its hook; there is nothing left to end.
            let _ = thread.join();
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The types here have string keys and no maps of their own, so that serialisation does not fail; an empty text says that it did.
fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn bind(address: SocketAddr) -> Result<StdListener, ReceiverError> {
    let socket = StdListener::bind(address).map_err(|error| ReceiverError::bind(address, error))?;
    socket.set_nonblocking(true).map_err(|error| ReceiverError::bind(address, error))?;
    Ok(socket)
}

async fn serve(shared: Arc<Shared>, listeners: Vec<(TcpListener, Protocol)>, max_connections: usize, mut stopped: watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS)));
    let accepting = listeners
        .into_iter()
        .map(|(listener, protocol)| tokio::spawn(accept(Arc::clone(&shared), listener, protocol, Arc::clone(&slots), stopped.clone())));
    let accepting: Vec<_> = accepting.collect();
    // The sender lives in the receiver, so an error means that it is gone: stop as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
    for task in accepting {
        let _ = task.await;
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener, protocol: Protocol, slots: Arc<Semaphore>, mut stopped: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        match accepted {
            Ok((stream, _)) => match Arc::clone(&slots).try_acquire_owned() {
                Ok(slot) => {
                    let serving = connection::serve(Arc::clone(&shared), stream, protocol, graceful.watcher(), stopped.clone());
                    tokio::spawn(async move {
                        serving.await;
                        drop(slot);
                    });
                }
                Err(_) => shared.store().stats.connections_refused += 1,
            },
            // Out of file descriptors, most likely: wait for some to be given back, not in a busy loop.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(STOP_TIMEOUT, graceful.shutdown()).await;
}

#[cfg(test)]
mod tests {
    use super::super::store::StoreLimits;
    use super::*;
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpStream;

    /// A receiver's one place, and a client that has taken it, sent some bytes and says no more.
    struct Silent {
        slots: Arc<Semaphore>,
        stop: watch::Sender<bool>,
        accepting: tokio::task::JoinHandle<()>,
        _client: TcpStream,
    }

    async fn silent(bytes: &[u8]) -> Silent {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::new(Store::new(StoreLimits::default()), 1_000));
        let slots = Arc::new(Semaphore::new(1));
        let (stop, stopped) = watch::channel(false);
        let accepting = tokio::spawn(accept(shared, listener, Protocol::Http, Arc::clone(&slots), stopped));
        let mut client = TcpStream::connect(address).await.expect("it listens");
        client.write_all(bytes).await.expect("it reads");
        while slots.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        Silent { slots, stop, accepting, _client: client }
    }

    // The clock of these tests stands, and goes on by itself to what is waited for next.

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_does_not_keep_its_place_for_good() {
        let rows: [(&str, &[u8]); 6] = [
            ("nothing", b""),
            ("a line feed", b"\n"),
            ("half a head of HTTP/1", b"POST /v1/traces HTTP/1.1\r\nhost: x\r\n"),
            ("half a preface of HTTP/2", b"PRI * HTTP/2"),
            ("a preface and no more", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            ("a preface and empty settings", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
        ];
        for (what, bytes) in rows {
            let silent = silent(bytes).await;
            let place = tokio::time::timeout(Duration::from_secs(600), silent.slots.acquire()).await;
            assert!(place.is_ok(), "{what}: ten minutes later the connection is still there");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_does_not_hold_up_the_end() {
        let silent = silent(b"PRI * HTTP/2").await;
        let before = tokio::time::Instant::now();
        silent.stop.send_replace(true);
        silent.accepting.await.expect("no panic");
        assert_eq!(before.elapsed(), Duration::ZERO, "nothing was waited for");
    }
}
