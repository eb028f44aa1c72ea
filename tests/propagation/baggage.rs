//! `baggage`.

use observability_ts::propagation::{BaggageEntry, MAX_BAGGAGE_BYTES, MAX_BAGGAGE_ENTRIES, ReadBaggage, format_baggage, parse_baggage};
use proptest::prelude::*;

fn entry(key: &str, value: &str, properties: Option<&str>) -> BaggageEntry {
    (key.to_owned(), value.to_owned(), properties.map(str::to_owned))
}

#[test]
fn reads_entries_and_leaves_out_what_is_none() {
    let rows: &[(&str, &str, &[BaggageEntry])] = &[
        ("empty", "", &[]),
        ("two", "a=1,b=2", &[entry("a", "1", None), entry("b", "2", None)]),
        ("white space around everything", " a \t= 1 ,\tb = 2 ; p = q\t;; r ", &[entry("a", "1", None), entry("b", "2", Some("p=q;r"))]),
        ("properties as they came", "a=1;p=1;q", &[entry("a", "1", Some("p=1;q"))]),
        ("an escape", "a=x%20y%2C%C3%A9", &[entry("a", "x y,é", None)]),
        ("an escape in the key, as OpenTelemetry JS writes it", "a%20b=1", &[entry("a b", "1", None)]),
        ("a plus is a plus", "a=x+y", &[entry("a", "x+y", None)]),
        ("bytes that are no UTF-8", "a=%ff", &[entry("a", "\u{fffd}", None)]),
        ("half an escape stays", "a=100%", &[entry("a", "100%", None)]),
        ("an equals sign in the value", "a=b=c", &[entry("a", "b=c", None)]),
        ("an empty value", "a=", &[entry("a", "", None)]),
        ("empty properties", "a=1;", &[entry("a", "1", None)]),
        ("empty entries", ",a=1,,\t,", &[entry("a", "1", None)]),
        ("a property that could not be sent on", "a=1;p=é;q", &[entry("a", "1", Some("q"))]),
        ("a property of equals signs", "a=1;p==q", &[entry("a", "1", Some("p==q"))]),
        ("no equals sign", "a,b=2", &[entry("b", "2", None)]),
        ("no key", "=1,b=2", &[entry("b", "2", None)]),
        ("a key that is no token", "a(=1,é=2,b c=3,b=2", &[entry("b", "2", None)]),
        ("the last of two with one key, at the place of the first", "a=1,b=2,a=3", &[entry("a", "3", None), entry("b", "2", None)]),
    ];
    for (reason, header, expected) in rows {
        assert_eq!(parse_baggage(header.as_bytes()).entries, *expected, "{reason}");
    }
}

#[test]
fn reads_no_more_than_the_limits() {
    let many: String = (0..500).map(|number| format!("k{number}=1,")).collect();
    assert_eq!(parse_baggage(many.as_bytes()).entries.len(), MAX_BAGGAGE_ENTRIES, "entries");

    let long = format!("a={}", "x".repeat(MAX_BAGGAGE_BYTES - 2));
    assert!(parse_baggage(long.as_bytes()).is_whole, "one entry may have all the bytes");
    assert_eq!(parse_baggage(format!("{long}x").as_bytes()), ReadBaggage::default(), "and not one more");

    let third = "x".repeat(2_728);
    let header = format!("a={third},b={third},c={third},d=4");
    assert_eq!(header.len(), MAX_BAGGAGE_BYTES + 4);
    let keys: Vec<_> = parse_baggage(header.as_bytes()).entries.into_iter().map(|(key, ..)| key).collect();
    assert_eq!(keys, ["a", "b", "c"], "the entry that goes beyond the bytes ends the reading");
}

#[test]
fn says_whether_something_was_left_out() {
    let many = |count: usize| (0..count).map(|number| format!("k{number}=1")).collect::<Vec<_>>().join(",");
    let rows = [
        ("nothing there", String::new(), true),
        ("one", "a=1;p".to_owned(), true),
        ("empty entries are none", " ,a=1,\t,".to_owned(), true),
        ("one of two with one key is no fault", "a=1,a=2".to_owned(), true),
        ("an entry that is none", "a=1,b".to_owned(), false),
        ("a key that is none", "a b=1".to_owned(), false),
        ("as many as may be", many(MAX_BAGGAGE_ENTRIES), true),
        ("and an empty one", many(MAX_BAGGAGE_ENTRIES) + ",", true),
        ("one too many", many(MAX_BAGGAGE_ENTRIES + 1), false),
        ("too long", format!("a=1,b={}", "x".repeat(MAX_BAGGAGE_BYTES)), false),
    ];
    for (reason, header, is_whole) in rows {
        assert_eq!(parse_baggage(header.as_bytes()).is_whole, is_whole, "{reason}");
    }
}

/// The cases of W3C's own tests of this header.
#[test]
fn reads_and_writes_as_the_recommendation_has_it() {
    let spaced = "SomeKey \t = \t SomeValue \t ; \t SomeProp \t ; \t SecondProp \t = \t PropValue \t , \t Key2 \t = \t Value2 \t ";
    let expected = [entry("SomeKey", "SomeValue", Some("SomeProp;SecondProp=PropValue")), entry("Key2", "Value2", None)];
    assert_eq!(parse_baggage(spaced.as_bytes()).entries, expected, "white space around every part is none of it");
    let special = "\t \"';=asdf!@#$%^&*()";
    let header = format_baggage(&[entry("k", special, None)]);
    assert_eq!(parse_baggage(header.as_bytes()).entries, [entry("k", special, None)], "what needs an escape has one");
    let entries: Vec<_> = (0..64).map(|number| entry(&format!("key{number}"), "value", None)).collect();
    assert_eq!(parse_baggage(format_baggage(&entries).as_bytes()).entries, entries, "64 entries are passed on");
    let long = entry("a", &"0123456789".repeat(819), None);
    assert_eq!(format_baggage(&[long]).len(), 8_192, "and so are 8192 bytes, in one entry");
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
    let keys: Vec<_> = parse_baggage(format_baggage(&entries).as_bytes()).entries.into_iter().map(|(key, ..)| key).collect();
    assert_eq!(keys, ["a", "b", "d"], "what does not fit is left out, what still fits is not");
    let many: Vec<_> = (0..500).map(|number| entry(&format!("k{number}"), "1", None)).collect();
    assert_eq!(parse_baggage(format_baggage(&many).as_bytes()).entries.len(), MAX_BAGGAGE_ENTRIES);
}

proptest! {
    #[test]
    fn never_panics_and_keeps_the_limits(header in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b','), Just(b'='), Just(b'%'), Just(b';'), b'a'..b'd'], 0..300)) {
        let entries = parse_baggage(&header).entries;
        prop_assert!(entries.len() <= MAX_BAGGAGE_ENTRIES);
        prop_assert!(entries.iter().all(|(key, ..)| !key.is_empty()));
    }

    #[test]
    fn round_trips(entries in proptest::collection::btree_map(".{1,12}", (".{0,20}", proptest::option::of("[a-z]{1,3}(=[a-z0-9=]{1,4})?(;[a-z]{1,3}){0,2}")), 0..20)) {
        let entries: Vec<BaggageEntry> = entries.into_iter().map(|(key, (value, properties))| (key, value, properties)).collect();
        let header = format_baggage(&entries);
        prop_assert!(header.bytes().all(|byte| byte.is_ascii_graphic()), "{:?}", header);
        prop_assert_eq!(parse_baggage(header.as_bytes()), ReadBaggage { entries, is_whole: true });
    }
}
