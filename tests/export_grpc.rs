//! OTLP over gRPC against real servers: OpenTelemetry's own stub where the server behaves, hyper and bare TCP where it does not.

mod export_support;

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use export_support::*;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use observability_ts::config::Compression;
use observability_ts::export::{Delivery, Payload};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic::{Code, Status};

#[tokio::test]
async fn spans_arrive_as_they_were_encoded_with_headers_and_user_agent() {
    let oracle = Oracle::accepting();
    let exporter = grpc(oracle.serve().await, |settings| {
        settings.headers =
            vec![("api-key".into(), "secret".into()), ("content-type".into(), "text/plain".into()), ("user-agent".into(), "shop/1".into())];
    });
    for spans in [1, 512] {
        assert_accepted(&exporter.export(&payload(spans)).await);
    }
    let requests = oracle.requests.lock().unwrap();
    assert_eq!((&requests[0].1, &requests[1].1), (&request(1), &request(512)));
    let metadata = &requests[0].0;
    assert_eq!(metadata.get("api-key").unwrap(), "secret");
    let user_agent = metadata.get("user-agent").unwrap().to_str().unwrap();
    assert!(user_agent.starts_with(concat!("shop/1 OTel-OTLP-Exporter-Rust/", env!("CARGO_PKG_VERSION"))), "{user_agent}");
    assert!(exporter.health().last_error.is_none());
}

#[tokio::test]
async fn gzip_is_understood_and_a_4_mib_body_passes() {
    let oracle = Oracle::accepting();
    let address = oracle.serve().await;
    let exporter = grpc(address, |settings| settings.compression = Compression::Gzip);
    assert_accepted(&exporter.export(&payload(512)).await);
    let large = payload(40_000);
    assert!(large.body.len() > 4 << 20 >> 1, "{}", large.body.len());
    assert_accepted(&exporter.export(&large).await);
    assert_accepted(&grpc(address, |_| {}).export(&large).await);
    let requests = oracle.requests.lock().unwrap();
    assert_eq!(requests[0].1, request(512));
    assert!(requests[1].1 == request(40_000) && requests[2].1 == request(40_000));
}

