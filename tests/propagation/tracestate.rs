//! `tracestate`.

use observability_ts::propagation::{MAX_TRACESTATE_BYTES, MAX_TRACESTATE_MEMBERS, normalise_tracestate};
use proptest::prelude::*;

#[test]
fn keeps_what_the_recommendation_allows() {
    let (key, value) = ("k".repeat(256), "v".repeat(256));
    let rows: &[(&str, String, &str)] = &[
        ("one", "rojo=00f067aa0ba902b7".into(), "rojo=00f067aa0ba902b7"),
        ("order stays", "b=2,a=1".into(), "b=2,a=1"),
        ("white space around members", "a=1 \t, \tb=2 ".into(), "a=1,b=2"),
        ("empty members", ",a=1,,\t,b=2,".into(), "a=1,b=2"),
        ("a space in a value", "a=x y".into(), "a=x y"),
        ("a space before a value", "a= x".into(), "a= x"),
        ("tenant and system", "fw529a3039@dt=FfAMR9".into(), "fw529a3039@dt=FfAMR9"),
        ("a digit first (level 2)", "0a=1".into(), "0a=1"),
        ("every character of a key", "a0_-*/=1".into(), "a0_-*/=1"),
        ("every character of a tenant and a system", "0a_-*/@a0_-*/=1".into(), "0a_-*/@a0_-*/=1"),
        ("the longest tenant and system", format!("{}@{}=1", "t".repeat(241), "v".repeat(14)), &format!("{}@{}=1", "t".repeat(241), "v".repeat(14))),
        ("every kind of a value", "a=!\"#$%&'()*+-./:;<>?@[]^_`{|}~".into(), "a=!\"#$%&'()*+-./:;<>?@[]^_`{|}~"),
        ("OpenTelemetry's own", "ot=th:8;rv:0123456789abcd".into(), "ot=th:8;rv:0123456789abcd"),
        ("the longest key", format!("{key}=1"), &format!("{key}=1")),
        ("the longest value", format!("a={value}"), &format!("a={value}")),
        ("the first of two with one key", "a=new,b=2,a=old".into(), "a=new,b=2"),
    ];
    for (reason, header, expected) in rows {
        assert_eq!(normalise_tracestate(header.as_bytes()).as_deref(), Some(*expected), "{reason}");
    }
}

#[test]
fn discards_the_whole_for_one_fault() {
    let rows: &[(&str, String)] = &[
        ("empty", String::new()),
        ("no member", " , ,".into()),
        ("no equals sign", "a=1,b".into()),
        ("no key", "a=1,=2".into()),
        ("no value", "a=1,b=".into()),
        ("a value of spaces is trimmed to none", "a=  ".into()),
        ("two equals signs", "a=1=2".into()),
        ("a key in capitals", "A=1".into()),
        ("a key that begins with a hyphen", "-a=1".into()),
        ("a dot in a key", "foo.bar=1".into()),
        ("no system behind the tenant", "foo@=1,bar=2".into()),
        ("no tenant before the system", "@foo=1,bar=2".into()),
        ("two signs between them", "foo@@bar=1,bar=2".into()),
        ("a third part", "foo@bar@baz=1,bar=2".into()),
        ("a tenant too long", format!("foo=1,{}@v=1", "t".repeat(242))),
        ("a system too long", format!("foo=1,t@{}=1", "v".repeat(15))),
        ("a space behind the key", "a =1".into()),
        ("a tab in a value", "a=x\ty".into()),
        ("a line break", "a=1\r\nb=2".into()),
        ("a letter of two bytes", "a=é".into()),
        ("a key too long", format!("{}=1", "k".repeat(257))),
        ("a value too long", format!("a={}", "v".repeat(257))),
        ("a fault behind a good member", "a=1,B=2".into()),
        ("one too many", (0..=MAX_TRACESTATE_MEMBERS).map(|number| format!("k{number}=1")).collect::<Vec<_>>().join(",")),
        ("too many bytes", format!("a=1{}", ",".repeat(MAX_TRACESTATE_BYTES))),
    ];
    for (reason, header) in rows {
        assert_eq!(normalise_tracestate(header.as_bytes()), None, "{reason}: {header:.80}");
    }
    let full = (0..MAX_TRACESTATE_MEMBERS).map(|number| format!("k{number}=1")).collect::<Vec<_>>().join(",");
    assert_eq!(normalise_tracestate(full.as_bytes()).as_deref(), Some(full.as_str()), "32 members are not too many");
}

proptest! {
    #[test]
    fn never_panics_and_what_it_gives_stays_as_it_is(header in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b','), Just(b'='), Just(b' '), b'a'..b'd'], 0..200)) {
        if let Some(normal) = normalise_tracestate(&header) {
            prop_assert_eq!(normalise_tracestate(normal.as_bytes()), Some(normal));
        }
    }

    #[test]
    fn members_of_the_grammar_come_through(members in proptest::collection::btree_map("[a-z0-9][a-z0-9_*/-]{0,20}(@[a-z0-9][a-z0-9_*/-]{0,13})?", "[ -+\\--<>-~]{0,20}[!-+\\--<>-~]", 1..32)) {
        let header: Vec<String> = members.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let header = header.join(",");
        prop_assert_eq!(normalise_tracestate(header.as_bytes()), Some(header));
    }
}
