//! A real OTLP/HTTP server on a thread of its own, told how to answer each request.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse};
use prost::Message;

/// How a request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Accept,
    /// Partial success: that many spans of the request are rejected.
    Reject(i64),
    /// 503: try again.
    Busy,
    /// 400: never again.
    Refuse,
    /// Accepts after a while.
    Slow(Duration),
    /// Says nothing until the gate is opened, then accepts.
    Hang,
    /// Takes the spans and closes the connection in the middle of the answer.
    HangUp,
}

type Judge = Box<dyn Fn(usize) -> Answer + Send + Sync>;

struct Inner {
    judge: Judge,
    /// Ids of the spans of each request that was accepted, whole or in part.
    accepted: Mutex<Vec<Vec<u64>>>,
    requests: Mutex<usize>,
    open: Mutex<bool>,
    opened: Condvar,
    stopped: AtomicBool,
}

impl Inner {
    fn take(&self, body: &[u8]) {
        let request = ExportTraceServiceRequest::decode(body).expect("a request");
        let spans = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans).flat_map(|scope| &scope.spans);
        let ids = spans.map(|span| u64::from_be_bytes(span.span_id.as_slice().try_into().expect("eight bytes"))).collect();
        self.accepted.lock().unwrap().push(ids);
    }
}

pub struct Sink {
    inner: Arc<Inner>,
    pub endpoint: String,
}

impl Sink {
    /// Answers the n-th request (from 0) as the judge says.
    pub fn start(judge: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let endpoint = format!("http://{}/v1/traces", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner {
            judge: Box::new(judge),
            accepted: Mutex::default(),
            requests: Mutex::default(),
            open: Mutex::default(),
            opened: Condvar::new(),
            stopped: AtomicBool::new(false),
        });
        let shared = Arc::clone(&inner);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let inner = Arc::clone(&shared);
                if inner.stopped.load(Ordering::SeqCst) {
                    return;
                }
                std::thread::spawn(move || while serve(&stream, &inner).is_some() {});
            }
        });
        Self { inner, endpoint }
    }

    /// Lets requests that hang, and all that would, be accepted.
    pub fn open(&self) {
        *self.inner.open.lock().unwrap() = true;
        self.inner.opened.notify_all();
    }

    pub fn requests(&self) -> usize {
        *self.inner.requests.lock().unwrap()
    }

    /// The first span id of each accepted request, in the order of acceptance.
    pub fn first_ids(&self) -> Vec<u64> {
        self.inner.accepted.lock().unwrap().iter().map(|ids| ids[0]).collect()
    }

    pub fn accepted_spans(&self) -> usize {
        self.inner.accepted.lock().unwrap().iter().map(Vec::len).sum()
    }

    pub fn wait_for_requests(&self, count: usize) {
        let begin = Instant::now();
        while self.requests() < count {
            assert!(begin.elapsed() < super::PATIENCE, "{} of {count} requests came", self.requests());
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.inner.stopped.store(true, Ordering::SeqCst);
        self.open();
        // The accepting thread looks up once more, and ends.
        let address = self.endpoint.trim_start_matches("http://").trim_end_matches("/v1/traces");
        drop(TcpStream::connect(address));
    }
}

/// One request of a connection; `None` at its end.
fn serve(mut stream: &TcpStream, inner: &Inner) -> Option<()> {
    let body = read_request(stream)?;
    let number = {
        let mut requests = inner.requests.lock().unwrap();
        *requests += 1;
        *requests - 1
    };
    let answer = (inner.judge)(number);
    let mut response = ExportTraceServiceResponse::default();
    let status = match answer {
        Answer::Busy => "503 Service Unavailable",
        Answer::Refuse => "400 Bad Request",
        Answer::HangUp => {
            inner.take(&body);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
            return None;
        }
        Answer::Hang => {
            let open = inner.open.lock().unwrap();
            drop(inner.opened.wait_while(open, |open| !*open).unwrap());
            "200 OK"
        }
        Answer::Slow(time) => {
            std::thread::sleep(time);
            "200 OK"
        }
        Answer::Reject(rejected_spans) => {
            response.partial_success = Some(ExportTracePartialSuccess { rejected_spans, error_message: "too odd".into() });
            "200 OK"
        }
        Answer::Accept => "200 OK",
    };
    if status == "200 OK" {
        inner.take(&body);
    }
    let body = response.encode_to_vec();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&body).ok()
}

fn read_request(mut stream: &TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse().ok()?;
            let mut body = bytes.split_off(end + 4);
            let have = body.len().min(length);
            body.resize(length, 0);
            stream.read_exact(&mut body[have..]).ok()?;
            return Some(body);
        }
        let read = stream.read(&mut part).ok().filter(|&read| read > 0)?;
        bytes.extend_from_slice(&part[..read]);
    }
}
