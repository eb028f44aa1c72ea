//! Spans as readable text, for a developer's terminal.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use super::console_text::render;
use super::{Outcome, Request, Transport};

/// How long a reader of standard output may be slower than we are before text is given up.
const MAX_STDOUT_WAIT: Duration = Duration::from_secs(2);

/// Writes one block of lines for each span.
pub struct ConsoleTransport {
    sink: Arc<Mutex<Box<dyn Write + Send>>>,
}

impl ConsoleTransport {
    /// Writes to the process's standard output. A closed or blocked one is an outcome, never a panic.
    pub fn stdout() -> Self {
        Self::to(Box::new(Stdout))
    }

    /// Writes to any sink.
    pub fn to(sink: Box<dyn Write + Send>) -> Self {
        Self { sink: Arc::new(Mutex::new(sink)) }
    }
}

impl fmt::Debug for ConsoleTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsoleTransport").finish_non_exhaustive()
    }
}

impl Transport for ConsoleTransport {
    async fn send(&self, request: &Request) -> Outcome {
        let sink = Arc::clone(&self.sink);
        let body = request.body.clone();
        // A terminal may be paused: that must not stop the worker.
        let written = tokio::task::spawn_blocking(move || {
            let request = ExportTraceServiceRequest::decode(body).map_err(io::Error::other)?;
            let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
            sink.write_all(render(&request).as_bytes())?;
            sink.flush()
        });
        match written.await.unwrap_or_else(|panic| Err(io::Error::other(panic))) {
            Ok(()) => Outcome::ACCEPTED,
            Err(why) => Outcome::Fatal { reason: format!("the console can't be written to: {why}") },
        }
    }

    fn forget_connections(&self) {}
}

/// Standard output as Node leaves it: perhaps non-blocking, so that a full pipe is an error for a moment.
struct Stdout;

impl Write for Stdout {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let started = Instant::now();
        let mut stdout = io::stdout().lock();
        loop {
            match stdout.write(text) {
                Err(why) if why.kind() == io::ErrorKind::WouldBlock && started.elapsed() < MAX_STDOUT_WAIT => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let started = Instant::now();
        loop {
            match io::stdout().flush() {
                Err(why) if why.kind() == io::ErrorKind::WouldBlock && started.elapsed() < MAX_STDOUT_WAIT => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                flushed => return flushed,
            }
        }
    }
}
