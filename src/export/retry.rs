//! The loop around a transport: time limit, back-off, window, and an end to all that at shutdown.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::backoff::Backoff;
use super::compress::gzip;
use super::{Delivery, Health, Outcome, Payload, Request, Transport, UndeliveredCause};
use crate::config::{Compression, ExporterSettings};

/// How long and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The time one attempt may take.
    pub attempt_timeout: Duration,
    /// The first wait after a retryable failure; waits grow by half up to 30 s and are jittered.
    pub first_wait: Duration,
    /// No attempt begins later than this after the first one. Zero: a single attempt.
    pub window: Duration,
}

impl From<&ExporterSettings> for RetryPolicy {
    fn from(settings: &ExporterSettings) -> Self {
        Self { attempt_timeout: settings.timeout, first_wait: settings.retry_first_wait, window: settings.retry_window }
    }
}

/// What deliveries may still do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Wait and try again.
    Running,
    /// Try at once, wait no more.
    Draining,
    /// Nothing: give the payload back.
    Cancelled,
}

/// A transport that tries again. Any number of deliveries may run at once, on one thread; each waits for itself alone.
#[derive(Debug)]
pub struct Retry<T> {
    transport: T,
    policy: RetryPolicy,
    compression: Compression,
    health: Health,
    phase: watch::Sender<Phase>,
}

impl<T: Transport> Retry<T> {
    /// Decorates a transport.
    pub fn new(transport: T, policy: RetryPolicy, compression: Compression) -> Self {
        Self { transport, policy, compression, health: Health::default(), phase: watch::Sender::new(Phase::Running) }
    }

    /// The decorated transport.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// What is known about the destination.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Ends all waiting: a delivery that waits makes one last attempt now, and a failed attempt is not repeated.
    pub fn drain(&self) {
        self.enter(Phase::Draining);
    }

    /// Takes [`drain`](Self::drain) back: deliveries that begin from now on wait and try again as before. Not after [`cancel`](Self::cancel).
    pub fn resume(&self) {
        self.phase.send_if_modified(|current| {
            let drained = *current == Phase::Draining;
            if drained {
                *current = Phase::Running;
            }
            drained
        });
    }

    /// Ends all deliveries at once, also attempts in flight: they give their payloads back.
    pub fn cancel(&self) {
        self.enter(Phase::Cancelled);
    }

    fn enter(&self, phase: Phase) {
        self.phase.send_if_modified(|current| {
            let later = phase > *current;
            *current = phase.max(*current);
            later
        });
    }

    /// Delivers the payload, trying again as the policy and OTLP's rules say. The bytes are compressed once, whatever the number of attempts.
    ///
    /// Dropping the future abandons the delivery; the caller still has its payload.
    pub async fn deliver(&self, payload: &Payload) -> Delivery {
        if payload.body.is_empty() {
            return NOTHING_TO_SEND;
        }
        let stopped = |reason: String| undelivered(payload, UndeliveredCause::Stopped, reason);
        let mut phase = self.phase.subscribe();
        let Some(request) = unless_cancelled(&mut phase, self.prepare(payload)).await else { return stopped(CANCELLED.into()) };
        let started = Instant::now();
        let mut backoff = Backoff::new(self.policy.first_wait);
        loop {
            let attempt = self.attempt(&request, self.policy.attempt_timeout);
            let Some(outcome) = unless_cancelled(&mut phase, attempt).await else { return stopped(CANCELLED.into()) };
            let (reason, server_delay) = match settle(outcome) {
                Ok(delivery) => return delivery,
                Err(failure) => failure,
            };
            if *phase.borrow() >= Phase::Draining {
                return stopped(reason);
            }
            let wait = backoff.next(server_delay);
            if started.elapsed() + wait > self.policy.window {
                return undelivered(payload, UndeliveredCause::WindowElapsed, reason);
            }
            tokio::select! {
                () = sleep(wait) => {}
                _ = phase.wait_for(|phase| *phase >= Phase::Draining) => {}
            }
            if *phase.borrow() == Phase::Cancelled {
                return stopped(reason);
            }
        }
    }

    /// Makes one attempt that takes no longer than `limit`: for the flush at exit, and to probe a server that is known to be down.
    pub async fn deliver_once(&self, payload: &Payload, limit: Duration) -> Delivery {
        if payload.body.is_empty() {
            return NOTHING_TO_SEND;
        }
        let mut phase = self.phase.subscribe();
        let attempt = async {
            let request = self.prepare(payload).await;
            self.attempt(&request, limit.min(self.policy.attempt_timeout)).await
        };
        let stopped = |reason| undelivered(payload, UndeliveredCause::Stopped, reason);
        match unless_cancelled(&mut phase, attempt).await {
            Some(outcome) => settle(outcome).unwrap_or_else(|(reason, _)| stopped(reason)),
            None => stopped(CANCELLED.into()),
        }
    }

    async fn prepare(&self, payload: &Payload) -> Request {
        let plain = Request { body: payload.body.clone(), gzip: false, spans: payload.spans };
        match self.compression {
            Compression::None => plain,
            // Writing into memory does not fail; were it to, the plain bytes are as good.
            Compression::Gzip => match gzip(&payload.body).await {
                Ok(body) => Request { body, gzip: true, ..plain },
                Err(_) => plain,
            },
        }
    }

    async fn attempt(&self, request: &Request, limit: Duration) -> Outcome {
        let outcome = match timeout(limit, self.transport.send(request)).await {
            Ok(outcome) => outcome,
            Err(_) => {
                self.transport.forget_connections();
                Outcome::Unreachable { reason: format!("no answer within {limit:?}") }
            }
        };
        self.health.record(&outcome);
        outcome
    }
}

/// OTLP forbids empty requests; a payload without bytes breaks its contract, and loses nothing.
const NOTHING_TO_SEND: Delivery = Delivery::Accepted { rejected_spans: 0, message: String::new() };
const CANCELLED: &str = "the exporter was shut down before the server answered";

async fn unless_cancelled<F: Future>(phase: &mut watch::Receiver<Phase>, future: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        _ = phase.wait_for(|phase| *phase == Phase::Cancelled) => None,
        output = future => Some(output),
    }
}

/// What an outcome settles for good, or the failure that another attempt may mend.
fn settle(outcome: Outcome) -> Result<Delivery, (String, Option<Duration>)> {
    match outcome {
        Outcome::Success { rejected_spans, message } => Ok(Delivery::Accepted { rejected_spans, message }),
        Outcome::Fatal { reason } => Ok(Delivery::Refused { reason }),
        Outcome::Retryable { reason, server_delay } => Err((reason, server_delay)),
        Outcome::Unreachable { reason } => Err((reason, None)),
    }
}

fn undelivered(payload: &Payload, cause: UndeliveredCause, reason: String) -> Delivery {
    Delivery::Undelivered { payload: payload.clone(), cause, reason }
}
