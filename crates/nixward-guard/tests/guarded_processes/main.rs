//! Real processes under real guards.
#![cfg(target_os = "linux")]

mod abandoning;
mod ending;
mod launching;
mod leaving;
mod many;
mod passing;
mod protecting;
mod starting;
mod stopping;
mod support;
