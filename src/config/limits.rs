//! Limits of a span.

use super::{
    settings::LimitSettings,
    sources::{Integer, Sources},
    variables as var,
};

/// Each limit from its option, else its own variable, else the one for all records (specification, "Attribute Limits").
pub(super) fn resolve(sources: &mut Sources) -> LimitSettings {
    let mut limit = |option, variables, unit, default: u32| {
        let setting = Integer { option: Some(option), variables, min: 0, max: u64::from(u32::MAX), unit };
        sources.integer(&setting).map_or(default, |number| number as u32)
    };
    let default = LimitSettings::default();
    LimitSettings {
        attribute_count: limit(
            "limits.attributeCount",
            &[var::OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, var::OTEL_ATTRIBUTE_COUNT_LIMIT],
            "attributes",
            default.attribute_count,
        ),
        attribute_value_length: limit(
            "limits.attributeValueLength",
            &[var::OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT, var::OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT],
            "UTF-16 code units",
            default.attribute_value_length,
        ),
        event_count: limit("limits.eventCount", &[var::OTEL_SPAN_EVENT_COUNT_LIMIT], "events", default.event_count),
        link_count: limit("limits.linkCount", &[var::OTEL_SPAN_LINK_COUNT_LIMIT], "links", default.link_count),
        attribute_per_event_count: limit(
            "limits.attributePerEventCount",
            &[var::OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT, var::OTEL_ATTRIBUTE_COUNT_LIMIT],
            "attributes",
            default.attribute_per_event_count,
        ),
        attribute_per_link_count: limit(
            "limits.attributePerLinkCount",
            &[var::OTEL_LINK_ATTRIBUTE_COUNT_LIMIT, var::OTEL_ATTRIBUTE_COUNT_LIMIT],
            "attributes",
            default.attribute_per_link_count,
        ),
    }
}
