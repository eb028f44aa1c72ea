//! The Node addon: conversion at the edge, nothing else. The only folder that names napi.
//!
//! Whatever is structured and rare crosses as JSON; what is frequent (`wake`, `submit`) as numbers and bytes. No function here throws into the
//! user's code for a reason of ours: failures are values or notices.

mod attach;
mod codec;
mod exit;
mod flush;
mod process;
mod random;
mod receiver;
mod signals;
mod start;
