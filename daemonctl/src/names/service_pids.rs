//! The processes of a service, where a name can mean nothing else: `nginx.service`.

use crate::cli::{Common, When};
use crate::context::Context;
use crate::snapshot::Snapshot;
use process::needs::Needs;
use process::process::ProcessKey;

use super::common::plain;

/// Where the tools look and how they print: as the machine is, without options.
pub fn context() -> Context {
    Context::new(Common {
        json: false,
        color: When::Auto,
        no_header: false,
        ascii: false,
        proc_root: "/proc".into(),
        system_root: "/".into(),
    })
}

/// The pids, ascending. `None`: the name is no service's.
pub fn of(name: &[u8]) -> Option<Vec<u32>> {
    Some(keys(name)?.into_iter().map(|key| key.pid).collect())
}

/// The processes, by pid. `None`: the name is no service's.
pub fn keys(name: &[u8]) -> Option<Vec<ProcessKey>> {
    let name = std::str::from_utf8(name).ok()?;
    let service = name.strip_suffix(".service").filter(|name| !name.is_empty())?;
    let snapshot = Snapshot::take(&context(), Needs::NOTHING).ok()?;
    let rows = snapshot.rows();
    let own = rows
        .iter()
        .filter(|row| row.service().is_some_and(|it| plain(&it.name) == service))
        .map(|row| row.process.key);
    Some(own.collect())
}
