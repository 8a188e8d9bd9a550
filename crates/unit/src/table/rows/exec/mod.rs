//! systemd.exec(5), by subject.

pub(super) mod calls;
pub(super) mod directories;
pub(super) mod environment;
pub(super) mod limits;
pub(super) mod output;
pub(super) mod paths;
pub(super) mod sandbox;
pub(super) mod users;
