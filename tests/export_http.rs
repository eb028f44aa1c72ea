//! OTLP over HTTP against real servers: hyper where the server speaks HTTP, bare TCP where it does not.

mod export_support;

use std::io::Read;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use export_support::*;
use observability_ts::config::Compression;
use observability_ts::export::{Delivery, Exporter};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A server that answers the n-th request (from 1) as told, and what it saw.
async fn answering(reply: impl Fn(usize) -> http::Response<ResponseBody> + Send + Sync + 'static) -> (std::net::SocketAddr, Log) {
    let (log, reply) = (Log::default(), Arc::new(reply));
    let seen = log.clone();
    let address = serve_http(move |request| {
        let (log, reply) = (log.clone(), Arc::clone(&reply));
        async move { reply(log.take_in(request).await) }
    })
    .await;
    (address, seen)
}

/// One attempt against a server with one answer.
async fn once(reply: impl Fn() -> http::Response<ResponseBody> + Send + Sync + 'static) -> Delivery {
    let (address, _) = answering(move |_| reply()).await;
    http(address, |settings| settings.retry_window = Duration::ZERO).export(&payload(5)).await
}

/// One attempt against a server that writes some bytes, whatever it was asked, and closes.
async fn once_raw(bytes: &'static [u8]) -> Delivery {
    let address = serve_raw(move |mut stream| async move {
        let mut asked = [0; 256];
        let _ = stream.read(&mut asked).await;
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    })
    .await;
    http(address, |settings| settings.retry_window = Duration::ZERO).export(&payload(5)).await
}

