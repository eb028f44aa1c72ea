//! The rules of OTLP, row by row, and the retry loop on paused time with a scripted transport.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use observability_ts::config::Compression;
use observability_ts::export::classify::{classify_grpc, classify_http, grpc_code_of_http, parse_retry_after};
use observability_ts::export::{Delivery, Outcome, Payload, Request, Retry, RetryPolicy, Transport, UndeliveredCause};
use prost::Message;
use tokio::time::Instant;
use tonic::Code;

/// `google.rpc.Status` with one `RetryInfo`, byte by byte as the wire format has it.
fn retry_info(seconds: u8) -> Vec<u8> {
    let mut any = b"\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08".to_vec();
    any.push(seconds);
    let mut status = vec![0x08, 0x08, 0x1a, any.len() as u8];
    status.append(&mut any);
    status
}

#[test]
fn grpc_codes_are_classified_as_the_specification_says() {
    let seconds = |seconds| Some(Some(Duration::from_secs(seconds)));
    let rows = [
        // code, details, Some(server delay) if retryable, why
        (Code::Cancelled, vec![], Some(None), "retryable"),
        (Code::Unknown, vec![], None, "not in the list"),
        (Code::InvalidArgument, vec![], None, "the bytes are at fault"),
        (Code::DeadlineExceeded, vec![], Some(None), "retryable"),
        (Code::NotFound, vec![], None, "not in the list"),
        (Code::AlreadyExists, vec![], None, "not in the list"),
        (Code::PermissionDenied, vec![], None, "not in the list"),
        (Code::ResourceExhausted, vec![], None, "the server does not say that it will recover"),
        (Code::ResourceExhausted, retry_info(7), seconds(7), "RetryInfo says when"),
        (Code::ResourceExhausted, b"\xff\xffgarbage".to_vec(), None, "details that can't be read are none"),
        (Code::FailedPrecondition, vec![], None, "not in the list"),
        (Code::Aborted, vec![], Some(None), "retryable"),
        (Code::OutOfRange, vec![], Some(None), "retryable"),
        (Code::Unimplemented, vec![], None, "not in the list"),
        (Code::Internal, vec![], None, "not in the list"),
        (Code::Internal, retry_info(7), None, "RetryInfo does not make it retryable"),
        (Code::Unavailable, vec![], Some(None), "retryable"),
        (Code::Unavailable, retry_info(3), seconds(3), "throttling"),
        (Code::DataLoss, vec![], Some(None), "retryable"),
        (Code::Unauthenticated, vec![], None, "not in the list"),
    ];
    for (code, details, retryable, why) in rows {
        match (classify_grpc(code, "said", &details), retryable) {
            (Outcome::Retryable { server_delay, reason }, Some(expected)) => {
                assert_eq!(server_delay, expected, "{code:?}: {why}");
                assert!(reason.contains("said"), "{reason}");
            }
            (Outcome::Fatal { reason }, None) => assert!(reason.contains("said"), "{reason}"),
            (outcome, _) => panic!("{code:?}: {why}, but {outcome:?}"),
        }
    }
}

#[test]
fn http_statuses_are_classified_as_the_specification_says() {
    for status in 300..600 {
        let outcome = classify_http(status, Some(Duration::from_secs(9)), None, "");
        if [429, 502, 503, 504].contains(&status) {
            assert!(matches!(outcome, Outcome::Retryable { server_delay: Some(delay), .. } if delay.as_secs() == 9), "{status}: {outcome:?}");
            assert_eq!(grpc_code_of_http(status), Code::Unavailable);
        } else {
            assert!(matches!(outcome, Outcome::Fatal { .. }), "{status}: {outcome:?}");
            assert!(matches!(classify_grpc(grpc_code_of_http(status), "", &[]), Outcome::Fatal { .. }), "{status}");
        }
    }
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777 - 60); // a minute before RFC 9110's example
    let rows: [(&[u8], Option<u64>, &str); 15] = [
        (b"120", Some(120), "seconds"),
        (b" 5 ", Some(5), "white space around is allowed"),
        (b"0", Some(0), "at once"),
        (b"Sun, 06 Nov 1994 08:49:37 GMT", Some(60), "IMF-fixdate"),
        (b"Sunday, 06-Nov-94 08:49:37 GMT", Some(60), "RFC 850"),
        (b"Sun Nov  6 08:49:37 1994", Some(60), "asctime"),
        (b"Sun, 06 Nov 1994 08:40:00 GMT", Some(0), "a date in the past is no wait"),
        (b"99999999999999999999999", Some(86_400), "bounded"),
        (b"+1", None, "signs are not digits"),
        (b"-1", None, "signs are not digits"),
        (b"1.5", None, "whole seconds only"),
        (b"", None, "nothing"),
        (b"soon", None, "neither"),
        (b"\xff\xfe", None, "not text"),
        (b"Sun, 06 Nov 1994", None, "half a date"),
    ];
    for (value, seconds, why) in rows {
        assert_eq!(parse_retry_after(value, now), seconds.map(Duration::from_secs), "{}: {why}", String::from_utf8_lossy(value));
    }
}

