//! What is told of spans that were lost, when the process ends.

use super::ledger::Stats;

impl Stats {
    /// One line when something was lost, or is now that the process ends. Where the last flush was `settled`, all that had ended before it was dealt with:
    /// what is under way ended after that, and was in nobody's hands.
    #[must_use]
    pub fn loss_line(&self, settled: bool) -> Option<String> {
        let dropped = &self.dropped;
        let undelivered = if settled { 0 } else { self.queued.total() };
        let reasons = [
            (dropped.ring_full, "came faster than they could be read"),
            (dropped.unwritable, "were too large to be handed over"),
            (dropped.malformed, "could not be read"),
            (dropped.too_large, "were too large for a request"),
            (dropped.queue_full, "made room in a full queue"),
            (dropped.rejected, "were rejected by the collector"),
            (dropped.refused, "were refused for good"),
            (dropped.undelivered, "could not be delivered in time"),
            (dropped.shutdown, "had no time left at shutdown"),
            (undelivered, "were not delivered before the process ended (does the collector run? OBS_EXIT_TIMEOUT sets the time)"),
        ];
        let lost: u64 = reasons.iter().map(|(count, _)| count).sum();
        if lost == 0 {
            return None;
        }
        let told: Vec<_> = reasons.iter().filter(|(count, _)| *count > 0).map(|(count, reason)| format!("{count} {reason}")).collect();
        Some(format!("[OBS_SPANS_LOST] observability-ts: {lost} of {} spans were lost: {}\n", self.started, told.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ledger::{Dropped, Queued};
    use super::*;

    #[test]
    fn every_reason_is_told_with_its_count() {
        let dropped =
            Dropped { ring_full: 1, unwritable: 2, malformed: 3, too_large: 4, queue_full: 5, rejected: 6, refused: 7, undelivered: 8, shutdown: 9 };
        let stats = Stats { started: 100, dropped, queued: Queued { ring: 10, batch: 11, queue: 12, in_flight: 13 }, ..Stats::default() };
        let line = stats.loss_line(false).expect("a line");
        assert!(line.starts_with("[OBS_SPANS_LOST] observability-ts: 91 of 100 spans were lost: 1 came faster"), "{line}");
        assert!(line.contains(", 46 were not delivered before the process ended (") && line.ends_with(")\n"), "{line}");
        assert_eq!(line.matches(", ").count(), 9, "{line}");
    }

    #[test]
    fn what_ended_after_a_settled_flush_is_not_told() {
        let queued = Queued { ring: 3, ..Queued::default() };
        let busy = Stats { started: 5, exported: 2, queued, ..Stats::default() };
        assert_eq!(busy.loss_line(true), None);
        assert!(busy.loss_line(false).is_some());
        let dropped = Dropped { rejected: 1, ..Dropped::default() };
        let line = Stats { started: 6, dropped, ..busy }.loss_line(true).expect("a line");
        assert_eq!(line, "[OBS_SPANS_LOST] observability-ts: 1 of 6 spans were lost: 1 were rejected by the collector\n");
    }
}
