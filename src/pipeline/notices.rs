//! What the user is told: rarely, with a code.

use std::time::{Duration, Instant};

/// A line for the user's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Stable, to search and to filter by.
    pub code: &'static str,
    /// What happened and the way out.
    pub message: String,
}

/// Where notices go; called on the worker thread, must not block.
pub type NoticeSink = Box<dyn Fn(Notice) + Send>;

/// One line about deliveries at most this often.
pub(super) const DELIVERY_INTERVAL: Duration = Duration::from_secs(30);

/// Passes notices on, those about deliveries at a bounded rate.
pub(super) struct Notices {
    sink: NoticeSink,
    last_delivery: Option<Instant>,
    withheld: u64,
}

impl Notices {
    pub fn new(sink: NoticeSink) -> Self {
        Self { sink, last_delivery: None, withheld: 0 }
    }

    /// Passes on what happens once.
    pub fn once(&self, code: &'static str, message: String) {
        (self.sink)(Notice { code, message });
    }

    /// Passes on a line about deliveries, unless one was passed on lately; the next one says how many were withheld.
    pub fn delivery(&mut self, code: &'static str, message: impl FnOnce() -> String, now: Instant) {
        if self.last_delivery.is_some_and(|last| now.duration_since(last) < DELIVERY_INTERVAL) {
            self.withheld += 1;
            return;
        }
        let mut message = message();
        if self.withheld > 0 {
            message.push_str(&format!(" ({} like messages were withheld)", self.withheld));
        }
        self.withheld = 0;
        self.last_delivery = Some(now);
        (self.sink)(Notice { code, message });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn deliveries_are_told_of_every_thirty_seconds_and_what_happens_once_at_once() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&told);
        let mut notices = Notices::new(Box::new(move |notice| sink.lock().unwrap().push(notice.message)));
        let begin = Instant::now();
        for (second, text) in [(0, "first"), (1, "second"), (29, "third"), (30, "fourth"), (31, "fifth"), (70, "sixth")] {
            notices.delivery("CODE", || text.to_owned(), begin + Duration::from_secs(second));
        }
        notices.once("CODE", "once".to_owned());
        let expected = ["first", "fourth (2 like messages were withheld)", "sixth (1 like messages were withheld)", "once"];
        assert_eq!(*told.lock().unwrap(), expected);
    }
}