/// Gives scripted outcomes, the last one again and again, and keeps what it was asked.
struct Script {
    outcomes: RefCell<VecDeque<Outcome>>,
    takes: Duration,
    sent: RefCell<Vec<(Instant, Request)>>,
    forgotten: Cell<usize>,
}

impl Script {
    fn new(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        Self { outcomes: RefCell::new(outcomes.into_iter().collect()), takes: Duration::ZERO, sent: RefCell::default(), forgotten: Cell::new(0) }
    }

    fn waits(&self) -> Vec<Duration> {
        self.sent.borrow().windows(2).map(|pair| pair[1].0 - pair[0].0).collect()
    }
}

impl Transport for Script {
    async fn send(&self, request: &Request) -> Outcome {
        self.sent.borrow_mut().push((Instant::now(), request.clone()));
        tokio::time::sleep(self.takes).await;
        let mut outcomes = self.outcomes.borrow_mut();
        if outcomes.len() > 1 { outcomes.pop_front().unwrap() } else { outcomes[0].clone() }
    }

    fn forget_connections(&self) {
        self.forgotten.set(self.forgotten.get() + 1);
    }
}

fn busy(server_delay: Option<u64>) -> Outcome {
    Outcome::Retryable { reason: "busy".into(), server_delay: server_delay.map(Duration::from_secs) }
}

fn unreachable() -> Outcome {
    Outcome::Unreachable { reason: "refused".into() }
}

const POLICY: RetryPolicy =
    RetryPolicy { attempt_timeout: Duration::from_secs(10), first_wait: Duration::from_secs(5), window: Duration::from_secs(300) };

fn retry(script: Script) -> Retry<Script> {
    Retry::new(script, POLICY, Compression::None)
}

fn payload() -> Payload {
    Payload { body: b"spans".to_vec().into(), spans: 3 }
}

#[tokio::test(start_paused = true)]
async fn a_retryable_failure_is_repeated_with_the_same_bytes_until_it_succeeds() {
    let retry = retry(Script::new([busy(None), unreachable(), Outcome::ACCEPTED]));
    let payload = payload();
    assert!(matches!(retry.deliver(&payload).await, Delivery::Accepted { rejected_spans: 0, .. }));
    let sent = retry.transport().sent.borrow();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|(_, request)| request.body.as_ptr() == payload.body.as_ptr()), "the bytes were copied");
    assert_eq!(retry.health().snapshot().consecutive_failures, 0);
}

#[tokio::test(start_paused = true)]
async fn gzip_is_done_once_for_all_attempts() {
    let retry = Retry::new(Script::new([busy(None), busy(None), Outcome::ACCEPTED]), POLICY, Compression::Gzip);
    let plain: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let _ = retry.deliver(&Payload { body: plain.clone().into(), spans: 1 }).await;
    let sent = retry.transport().sent.borrow();
    assert!(sent.iter().all(|(_, request)| request.gzip && request.body.as_ptr() == sent[0].1.body.as_ptr()));
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*sent[0].1.body), &mut unpacked).unwrap();
    assert!(unpacked == plain);
}

#[tokio::test(start_paused = true)]
async fn partial_success_and_refusal_are_never_repeated() {
    let retry_partial = retry(Script::new([Outcome::Success { rejected_spans: 2, message: "two were bad".into() }]));
    assert!(matches!(retry_partial.deliver(&payload()).await, Delivery::Accepted { rejected_spans: 2, message } if message == "two were bad"));
    assert_eq!(retry_partial.transport().sent.borrow().len(), 1);
    let retry_refused = retry(Script::new([Outcome::Fatal { reason: "no".into() }]));
    assert!(matches!(retry_refused.deliver(&payload()).await, Delivery::Refused { reason } if reason == "no"));
    assert_eq!(retry_refused.transport().sent.borrow().len(), 1);
    let health = retry_refused.health().snapshot();
    assert_eq!((health.known_down, health.last_error.as_deref()), (false, Some("no")), "a server that refuses is not down");
}

#[tokio::test(start_paused = true)]
async fn waits_grow_to_the_cap_and_end_with_the_window() {
    let retry = retry(Script::new([unreachable()]));
    let started = Instant::now();
    let payload = payload();
    let Delivery::Undelivered { payload: back, cause, reason } = retry.deliver(&payload).await else { panic!("delivered") };
    assert_eq!((cause, reason.as_str(), back.spans), (UndeliveredCause::WindowElapsed, "refused", 3));
    assert_eq!(back.body.as_ptr(), payload.body.as_ptr());
    assert!(started.elapsed() <= POLICY.window, "{:?}", started.elapsed());
    assert!(started.elapsed() >= POLICY.window - Duration::from_secs(45), "gave up early: {:?}", started.elapsed());
    let waits = retry.transport().waits();
    assert!(waits[0] >= Duration::from_millis(2500) && waits.iter().all(|wait| *wait <= Duration::from_millis(45_001)), "{waits:?}");
    assert!(waits.windows(2).any(|pair| pair[0].as_millis() * 3 != pair[1].as_millis() * 2), "no jitter: {waits:?}");
    assert!(retry.health().snapshot().known_down);
}

