//! OTLP JSON lines in a file: for debugging, and for the Collector's file receiver.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::json::json_line;
use super::{ExportError, Outcome, Request, Transport};

/// Appends one line for each batch, in the encoding of the OTLP specification's "JSON Protobuf Encoding" and its "File Exporter".
#[derive(Debug)]
pub struct FileTransport {
    lines: Arc<Mutex<Lines>>,
}

#[derive(Debug)]
struct Lines {
    file: File,
    /// The last write failed half way: the next line must not continue that one.
    torn: bool,
}

impl FileTransport {
    /// Opens the file for appending, and makes it if there is none.
    pub fn new(path: &str) -> Result<Self, ExportError> {
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(|why| {
            ExportError::new(
                "OBS_FILE_UNWRITABLE",
                format!("the exporter's file '{path}' can't be opened: {why}"),
                "give the path of a file in a directory that exists and may be written to",
            )
        })?;
        Ok(Self { lines: Arc::new(Mutex::new(Lines { file, torn: false })) })
    }
}

impl Transport for FileTransport {
    async fn send(&self, request: &Request) -> Outcome {
        let lines = Arc::clone(&self.lines);
        let body = request.body.clone();
        let written = tokio::task::spawn_blocking(move || {
            let line = json_line(&body)?;
            lines.lock().unwrap_or_else(PoisonError::into_inner).append(&line)
        });
        match written.await.unwrap_or_else(|panic| Err(io::Error::other(panic))) {
            Ok(()) => Outcome::ACCEPTED,
            Err(why) if why.kind() == io::ErrorKind::InvalidData => Outcome::Fatal { reason: format!("the batch can't be written as JSON: {why}") },
            // A full disk may have room again.
            Err(why) => Outcome::Retryable { reason: format!("the exporter's file can't be written: {why}"), server_delay: None },
        }
    }

    fn forget_connections(&self) {}
}

impl Lines {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.file.write_all(b"\n")?;
        }
        // One call for the whole line, so that several processes can share the file.
        let written = self.file.write_all(line);
        self.torn = written.is_err();
        written
    }
}
