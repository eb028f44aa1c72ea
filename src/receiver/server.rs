//! The life of a receiver: its thread, its sockets, its end.

use super::config::ReceiverConfig;
use super::error::ReceiverError;
use super::service::{Answer, Shared};
use super::stats::ReceiverStats;
use super::store::Store;
use super::summary::TraceSummary;
use super::{grpc, http};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// The time that requests get to finish when the receiver is stopped.
const STOP_TIMEOUT: Duration = Duration::from_millis(500);

/// The time that the head of an HTTP/1 request may take to come, idle connections included.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// The most requests at once on an HTTP/2 connection.
const MAX_STREAMS: u32 = 64;

/// How much of a request's head is taken.
const MAX_HEAD_BYTES: u32 = 16 * 1024;

/// The protocol of a port.
#[derive(Debug, Clone, Copy)]
enum Protocol {
    Grpc,
    Http,
}

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
        let data = self.shared.store().trace_data(trace_id)?;
        Some(to_json(&data))
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
                Ok(slot) => connection(Arc::clone(&shared), stream, protocol, slot, &graceful),
                Err(_) => shared.store().stats.connections_refused += 1,
            },
            // Out of file descriptors, most likely: wait for some to be given back, not in a busy loop.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(STOP_TIMEOUT, graceful.shutdown()).await;
}

fn connection(shared: Arc<Shared>, stream: TcpStream, protocol: Protocol, slot: OwnedSemaphorePermit, graceful: &GracefulShutdown) {
    // Answers are small and wait for nothing; a socket that refuses the option works without it.
    let _ = stream.set_nodelay(true);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_headers(100);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(MAX_STREAMS).max_header_list_size(MAX_HEAD_BYTES).adaptive_window(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<Answer, Infallible>(route(&shared, protocol, request).await) }
    });
    let serving = graceful.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    tokio::spawn(async move {
        // How a connection ends is the client's business; what came over it has been counted.
        let _ = serving.await;
        drop(slot);
    });
}

async fn route(shared: &Shared, protocol: Protocol, request: ::http::Request<Incoming>) -> Answer {
    match protocol {
        Protocol::Http => http::answer(shared, request).await,
        Protocol::Grpc if grpc::is_grpc(request.headers()) => grpc::answer(shared, request).await,
        Protocol::Grpc => grpc::not_grpc(shared),
    }
}