#[tokio::test(start_paused = true)]
async fn a_servers_wait_is_kept_to() {
    let retry = retry(Script::new([busy(Some(60)), Outcome::ACCEPTED]));
    assert!(matches!(retry.deliver(&payload()).await, Delivery::Accepted { .. }));
    let wait = retry.transport().waits()[0];
    assert!((60..=66).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test(start_paused = true)]
async fn a_servers_wait_past_the_window_gives_up_at_once() {
    let retry = retry(Script::new([busy(Some(301))]));
    let started = Instant::now();
    assert!(matches!(retry.deliver(&payload()).await, Delivery::Undelivered { cause: UndeliveredCause::WindowElapsed, .. }));
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_ended_and_the_way_forgotten() {
    let retry = retry(Script { takes: Duration::from_secs(3600), ..Script::new([Outcome::ACCEPTED]) });
    let started = Instant::now();
    let Delivery::Undelivered { reason, .. } = retry.deliver_once(&payload(), Duration::from_millis(200)).await else { panic!("delivered") };
    assert_eq!(started.elapsed().as_millis(), 200);
    assert!(reason.contains("200ms"), "{reason}");
    assert_eq!(retry.transport().forgotten.get(), 1);
    assert!(retry.health().snapshot().known_down);
}

#[tokio::test(start_paused = true)]
async fn draining_makes_one_last_attempt_and_waits_no_more() {
    tokio::task::LocalSet::new()
        .run_until(async {
            let retry = Rc::new(retry(Script::new([unreachable()])));
            let waiting = tokio::task::spawn_local({
                let retry = Rc::clone(&retry);
                async move { retry.deliver(&payload()).await }
            });
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(retry.transport().sent.borrow().len(), 1);
            let started = Instant::now();
            retry.drain();
            let Delivery::Undelivered { cause, payload, .. } = waiting.await.unwrap() else { panic!("delivered") };
            assert_eq!((cause, payload.spans), (UndeliveredCause::Stopped, 3));
            assert_eq!(retry.transport().sent.borrow().len(), 2);
            assert_eq!(started.elapsed(), Duration::ZERO);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn cancelling_gives_payloads_back_even_from_an_attempt_in_flight() {
    tokio::task::LocalSet::new()
        .run_until(async {
            let retry = Rc::new(retry(Script { takes: Duration::from_secs(5), ..Script::new([Outcome::ACCEPTED]) }));
            let in_flight = tokio::task::spawn_local({
                let retry = Rc::clone(&retry);
                async move { retry.deliver(&payload()).await }
            });
            tokio::time::sleep(Duration::from_secs(1)).await;
            retry.cancel();
            retry.drain(); // does not undo it
            let Delivery::Undelivered { cause, payload: back, .. } = in_flight.await.unwrap() else { panic!("delivered") };
            assert_eq!((cause, &back.body), (UndeliveredCause::Stopped, &payload().body));
            assert!(matches!(retry.deliver(&back).await, Delivery::Undelivered { .. }), "nothing is sent after cancelling");
            assert_eq!(retry.transport().sent.borrow().len(), 1);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_only_turns_away_is_down_after_three_times() {
    let retry = retry(Script::new([busy(None)]));
    for expected in [false, false, true, true] {
        let _ = retry.deliver_once(&payload(), Duration::from_secs(1)).await;
        assert_eq!(retry.health().snapshot().known_down, expected);
    }
    assert_eq!(retry.health().snapshot().failed_attempts, 4);
}

#[tokio::test(start_paused = true)]
async fn one_broken_connection_between_successes_is_not_down() {
    let retry = retry(Script::new([unreachable(), Outcome::ACCEPTED, unreachable(), unreachable(), Outcome::ACCEPTED]));
    for expected in [true, false, false, true, false] {
        let _ = retry.deliver_once(&payload(), Duration::from_secs(1)).await;
        assert_eq!(retry.health().snapshot().known_down, expected, "{:?}", retry.health().snapshot());
    }
}

#[test]
fn an_exporter_may_be_asked_from_any_thread() {
    fn shared<T: Send + Sync>() {}
    shared::<observability_ts::export::Exporter>();
}

#[test]
fn the_handwritten_retry_info_is_what_a_protobuf_library_reads() {
    // The oracle for `retry_info`: prost's own well-known Any.
    #[derive(Clone, PartialEq, Message)]
    struct Status {
        #[prost(message, repeated, tag = "3")]
        details: Vec<Any>,
    }
    #[derive(Clone, PartialEq, Message)]
    struct Any {
        #[prost(string, tag = "1")]
        type_url: String,
    }
    assert_eq!(Status::decode(&*retry_info(7)).unwrap().details[0].type_url, "type.googleapis.com/google.rpc.RetryInfo");
}
