//! It ended badly: how, and what the kernel and its manager say of it.
//!
//! [`end`] tells how the last run ended, [`kernel`] which lines of the kernel's log are about the service; the rules of
//! the other files stand on these two. What the service itself said of its end is `from_log`'s.

mod core;
mod device;
mod disk;
pub(in crate::rules) mod end;
mod fault;
pub(in crate::rules) mod kernel;
mod kill;
mod limits;
mod looping;
mod oom;
mod replaced;
mod seccomp;
mod signals;
#[cfg(test)]
pub(in crate::rules) mod testing;
mod watchdog;
pub(in crate::rules) mod words;

use super::Rule;

/// The rules.
pub(super) const RULES: &[&[Rule]] = &[
    oom::RULES,
    watchdog::RULES,
    limits::RULES,
    seccomp::RULES,
    disk::RULES,
    device::RULES,
    fault::RULES,
    signals::RULES,
    core::RULES,
    looping::RULES,
    replaced::RULES,
];
