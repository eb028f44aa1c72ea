//! The exporter of the pipeline: settings in, deliveries out.

use std::time::Duration;

use super::console::ConsoleTransport;
use super::file::FileTransport;
use super::grpc::GrpcTransport;
use super::http::HttpTransport;
use super::retry::{Retry, RetryPolicy};
use super::{Delivery, ExportError, HealthSnapshot, MemoryStore, Outcome, Payload, Request, Transport};
use crate::config::{Compression, ExporterKind, ExporterSettings};

/// Delivers payloads to the destination of its settings, with retries.
///
/// Shared by reference: any number of [`export`](Self::export) futures may run at once on one thread, and one that waits does not hold up
/// the others. It starts no task, timer or thread of its own before it is used, and leaves none running while nothing is in flight.
///
/// ```
/// # use observability_ts::{config::{ExporterKind, ExporterSettings}, export::{Delivery, Exporter, Payload}};
/// # use std::time::Duration;
/// # let settings = ExporterSettings { kind: ExporterKind::Memory, endpoint: String::new(), headers: vec![], compression: Default::default(),
/// #     timeout: Duration::from_secs(10), tls: Default::default(), proxy: None, retry_window: Duration::from_secs(300),
/// #     retry_first_wait: Duration::from_secs(5) };
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let exporter = Exporter::new(&settings)?;
/// let payload = Payload { body: vec![0x0a, 0x00].into(), spans: 1 };
/// match exporter.export(&payload).await {
///     Delivery::Accepted { rejected_spans, .. } => assert_eq!(rejected_spans, 0),
///     Delivery::Refused { reason } => panic!("lost: {reason}"),
///     Delivery::Undelivered { reason, .. } => panic!("perhaps later: {reason}"),
/// }
/// # Ok::<(), observability_ts::export::ExportError>(()) }).unwrap();
/// ```
#[derive(Debug)]
pub struct Exporter {
    retry: Retry<Destination>,
}

/// Every kind of destination.
#[derive(Debug)]
enum Destination {
    Grpc(Box<GrpcTransport>),
    Http(Box<HttpTransport>),
    File(FileTransport),
    Console(ConsoleTransport),
    Memory(MemoryStore),
    Nowhere,
}

impl Exporter {
    /// Checks the settings and reads the files they name. Nothing is connected, resolved or sent yet, and no runtime is needed.
    ///
    /// # Errors
    /// A setting that can't be used; its [`code`](ExportError::code) is one of `OBS_ENDPOINT_INVALID`, `OBS_ENDPOINT_CREDENTIALS`,
    /// `OBS_HEADER_INVALID`, `OBS_TLS_CA_INVALID`, `OBS_TLS_CLIENT_INVALID`, `OBS_TLS_CLIENT_INCOMPLETE`, `OBS_TLS_SERVER_NAME_INVALID`,
    /// `OBS_PROXY_INVALID`, `OBS_FILE_UNWRITABLE`.
    pub fn new(settings: &ExporterSettings) -> Result<Self, ExportError> {
        let destination = match settings.kind {
            ExporterKind::OtlpGrpc => Destination::Grpc(Box::new(GrpcTransport::new(settings)?)),
            ExporterKind::OtlpHttp => Destination::Http(Box::new(HttpTransport::new(settings)?)),
            ExporterKind::File => Destination::File(FileTransport::new(&settings.endpoint)?),
            ExporterKind::Console => Destination::Console(ConsoleTransport::stdout()),
            ExporterKind::Memory => Destination::Memory(MemoryStore::default()),
            ExporterKind::None => Destination::Nowhere,
        };
        let mut policy = RetryPolicy::from(settings);
        let mut compression = settings.compression;
        if !matches!(settings.kind, ExporterKind::OtlpGrpc | ExporterKind::OtlpHttp) {
            // A write to a disk or a terminal that hangs cannot be called off: were the batch tried again meanwhile, it would be there twice.
            policy.attempt_timeout = Duration::MAX;
            compression = Compression::None;
        }
        Ok(Self { retry: Retry::new(destination, policy, compression) })
    }

    /// Delivers the payload, trying again as OTLP's rules and the settings say: see [`Retry::deliver`]. Needs a tokio runtime with time and I/O.
    ///
    /// Dropping the future abandons the delivery; the caller still has its payload.
    pub async fn export(&self, payload: &Payload) -> Delivery {
        self.retry.deliver(payload).await
    }

    /// Makes one attempt that takes no longer than `limit`, for the flush at exit. With a destination that is
    /// [known to be down](HealthSnapshot::known_down), give one payload a short limit, as a probe, and give up the rest when it fails.
    pub async fn export_once(&self, payload: &Payload, limit: Duration) -> Delivery {
        self.retry.deliver_once(payload, limit).await
    }

    /// What is known about the destination. May be called from any thread, at any time.
    pub fn health(&self) -> HealthSnapshot {
        self.retry.health().snapshot()
    }

    /// For the beginning of a shutdown: deliveries wait no more between attempts. One that waits makes a last attempt now.
    pub fn drain(&self) {
        self.retry.drain();
    }

    /// Takes [`drain`](Self::drain) back, for a process that was about to end and did not.
    pub fn resume(&self) {
        self.retry.resume();
    }

    /// For the end of a shutdown: every delivery, also one whose attempt is in flight, gives its payload back at once.
    pub fn cancel(&self) {
        self.retry.cancel();
    }

    /// Where the memory exporter keeps its batches; `None` for the other kinds.
    pub fn memory_store(&self) -> Option<MemoryStore> {
        match self.retry.transport() {
            Destination::Memory(store) => Some(store.clone()),
            _ => None,
        }
    }
}

impl Transport for Destination {
    async fn send(&self, request: &Request) -> Outcome {
        match self {
            Self::Grpc(transport) => transport.send(request).await,
            Self::Http(transport) => transport.send(request).await,
            Self::File(transport) => transport.send(request).await,
            Self::Console(transport) => transport.send(request).await,
            Self::Memory(transport) => transport.send(request).await,
            Self::Nowhere => Outcome::ACCEPTED,
        }
    }

    fn forget_connections(&self) {
        match self {
            Self::Grpc(transport) => transport.forget_connections(),
            Self::Http(transport) => transport.forget_connections(),
            Self::File(transport) => transport.forget_connections(),
            Self::Console(transport) => transport.forget_connections(),
            Self::Memory(transport) => transport.forget_connections(),
            Self::Nowhere => {}
        }
    }
}
