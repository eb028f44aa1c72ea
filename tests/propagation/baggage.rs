//! `baggage`.

use observability_ts::propagation::{BaggageEntry, MAX_BAGGAGE_BYTES, MAX_BAGGAGE_ENTRIES, MAX_BAGGAGE_ENTRY_BYTES, format_baggage, parse_baggage};
use proptest::prelude::*;

fn entry(key: &str, value: &str, properties: Option<&str>) -> BaggageEntry {
    (key.to_owned(), value.to_owned(), properties.map(str::to_owned))
}

#[test]
fn reads_entries_and_leaves_out_what_is_none() {
    let rows: &[(&str, &str, &[BaggageEntry])] = &[
        ("empty", "", &[]),
        ("two", "a=1,b=2", &[entry("a", "1", None), entry("b", "2", None)]),
        ("white space around everything", " a \t= 1 ,\tb = 2 ; p = q ", &[entry("a", "1", None), entry("b", "2", Some("p = q"))]),
        ("properties as they came", "a=1;p=1;q", &[entry("a", "1", Some("p=1;q"))]),
        ("an escape", "a=x%20y%2C%C3%A9", &[entry("a", "x y,é", None)]),
        ("an escape in the key, as OpenTelemetry JS writes it", "a%20b=1", &[entry("a b", "1", None)]),
        ("a plus is a plus", "a=x+y", &[entry("a", "x+y", None)]),
        ("bytes that are no UTF-8", "a=%ff", &[entry("a", "\u{fffd}", None)]),
        ("half an escape stays", "a=100%", &[entry("a", "100%", None)]),
        ("an equals sign in the value", "a=b=c", &[entry("a", "b=c", None)]),
        ("an empty value", "a=", &[entry("a", "", None)]),
        ("empty properties", "a=1;", &[entry("a", "1", None)]),
        ("no equals sign", "a,b=2", &[entry("b", "2", None)]),
        ("no key", "=1,b=2", &[entry("b", "2", None)]),
        ("a key that is no token", "a(=1,é=2,b c=3,b=2", &[entry("b", "2", None)]),
        ("the last of two with one key, at the place of the first", "a=1,b=2,a=3", &[entry("a", "3", None), entry("b", "2", None)]),
    ];
    for (reason, header, expected) in rows {
        assert_eq!(parse_baggage(header.as_bytes()), *expected, "{reason}");
    }
}

#[test]
fn reads_no_more_than_the_limits() {
    let many: String = (0..500).map(|number| format!("k{number}=1,")).collect();
    assert_eq!(parse_baggage(many.as_bytes()).len(), MAX_BAGGAGE_ENTRIES, "entries");

    let long = format!("a={},b=2", "x".repeat(MAX_BAGGAGE_ENTRY_BYTES - 1));
    assert_eq!(parse_baggage(long.as_bytes()), [entry("b", "2", None)], "an entry one byte too long is left out");

    let just = format!("a={}", "x".repeat(MAX_BAGGAGE_ENTRY_BYTES - 2));
    assert_eq!(parse_baggage(just.as_bytes()).len(), 1, "an entry of the longest length");

    let third = "x".repeat(2_728);
    let header = format!("a={third},b={third},c={third},d=4");
    assert_eq!(header.len(), MAX_BAGGAGE_BYTES + 4);
    let keys: Vec<_> = parse_baggage(header.as_bytes()).into_iter().map(|(key, ..)| key).collect();
    assert_eq!(keys, ["a", "b", "c"], "the entry that goes beyond the bytes ends the reading");
}

#[test]
fn writes_what_can_be_read_and_fits() {
    let rows: &[(&str, &[BaggageEntry], &str)] = &[
        ("none", &[], ""),
        ("an empty key is left out", &[entry("", "1", None), entry("b", "2", None)], "b=2"),
        ("a key that is no token", &[entry("a b=c", "1", None)], "a%20b%3Dc=1"),
        ("a percent sign begins an escape", &[entry("a%20", "100%", None)], "a%2520=100%25"),
        ("line breaks cannot end the header", &[entry("a", "1\r\nx: y", None)], "a=1%0D%0Ax:%20y"),
        ("properties with a line break are left out", &[entry("a", "1", Some("p\r\nx: y"))], "a=1"),
        ("properties with a comma are left out", &[entry("a", "1", Some("p,b=2"))], "a=1"),
        ("properties as they are", &[entry("a", "1", Some("p=1;q"))], "a=1;p=1;q"),
    ];
    for (reason, entries, expected) in rows {
        assert_eq!(format_baggage(entries), *expected, "{reason}");
    }
    let big = "x".repeat(4_000);
    let entries: Vec<_> = ["a", "b", "c", "d"].iter().map(|key| entry(key, if *key == "d" { "4" } else { &big }, None)).collect();
    let keys: Vec<_> = parse_baggage(format_baggage(&entries).as_bytes()).into_iter().map(|(key, ..)| key).collect();
    assert_eq!(keys, ["a", "b", "d"], "what does not fit is left out, what still fits is not");
    let many: Vec<_> = (0..500).map(|number| entry(&format!("k{number}"), "1", None)).collect();
    assert_eq!(parse_baggage(format_baggage(&many).as_bytes()).len(), MAX_BAGGAGE_ENTRIES);
}

proptest! {
    #[test]
    fn never_panics_and_keeps_the_limits(header in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b','), Just(b'='), Just(b'%'), Just(b';'), b'a'..b'd'], 0..300)) {
        let entries = parse_baggage(&header);
        prop_assert!(entries.len() <= MAX_BAGGAGE_ENTRIES);
        prop_assert!(entries.iter().all(|(key, ..)| !key.is_empty()));
    }

    #[test]
    fn round_trips(entries in proptest::collection::btree_map(".{1,12}", (".{0,20}", proptest::option::of("[a-z=;0-9]{1,10}")), 0..20)) {
        let entries: Vec<BaggageEntry> = entries.into_iter().map(|(key, (value, properties))| (key, value, properties)).collect();
        let header = format_baggage(&entries);
        prop_assert!(header.bytes().all(|byte| byte.is_ascii_graphic()), "{:?}", header);
        prop_assert_eq!(parse_baggage(header.as_bytes()), entries);
    }
}
