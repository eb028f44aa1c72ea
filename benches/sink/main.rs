//! A sink for benchmarks: takes OTLP over HTTP/1.1 and gRPC, counts, and throws away.
//!
//! ```text
//! cargo run --release --example sink -- [--host 127.0.0.1] [--http-port 0] [--grpc-port 0] [--count-spans]
//! ```
//!
//! It prints one line of JSON when it listens, `{"httpPort":…,"grpcPort":…}`, one with its counts for each line on standard input, and one
//! last when standard input is closed or SIGTERM or SIGINT comes: `{"requests":…,"bytes":…,"spans":…,"failures":…}`. `bytes` are those of
//! bodies as they came, compressed or not. `spans` stays 0 without `--count-spans`, which walks over each body (gunzipped, if need be).
//!
//! It runs on one thread and does no more per byte than read it, so that on a machine of few cores it takes little from what is measured.

mod count;

use bytes::{Bytes, BytesMut};
use count::spans_of;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// What HTTP/2 may send before it hears from us: larger than any batch, so that no sender waits for a window.
const WINDOW_BYTES: u32 = 16 * 1024 * 1024;
const FRAME_BYTES: u32 = 1024 * 1024;

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    bytes: AtomicU64,
    spans: AtomicU64,
    failures: AtomicU64,
}

impl Counts {
    fn json(&self) -> String {
        let [requests, bytes, spans, failures] =
            [&self.requests, &self.bytes, &self.spans, &self.failures].map(|count| count.load(Ordering::Relaxed));
        serde_json::json!({ "requests": requests, "bytes": bytes, "spans": spans, "failures": failures }).to_string()
    }
}

#[derive(Debug)]
struct Options {
    host: IpAddr,
    http_port: u16,
    grpc_port: u16,
    count_spans: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { host: IpAddr::V4(Ipv4Addr::LOCALHOST), http_port: 0, grpc_port: 0, count_spans: false };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--host" => options.host = value()?.parse().map_err(|_| "--host takes an IP address")?,
                "--http-port" => options.http_port = value()?.parse().map_err(|_| "--http-port takes a port")?,
                "--grpc-port" => options.grpc_port = value()?.parse().map_err(|_| "--grpc-port takes a port")?,
                "--count-spans" => options.count_spans = true,
                _ => return Err(format!("unknown argument {argument}; see benches/sink/main.rs")),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    let run = || -> Result<(), String> {
        let options = Options::parse(std::env::args().skip(1))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        runtime.block_on(run(options)).map_err(|error| error.to_string())
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("sink: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> std::io::Result<()> {
    let counts = Arc::new(Counts::default());
    let http = TcpListener::bind((options.host, options.http_port)).await?;
    let grpc = TcpListener::bind((options.host, options.grpc_port)).await?;
    // Before the line that tells the caller it may send signals.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    println!("{}", serde_json::json!({ "httpPort": http.local_addr()?.port(), "grpcPort": grpc.local_addr()?.port() }));
    for listener in [http, grpc] {
        tokio::spawn(accept(listener, Arc::clone(&counts), options.count_spans));
    }
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            line = lines.next_line() => match line? {
                Some(_) => println!("{}", counts.json()),
                None => break,
            },
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    // Whoever started it may be gone.
    let _ = writeln!(std::io::stdout(), "{}", counts.json());
    // The reader of standard input is a thread that may still block in a read: leave without waiting for it.
    std::process::exit(0)
}

async fn accept(listener: TcpListener, counts: Arc<Counts>, count_spans: bool) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let counts = Arc::clone(&counts);
        tokio::spawn(async move {
            let mut builder = Builder::new(TokioExecutor::new());
            builder.http1().max_buf_size(1024 * 1024);
            builder
                .http2()
                .initial_stream_window_size(WINDOW_BYTES)
                .initial_connection_window_size(WINDOW_BYTES)
                .max_frame_size(FRAME_BYTES)
                .max_concurrent_streams(1_000);
            let service = service_fn(|request| {
                let counts = Arc::clone(&counts);
                async move { Ok::<_, Infallible>(answer(request, &counts, count_spans).await) }
            });
            // Senders end their connections as they like.
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, counts: &Counts, count_spans: bool) -> Response<BoxBody<Bytes, Infallible>> {
    let grpc = request.headers().get("content-type").is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"));
    let gzip = request.headers().get("content-encoding").is_some_and(|value| value == "gzip");
    let mut body = request.into_body();
    let mut kept = BytesMut::new();
    while let Some(Ok(frame)) = body.frame().await {
        let Some(data) = frame.data_ref() else { continue };
        counts.bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
        if count_spans {
            kept.extend_from_slice(data);
        }
    }
    counts.requests.fetch_add(1, Ordering::Relaxed);
    if count_spans {
        match spans_of(&kept, grpc, gzip) {
            Some(spans) => counts.spans.fetch_add(spans, Ordering::Relaxed),
            None => counts.failures.fetch_add(1, Ordering::Relaxed),
        };
    }
    if grpc { grpc_answer() } else { http_answer() }
}

fn http_answer() -> Response<BoxBody<Bytes, Infallible>> {
    let mut answer = Response::new(Empty::new().boxed());
    answer.headers_mut().insert("content-type", HeaderValue::from_static("application/x-protobuf"));
    answer
}

/// An empty message, uncompressed, and the status of success in the trailers.
fn grpc_answer() -> Response<BoxBody<Bytes, Infallible>> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let body = Full::new(Bytes::from_static(&[0; 5])).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut answer = Response::new(body.boxed());
    answer.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    answer
}
