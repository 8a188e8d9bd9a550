//! Real daemons are broken, and some are not, on systemd: `daemonctl diagnose` must say why.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod faults_support;

#[test]
fn causes_come_first_on_systemd() {
    faults_support::causes_come_first(testkit::faults::Init::Systemd);
}
