//! What the tests stand on: real init systems in boxes, and a made-up `/proc`.
//!
//! Start reading at [`boxes::Machine`] (a small Debian, booted with a real systemd, OpenRC,
//! SysV init or no init at all, in namespaces of its own) and at [`fakeproc::FakeProc`] (a tree of
//! files in the exact format of proc(5), for what no real kernel will show on demand).
//!
//! This room is for tests only. It deliberately knows nothing of the rooms it serves: a label in a
//! test is what an expert would say of a process, never what our own code said yesterday. It does
//! not install packages either: it says which it needs ([`requirements::DEBIAN_PACKAGES`]), and
//! the chores do that.

pub mod ansible;
pub mod boxes;
pub mod corpus;
mod error;
pub mod fakeproc;
pub mod faults;
pub mod journal;
pub mod requirements;
pub mod systemd_state;
