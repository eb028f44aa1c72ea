//! The head sampler.

use super::{
    settings::SamplerSettings,
    sources::{Sources, share},
    variables as var,
    warning::{codes, shown},
};

const WORDS: &str = "always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio";

/// The option's rate, under the parent's decision unless `parentBased` is false; else what the variables say.
pub(super) fn resolve(sources: &mut Sources) -> SamplerSettings {
    let rate = sources.share_option("sampling.rate");
    let parent_based = sources.bool_option("sampling.parentBased");
    let mut sampler = match rate {
        Some(ratio) => SamplerSettings { ratio, ..SamplerSettings::default() },
        None => by_variables(sources),
    };
    sampler.parent_based = parent_based.unwrap_or(sampler.parent_based);
    sampler
}

fn by_variables(sources: &mut Sources) -> SamplerSettings {
    let argument = sources.variable(var::OTEL_TRACES_SAMPLER_ARG);
    let Some(word) = sources.variable(var::OTEL_TRACES_SAMPLER) else {
        if argument.is_some() {
            let message = format!(
                "{} was ignored: it takes effect only with {}=parentbased_traceidratio or traceidratio",
                var::OTEL_TRACES_SAMPLER_ARG,
                var::OTEL_TRACES_SAMPLER
            );
            sources.warn(codes::VALUE_UNKNOWN, message);
        }
        return SamplerSettings::default();
    };
    let lower = word.to_ascii_lowercase();
    let (parent_based, root) = lower.strip_prefix("parentbased_").map_or((false, lower.as_str()), |root| (true, root));
    match root {
        "always_on" => SamplerSettings { ratio: 1.0, parent_based },
        "always_off" => SamplerSettings { ratio: 0.0, parent_based },
        "traceidratio" => SamplerSettings { ratio: ratio(sources, argument), parent_based },
        _ => {
            sources.warn_word(var::OTEL_TRACES_SAMPLER, word, WORDS, "parentbased_always_on is used");
            SamplerSettings::default()
        }
    }
}

/// The ratio of `traceidratio`. What is none counts as not set, and then every trace is kept (specification, `OTEL_TRACES_SAMPLER_ARG`).
fn ratio(sources: &mut Sources, argument: Option<&str>) -> f64 {
    let default = SamplerSettings::default().ratio;
    let Some(text) = argument else { return default };
    share(text).unwrap_or_else(|| {
        let message = format!("{} is {}, and must be a number from 0 to 1; every trace is kept", var::OTEL_TRACES_SAMPLER_ARG, shown(text));
        sources.warn(codes::NUMBER_INVALID, message);
        default
    })
}
