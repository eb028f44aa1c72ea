//! The generated TypeScript side of the layout is in step with its source.

use observability_ts::arena::layout;

#[test]
fn typescript_side_is_in_step() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src-ts/native/layout.gen.ts");
    let expected = layout::typescript();
    if std::env::var_os("UPDATE_LAYOUT").is_some() {
        std::fs::write(path, &expected).expect("the file can be written");
    }
    let found = std::fs::read_to_string(path).expect("src-ts/native/layout.gen.ts exists");
    assert!(found == expected, "src-ts/native/layout.gen.ts differs from src/arena/layout.rs: run `UPDATE_LAYOUT=1 cargo test --test layout`");
}