#[tokio::test]
async fn spans_arrive_as_they_were_encoded_with_headers_and_user_agent() {
    let (address, log) = answering(|_| ok()).await;
    let exporter = http(address, |settings| {
        settings.headers = vec![("authorization".into(), "Bearer x".into()), ("content-length".into(), "3".into())];
    });
    assert_accepted(&exporter.export(&payload(512)).await);
    let seen = &log.seen()[0];
    assert_eq!((seen.head.method.as_str(), seen.head.uri.path()), ("POST", "/v1/traces"));
    assert_eq!(seen.header("content-type"), Some("application/x-protobuf"));
    assert_eq!(seen.header("authorization"), Some("Bearer x"));
    assert_eq!(seen.header("content-encoding"), None);
    assert_eq!(seen.header("content-length"), Some(seen.body.len().to_string().as_str()), "a body of known length is not chunked");
    assert!(seen.header("user-agent").unwrap().starts_with(concat!("OTel-OTLP-Exporter-Rust/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(ExportTraceServiceRequest::decode(seen.body.clone()).unwrap(), request(512));
}

#[tokio::test]
async fn gzip_bodies_say_so() {
    let (address, log) = answering(|_| ok()).await;
    assert_accepted(&http(address, |settings| settings.compression = Compression::Gzip).export(&payload(512)).await);
    let seen = &log.seen()[0];
    assert_eq!(seen.header("content-encoding"), Some("gzip"));
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&*seen.body).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == payload(512).body && seen.body.len() < unpacked.len() / 4);
}

#[tokio::test]
async fn partial_success_is_understood_in_protobuf_and_json() {
    let partial_success = ExportTracePartialSuccess { rejected_spans: 2, error_message: "two were too old".into() };
    let protobuf = ExportTraceServiceResponse { partial_success: Some(partial_success) }.encode_to_vec();
    let json = br#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"two were too old"}}"#.to_vec();
    let numeric = br#"{"partialSuccess":{"rejectedSpans":2,"errorMessage":"two were too old"}}"#.to_vec();
    for (content_type, body) in [("application/x-protobuf", protobuf), ("application/json", json), ("application/json", numeric)] {
        match once(move || answer(200, &[("content-type", content_type)], body.clone())).await {
            Delivery::Accepted { rejected_spans: 2, message } => assert_eq!(message, "two were too old"),
            other => panic!("{content_type}: {other:?}"),
        }
    }
    assert_accepted(&once(|| answer(200, &[("content-type", "application/json")], "{}")).await);
    assert_accepted(&once(|| answer(202, &[], "")).await);
}

#[tokio::test]
async fn only_the_four_statuses_are_repeated() {
    for status in [400, 401, 403, 404, 405, 408, 413, 415, 429, 500, 501, 502, 503, 504, 505] {
        let (address, log) = answering(move |number| if number == 1 { answer(status, &[], "") } else { ok() }).await;
        let delivery = http(address, |_| {}).export(&payload(1)).await;
        let repeated = [429, 502, 503, 504].contains(&status);
        if repeated {
            assert_accepted(&delivery);
        } else {
            assert!(refused(delivery).contains(&status.to_string()));
        }
        assert_eq!(log.len(), 1 + usize::from(repeated), "{status}");
        assert!(log.seen().iter().all(|seen| seen.body == payload(1).body));
    }
}

#[tokio::test]
async fn the_servers_words_are_passed_on() {
    // google.rpc.Status { code: 3, message: "bad span" }
    let status = b"\x08\x03\x12\x08bad span";
    assert!(refused(once(|| answer(400, &[("content-type", "application/x-protobuf")], &status[..])).await).ends_with("400: bad span"));
    assert!(refused(once(|| answer(400, &[("content-type", "application/json")], r#"{"message":"bad span"}"#)).await).ends_with("bad span"));
    assert!(refused(once(|| answer(400, &[("content-type", "text/plain; charset=utf-8")], "bad\r\nspan\n")).await).ends_with("bad  span"));
    assert!(refused(once(|| answer(400, &[("content-type", "text/html")], "<html>")).await).ends_with("Bad Request"));
    assert!(refused(once(|| answer(400, &[("content-type", "application/x-protobuf")], &[0xff; 100][..])).await).ends_with("Bad Request"));
}

#[tokio::test]
async fn retry_after_is_kept_to_as_seconds_and_as_date() {
    let date = || httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    for (value, at_least) in [(None, 1.0), (Some(date), 0.9)] {
        let value = value.map_or_else(|| "1".to_owned(), |date| date());
        let (address, log) = answering(move |number| if number == 1 { answer(503, &[("retry-after", &value)], "") } else { ok() }).await;
        let started = Instant::now();
        assert_accepted(&http(address, |_| {}).export(&payload(1)).await);
        let waited = started.elapsed().as_secs_f64();
        assert!((at_least..4.0).contains(&waited), "{waited} s");
        assert_eq!(log.len(), 2);
    }
}

#[tokio::test]
async fn redirects_are_not_followed_and_the_target_is_named_without_its_secrets() {
    let (target, seen) = answering(|_| ok()).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("http://user:password@{target}/v1/traces?token=secret#x");
        let reason = refused(once(move || answer(status, &[("location", &location)], "")).await);
        assert!(reason.contains(&format!("http://{target}/v1/traces,")) && reason.contains(&status.to_string()), "{reason}");
        assert!(!reason.contains("secret") && !reason.contains("password"), "{reason}");
    }
    assert_eq!(seen.len(), 0);
}

#[tokio::test]
async fn success_with_an_odd_answer_is_a_warning_since_the_spans_were_taken() {
    let long = Bytes::from(vec![b'x'; 10_000_000]);
    let rows = [
        (once(|| answer(200, &[("content-type", "text/html")], "<html>")).await, "text/html"),
        (once(|| answer(200, &[("content-type", "application/x-protobuf")], &[0xff; 9][..])).await, "not OTLP"),
        (once(|| answer(200, &[("content-type", "application/json")], "[1")).await, "not OTLP"),
        (once(move || answer(200, &[("content-type", "application/x-protobuf")], long.clone())).await, "longer than 65536"),
        (once_raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 100\r\n\r\nhalf").await, "connection broke"),
    ];
    for (delivery, said) in rows {
        assert!(matches!(&delivery, Delivery::Accepted { rejected_spans: 0, message } if message.contains(said)), "{said}: {delivery:?}");
    }
}

#[tokio::test]
async fn garbage_and_broken_connections_may_be_repeated_and_say_what_may_be_wrong() {
    // The last is how a gRPC server begins.
    for (bytes, hint) in [
        (&b""[..], ""),
        (b"HTTP/1.1 200 OK\r\nconte", ""),
        (b"\xff\xfe\x00garbage\r\n\r\n", "4318"),
        (b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", "4318"),
    ] {
        let reason = undelivered(once_raw(bytes).await);
        assert!(!reason.is_empty() && reason.contains(hint), "{reason}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_costs_the_time_limit() {
    let address = serve_raw(|mut stream| async move {
        let mut swallowed = Vec::new();
        let _ = stream.read_to_end(&mut swallowed).await;
    })
    .await;
    let exporter = http(address, |settings| {
        settings.timeout = Duration::from_millis(150);
        settings.retry_window = Duration::from_millis(1);
    });
    let started = Instant::now();
    assert!(undelivered(exporter.export(&payload(512)).await).contains("150ms"));
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_failure_with_a_10_mb_page_is_read_no_further_than_the_bound() {
    let page = Bytes::from(vec![b'x'; 10_000_000]);
    let started = Instant::now();
    let reason = refused(once(move || answer(500, &[("content-type", "text/plain")], page.clone())).await);
    assert!(reason.len() < 1000 && started.elapsed() < Duration::from_secs(5), "{reason}");
}

#[tokio::test]
async fn a_server_that_is_down_is_found_when_it_comes() {
    let (listener, address) = listen().await;
    drop(listener);
    let exporter = Rc::new(http(address, |_| {}));
    tokio::task::LocalSet::new()
        .run_until(async {
            let exporting = tokio::task::spawn_local({
                let exporter = Rc::clone(&exporter);
                async move { exporter.export(&payload(1)).await }
            });
            eventually("a failure", || exporter.health().known_down).await;
            assert!(exporter.health().last_error.is_some_and(|why| why.contains("refused")), "{:?}", exporter.health());
            let listener = tokio::net::TcpListener::bind(address).await.unwrap();
            tokio::spawn(serve_on(listener, None, |_| async { ok() }));
            assert_accepted(&exporting.await.unwrap());
            assert!(!exporter.health().known_down);
        })
        .await;
}

#[tokio::test]
async fn a_known_to_be_down_server_costs_an_exit_next_to_nothing() {
    let (listener, address) = listen().await;
    drop(listener);
    let exporter = http(address, |_| {});
    let started = Instant::now();
    undelivered(exporter.export_once(&payload(1), Duration::from_secs(1)).await);
    assert!(exporter.health().known_down && started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    exporter.cancel();
    let started = Instant::now();
    undelivered(exporter.export(&payload(1)).await);
    assert!(started.elapsed() < Duration::from_millis(50));
}

#[tokio::test]
async fn slow_requests_do_not_hold_the_others_and_connections_are_reused() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let (log, connections) = (Log::default(), Arc::new(std::sync::Mutex::new(std::collections::HashSet::new())));
    let (seen, opened, opening) = (log.clone(), Arc::clone(&connections), Arc::clone(&gate));
    // Connections are told apart by what a plain hyper server does not tell: so the test counts them itself.
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            connections.lock().unwrap().insert(peer);
            let (log, gate) = (log.clone(), Arc::clone(&gate));
            let service = hyper::service::service_fn(move |request| {
                let (log, gate) = (log.clone(), Arc::clone(&gate));
                async move {
                    if log.take_in(request).await == 1 {
                        gate.notified().await;
                    }
                    Ok::<_, std::convert::Infallible>(ok())
                }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(hyper_util::rt::TokioIo::new(stream), service));
        }
    });
    let exporter = Rc::new(http(address, |_| {}));
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
            opening.notify_one();
            assert_accepted(&slow.await.unwrap());
        })
        .await;
    assert!(opened.lock().unwrap().len() <= 3, "{:?}", opened.lock().unwrap());
}

#[test]
fn settings_that_cannot_work_are_errors_with_a_code_and_no_secret() {
    use observability_ts::config::{ExporterKind, ExporterSettings};
    let base = |kind, endpoint: &str| settings(kind, endpoint);
    let with_header =
        |name: &str, value: &str| ExporterSettings { headers: vec![(name.into(), value.into())], ..base(ExporterKind::OtlpHttp, "http://h/") };
    let with_proxy = |proxy: &str| ExporterSettings { proxy: Some(proxy.into()), ..base(ExporterKind::OtlpHttp, "http://h/") };
    let rows = [
        (base(ExporterKind::OtlpGrpc, ""), "OBS_ENDPOINT_INVALID"),
        (base(ExporterKind::OtlpGrpc, "localhost:4317"), "OBS_ENDPOINT_INVALID"),
        (base(ExporterKind::OtlpGrpc, "/v1/traces"), "OBS_ENDPOINT_INVALID"),
        (base(ExporterKind::OtlpGrpc, "ftp://localhost"), "OBS_ENDPOINT_INVALID"),
        (base(ExporterKind::OtlpHttp, "http://"), "OBS_ENDPOINT_INVALID"),
        (base(ExporterKind::OtlpHttp, "http://:4318"), "OBS_ENDPOINT_INVALID"),
        (base(ExporterKind::OtlpHttp, "http://host:99999/"), "OBS_ENDPOINT_INVALID"),
        (base(ExporterKind::OtlpHttp, "http://host:0/"), "OBS_ENDPOINT_INVALID"),
        (base(ExporterKind::OtlpHttp, "http://ho st/"), "OBS_ENDPOINT_INVALID"),
        (base(ExporterKind::OtlpHttp, "http://user:secret@host/"), "OBS_ENDPOINT_CREDENTIALS"),
        (with_header("bad name", "x"), "OBS_HEADER_INVALID"),
        (with_header("x", "secret\r\ninjected: 1"), "OBS_HEADER_INVALID"),
        (with_header("", "x"), "OBS_HEADER_INVALID"),
        (with_proxy("socks5://user:secret@host:1"), "OBS_PROXY_INVALID"),
        (with_proxy("https://host:1"), "OBS_PROXY_INVALID"),
        (with_proxy(""), "OBS_PROXY_INVALID"),
        (base(ExporterKind::File, "/nowhere/at/all/spans.jsonl"), "OBS_FILE_UNWRITABLE"),
    ];
    for (settings, code) in rows {
        let error = Exporter::new(&settings).map(drop).expect_err(&format!("{} {:?}", settings.endpoint, settings.proxy));
        assert_eq!(error.code(), code, "{error}");
        assert!(!error.to_string().contains("secret") && error.to_string().contains(error.advice()), "{error}");
    }
    for good in ["http://localhost", "http://[::1]:4318/v1/traces", "HTTPS://Collector.example:443/x?y=1"] {
        Exporter::new(&base(ExporterKind::OtlpHttp, good)).unwrap();
    }
}
