//! The head sampler against the decisions of OpenTelemetry JS (tests/vectors/head_sampler.mjs made them).

use observability_ts::{config::SamplerSettings, sampling::HeadSampler, span::TraceId};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    ratios: Vec<f64>,
    cases: Vec<(String, String)>,
}

fn trace_id(hex: &str) -> TraceId {
    TraceId::from(u128::from_str_radix(hex, 16).expect("the vectors hold hexadecimal ids"))
}

#[test]
fn decides_as_opentelemetry_js_for_every_vector() {
    let vectors: Vectors = serde_json::from_str(include_str!("vectors/head_sampler.json")).expect("the vectors are JSON");
    assert_eq!(vectors.cases.len(), 300);
    for (id, expected) in &vectors.cases {
        let decide = |ratio: &f64| HeadSampler::new(&SamplerSettings { ratio: *ratio, parent_based: true }).samples(trace_id(id), None);
        let decided: String = vectors.ratios.iter().map(|ratio| if decide(ratio) { '1' } else { '0' }).collect();
        assert_eq!(&decided, expected, "trace id {id}, ratios {:?}", vectors.ratios);
    }
}

#[test]
fn follows_the_parent_only_where_it_is_parent_based() {
    let id = trace_id("4bf92f3577b34da6a3ce929d0e0e4736");
    let rows = [
        ("parentbased_always_on", 1.0, true, Some(false), false),
        ("parentbased_always_on", 1.0, true, Some(true), true),
        ("parentbased_always_on", 1.0, true, None, true),
        ("parentbased_always_off", 0.0, true, Some(true), true),
        ("parentbased_always_off", 0.0, true, None, false),
        ("always_on", 1.0, false, Some(false), true),
        ("always_off", 0.0, false, Some(true), false),
    ];
    for (name, ratio, parent_based, parent, expected) in rows {
        assert_eq!(HeadSampler::new(&SamplerSettings { ratio, parent_based }).samples(id, parent), expected, "{name}, parent {parent:?}");
    }
}

#[test]
fn bounds_stay_where_a_ratio_is_no_share() {
    for (ratio, expected) in [(-1.0, 0), (f64::NAN, 0), (2.0, 1 << 32), (1.0, 1 << 32), (0.0, 0), (0.5, 2_147_483_647)] {
        assert_eq!(SamplerSettings { ratio, parent_based: true }.upper_bound(), expected, "ratio {ratio}");
    }
}
