//! The receiver's parsers: any body is refused or stored, what is stored can be shown without harm to a terminal, and what our exporter writes is read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use observability_ts::export::json_line;
use observability_ts::receiver::decode::{Format, grpc_frame, gunzip, logs, traces};
use observability_ts::receiver::{Store, StoreLimits};
use prost::Message;

/// The most that a body may expand to.
const MAX_BYTES: usize = 64 * 1024;

/// Columns of the terminal that the waterfall is made for.
const WIDTH: usize = 80;

// The first byte chooses the way in.
fuzz_target!(|input: &[u8]| {
    let Some((&way, body)) = input.split_first() else { return };
    let mut store = Store::new(StoreLimits { max_spans: 100, max_bytes: MAX_BYTES });
    let format = if way & 1 == 0 { Format::Protobuf } else { Format::Json };
    let expanded;
    let body = match way >> 1 & 3 {
        1 => match gunzip(body, MAX_BYTES) {
            Ok(bytes) => {
                assert!(bytes.len() <= MAX_BYTES);
                expanded = bytes;
                &expanded[..]
            }
            Err(_) => return,
        },
        2 => match grpc_frame(body) {
            Ok((_, message)) => message,
            Err(_) => return,
        },
        _ => body,
    };
    if let Ok(request) = traces(format, body) {
        let whole = request.encode_to_vec();
        // A line of the file exporter is read as what it was; only JSON may nest less deep. Lengths, as a NaN has many forms.
        if let Ok(again) = traces(Format::Json, &json_line(&whole).expect("a request")) {
            assert_eq!(again.encoded_len(), whole.len());
        }
        store.add_traces(request);
    }
    if let Ok(request) = logs(format, body) {
        store.add_logs(request);
    }
    for summary in store.traces() {
        assert!(store.trace_data(&summary.trace_id).is_some());
        if let Some(text) = store.waterfall(&summary.trace_id, WIDTH, false) {
            assert!(!text.chars().any(|character| character.is_control() && character != '\n'), "{text:?}");
        }
    }
});
