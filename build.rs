//! Sets up linking as a Node addon when the `binding` feature is on; the core itself needs nothing.
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_BINDING").is_some() {
        napi_build::setup();
    }
}