#[tokio::test]
async fn partial_success_is_counted_within_what_was_sent_and_not_repeated() {
    let oracle = Oracle::new(|number| {
        let rejected_spans = [2, i64::MAX, -1][number - 1];
        let partial_success = Some(ExportTracePartialSuccess { rejected_spans, error_message: "too\nold".into() });
        Ok(ExportTraceServiceResponse { partial_success })
    });
    let exporter = grpc(oracle.serve().await, |_| {});
    for expected in [2, 5, 0] {
        match exporter.export(&payload(5)).await {
            Delivery::Accepted { rejected_spans, message } => assert_eq!((rejected_spans, message.as_str()), (expected, "too old")),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(oracle.count(), 3);
}

#[tokio::test]
async fn retryable_codes_are_repeated_and_others_are_not() {
    for code in (1..=16).map(Code::from) {
        let oracle = Oracle::new(move |number| if number == 1 { Err(Status::new(code, "for now")) } else { Ok(Default::default()) });
        let delivery = grpc(oracle.serve().await, |_| {}).export(&payload(1)).await;
        let retryable = [Code::Cancelled, Code::DeadlineExceeded, Code::Aborted, Code::OutOfRange, Code::Unavailable, Code::DataLoss];
        if retryable.contains(&code) {
            assert_accepted(&delivery);
        } else {
            let reason = refused(delivery);
            assert!(reason.contains("for now") && reason.contains(&format!("{code:?}")), "{reason}");
        }
        assert_eq!(oracle.count(), 1 + usize::from(retryable.contains(&code)), "{code:?}");
    }
}

#[tokio::test]
async fn retry_info_in_the_trailers_sets_the_wait() {
    // google.rpc.Status { details: [Any { type_url, RetryInfo { Duration { nanos: 400_000_000 } } }] }
    let retry_info = b"\x1a\x34\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x08\x0a\x06\x10\x80\x88\xde\xbe\x01";
    let oracle = Oracle::new(move |number| match number {
        1 => Err(Status::with_details(Code::ResourceExhausted, "slow down", (&retry_info[..]).into())),
        _ => Ok(Default::default()),
    });
    let exporter = grpc(oracle.serve().await, |_| {});
    let started = Instant::now();
    assert_accepted(&exporter.export(&payload(1)).await);
    assert!(started.elapsed() >= Duration::from_millis(400), "{:?}", started.elapsed());
    assert_eq!(oracle.count(), 2);
}

#[tokio::test]
async fn a_server_that_is_down_is_found_when_it_comes_and_again_after_it_went() {
    let (listener, address) = listen().await;
    drop(listener);
    let exporter = Rc::new(grpc(address, |_| {}));
    let oracle = Oracle::accepting();
    for round in 1..=2 {
        tokio::task::LocalSet::new()
            .run_until(async {
                let exporting = tokio::task::spawn_local({
                    let exporter = Rc::clone(&exporter);
                    async move { exporter.export(&payload(1)).await }
                });
                eventually("a failure", || exporter.health().known_down).await;
                assert!(exporter.health().last_error.is_some_and(|why| why.contains("refused") || why.contains("closed")), "{:?}", exporter.health());
                let listener = tokio::net::TcpListener::bind(address).await.unwrap();
                let server = tokio::spawn(oracle.clone().serve_on(listener, None));
                assert_accepted(&exporting.await.unwrap());
                assert_eq!((oracle.count(), exporter.health().known_down), (round, false));
                server.abort();
                let _ = server.await;
            })
            .await;
        // The connection that broke is not held against the next server.
        let delivery = exporter.export_once(&payload(1), Duration::from_secs(5)).await;
        undelivered(delivery);
    }
}

#[tokio::test]
async fn a_server_that_hangs_costs_the_time_limit_and_its_connection() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    let address = serve_raw(move |mut stream| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move {
            let mut swallowed = [0; 4096];
            while stream.read(&mut swallowed).await.is_ok_and(|read| read > 0) {}
        }
    })
    .await;
    let exporter = grpc(address, |_| {});
    for expected in 1..=2 {
        let started = Instant::now();
        let reason = undelivered(exporter.export_once(&payload(1), Duration::from_millis(150)).await);
        assert!(reason.contains("150ms") && started.elapsed() < Duration::from_secs(2), "{reason}");
        eventually("a new connection", || connections.load(Ordering::SeqCst) == expected).await;
    }
}

