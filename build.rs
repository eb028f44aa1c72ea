//! Sets up linking as a Node addon when the `binding` feature is on; the core itself needs nothing.
use std::env;

/// Which functions lie side by side (scripts/order-functions.mjs).
const FUNCTIONS: &str = "src/binding/functions.ld";
/// Where that script wants a map of the functions, which are then left where they are.
const FUNCTION_MAP: &str = "OBS_FUNCTION_MAP";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_BINDING").is_some() {
        napi_build::setup();
        if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
            order_functions();
        }
    }
}

/// GNU ld and LLD, the linkers of Linux, read the list as a script in addition to their own.
fn order_functions() {
    println!("cargo:rerun-if-changed={FUNCTIONS}");
    println!("cargo:rerun-if-env-changed={FUNCTION_MAP}");
    if let Ok(map) = env::var(FUNCTION_MAP) {
        println!("cargo:rustc-link-arg-cdylib=-Wl,-Map={map}");
    } else {
        let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
        println!("cargo:rustc-link-arg-cdylib=-T{root}/{FUNCTIONS}");
    }
}
