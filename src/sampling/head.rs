//! The head decision: made once, where a trace starts, from its id alone.

use crate::{config::SamplerSettings, span::TraceId};

/// The head sampler (`always_on`, `always_off`, `traceidratio`, each alone or under the parent's decision).
///
/// JavaScript makes these decisions where spans start; this is the same rule for the Rust side, and the one that tests hold both against.
/// The rule is OpenTelemetry JS', so that services on either keep the same traces.
///
/// ```
/// use observability_ts::{config::SamplerSettings, sampling::HeadSampler, span::TraceId};
///
/// let sampler = HeadSampler::new(&SamplerSettings { ratio: 0.1, parent_based: true });
/// let trace_id = TraceId::from(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
/// assert!(!sampler.samples(trace_id, None), "0x918a_b738 is not below a tenth of 2^32");
/// assert!(sampler.samples(trace_id, Some(true)), "its parent was sampled");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadSampler {
    upper_bound: u64,
    parent_based: bool,
}

impl HeadSampler {
    /// A sampler of these settings.
    pub fn new(settings: &SamplerSettings) -> Self {
        Self { upper_bound: settings.upper_bound(), parent_based: settings.parent_based }
    }

    /// Whether a trace is kept. `parent_sampled` is the sampled flag of a valid parent, `None` for a root span.
    pub fn samples(&self, trace_id: TraceId, parent_sampled: Option<bool>) -> bool {
        match parent_sampled {
            Some(sampled) if self.parent_based => sampled,
            _ => trace_id != TraceId::INVALID && folded(trace_id) < self.upper_bound,
        }
    }
}

/// The four 32-bit words of a trace id, XORed.
fn folded(trace_id: TraceId) -> u64 {
    let id = u128::from_be_bytes(trace_id.to_bytes());
    let words = [id, id >> 32, id >> 64, id >> 96].map(|word| word as u32);
    u64::from(words.iter().fold(0, |folded, word| folded ^ word))
}