#[tokio::test]
async fn garbage_and_broken_connections_may_be_repeated_and_say_what_may_be_wrong() {
    let rows: [(&[u8], &str); 4] = [
        (b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", "4317"),
        (b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00", ""),
        (b"", ""),
        (&[0xff; 1000], "4317"),
    ];
    for (bytes, hint) in rows {
        let address = serve_raw(move |mut stream| async move {
            let _ = stream.write_all(bytes).await;
            let _ = stream.shutdown().await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        })
        .await;
        let exporter = grpc(address, |settings| *settings = without_retry(settings.clone()));
        let reason = undelivered(exporter.export(&payload(1)).await);
        assert!(!reason.is_empty() && reason.contains(hint), "{reason}");
    }
}

type Frames = Vec<Result<Frame<bytes::Bytes>, Box<dyn std::error::Error + Send + Sync>>>;

fn grpc_answer(frames: Frames) -> http::Response<ResponseBody> {
    let body = StreamBody::new(tokio_stream(frames)).boxed_unsync();
    http::Response::builder().header("content-type", "application/grpc").body(body).unwrap()
}

/// The frames as a stream, without a crate for it.
fn tokio_stream<T>(items: Vec<T>) -> impl futures_core::Stream<Item = T> {
    struct Items<T>(std::vec::IntoIter<T>);
    impl<T> Unpin for Items<T> {}
    impl<T> futures_core::Stream for Items<T> {
        type Item = T;
        fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<T>> {
            std::task::Poll::Ready(self.0.next())
        }
    }
    Items(items.into_iter())
}

fn data(bytes: impl Into<bytes::Bytes>) -> Result<Frame<bytes::Bytes>, Box<dyn std::error::Error + Send + Sync>> {
    Ok(Frame::data(bytes.into()))
}

fn trailers(status: &'static str) -> Result<Frame<bytes::Bytes>, Box<dyn std::error::Error + Send + Sync>> {
    Ok(Frame::trailers([(http::HeaderName::from_static("grpc-status"), http::HeaderValue::from_static(status))].into_iter().collect()))
}

async fn against(frames: impl Fn() -> Frames + Clone + Send + Sync + 'static) -> Delivery {
    let address = serve_http(move |request| {
        let frames = frames.clone();
        async move {
            let _ = request.into_body().collect().await;
            grpc_answer(frames())
        }
    })
    .await;
    grpc(address, |settings| *settings = without_retry(settings.clone())).export(&payload(5)).await
}

#[tokio::test]
async fn answers_are_read_within_bounds() {
    // An empty message, and then the status.
    assert_accepted(&against(|| vec![data(vec![0; 5]), trailers("0")]).await);
    // Closed half way: before the status, before the end of the message, by a reset.
    assert!(undelivered(against(|| vec![data(vec![0; 5])]).await).contains("without a status"));
    assert!(!undelivered(against(|| vec![data(vec![0, 0, 0]), Err("broken".into())]).await).is_empty());
    // The spans were taken, whatever the message says.
    for nonsense in [vec![0, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff], vec![7], vec![1, 0, 0, 0, 0]] {
        let delivery = against(move || vec![data(nonsense.clone()), trailers("0")]).await;
        assert!(matches!(&delivery, Delivery::Accepted { rejected_spans: 0, message } if message.contains("can't be read")), "{delivery:?}");
    }
    // 10 MB.
    let started = Instant::now();
    assert!(refused(against(|| (0..10).map(|_| data(vec![0; 1 << 20])).chain([trailers("0")]).collect()).await).contains("65536"));
    assert!(started.elapsed() < Duration::from_secs(5));
    // A status no one defined.
    assert!(refused(against(|| vec![trailers("99")]).await).contains("Unknown"));
}

#[tokio::test]
async fn http_failures_are_mapped_and_other_servers_recognised() {
    let rows = [(503, true, "503"), (429, true, "429"), (404, false, "4317"), (401, false, "headers"), (302, false, "302"), (200, false, "4317")];
    for (status, retryable, said) in rows {
        let address = serve_http(move |_| async move { answer(status, &[("content-type", "text/html")], "<html>") }).await;
        let delivery = grpc(address, |settings| *settings = without_retry(settings.clone())).export(&payload(1)).await;
        let reason = if retryable { undelivered(delivery) } else { refused(delivery) };
        assert!(reason.contains(said), "{status}: {reason}");
    }
}

#[tokio::test]
async fn a_slow_request_does_not_hold_the_others() {
    let released = Arc::new(tokio::sync::Notify::new());
    let (gate, log) = (Arc::clone(&released), Log::default());
    let seen = log.clone();
    let address = serve_http(move |request| {
        let (gate, log) = (Arc::clone(&gate), log.clone());
        async move {
            if log.take_in(request).await == 1 {
                gate.notified().await;
            }
            grpc_answer(vec![data(vec![0; 5]), trailers("0")])
        }
    })
    .await;
    let exporter = Rc::new(grpc(address, |_| {}));
    tokio::task::LocalSet::new()
        .run_until(async {
            let slow = tokio::task::spawn_local({
                let exporter = Rc::clone(&exporter);
                async move { exporter.export(&payload(1)).await }
            });
            eventually("the slow request", || seen.len() == 1).await;
            for _ in 0..20 {
                assert_accepted(&exporter.export(&payload(512)).await);
            }
            assert!(!slow.is_finished());
            released.notify_one();
            assert_accepted(&slow.await.unwrap());
        })
        .await;
}

#[tokio::test]
async fn an_empty_request_is_never_sent() {
    let oracle = Oracle::accepting();
    let exporter = grpc(oracle.serve().await, |_| {});
    assert_accepted(&exporter.export(&Payload { body: bytes::Bytes::new(), spans: 0 }).await);
    assert_eq!(oracle.count(), 0);
}
