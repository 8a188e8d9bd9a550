//! The labelled corpus: real programs started in real boxes, each with what an expert would say of
//! it, against what `daemonctl ps` and `daemonctl explain` say.
//!
//! Each test boots one box, sets its scene, and compares everything before it fails, so that one
//! run shows all that is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod corpus;

use corpus::{Scene, bare, host, multiplexers, oddities, people, services};
use testkit::boxes::Kind;

/// What people do once somebody listens for their logins, on any init.
fn inhabit(scene: &mut Scene) {
    people::shells_and_jobs(scene);
    people::survivors(scene);
    people::remote_commands(scene);
    multiplexers::all(scene);
    oddities::all(scene);
    services::cron_jobs(scene);
}

#[test]
fn systemd() {
    let mut scene = Scene::boot(Kind::Systemd, services::systemd_plan);
    services::systemd(&mut scene);
    inhabit(&mut scene);
    scene.judge(50);
}

#[test]
fn systemd_with_logind() {
    let mut scene = Scene::boot(Kind::SystemdLogind, services::systemd_plan);
    services::systemd(&mut scene);
    inhabit(&mut scene);
    people::user_manager(&mut scene);
    scene.judge(50);
}

#[test]
fn openrc() {
    let mut scene = Scene::boot(Kind::OpenRc, services::openrc_plan);
    services::openrc(&mut scene);
    inhabit(&mut scene);
    scene.judge(40);
}

#[test]
fn sysv() {
    let mut scene = Scene::boot(Kind::Sysv, services::sysv_plan);
    services::sysv(&mut scene);
    inhabit(&mut scene);
    scene.judge(40);
}

#[test]
fn bare_container() {
    let mut scene = Scene::boot(Kind::Bare, bare::plan);
    bare::entrypoint(&mut scene);
    inhabit(&mut scene);
    scene.judge(40);
}

#[test]
fn kernel_threads_of_the_machine() {
    host::kernel_threads();
}
