//! The rows, by group, and how one is found.

mod automount;
mod build;
mod conditions;
mod exec;
mod install;
mod kill;
mod mount;
mod path;
mod resource;
mod scope;
mod service;
mod slice;
mod socket;
mod swap;
mod timer;
mod unit;

use super::{Directive, Group, Id};
use build::{Index, join};

/// Declares the groups: the slices that a group's rows are made of, as one slice with an index.
macro_rules! groups {
    ($($group:ident, $rows:ident, $index:ident: $($part:expr),+;)*) => {
        $(
            static $rows: [Directive; 0 $(+ $part.len())+] = join(&[$($part),+]);
            static $index: Index = Index::of(&$rows);
        )*

        /// The rows of a group.
        pub(super) const fn of(group: Group) -> &'static [Directive] {
            match group { $(Group::$group => &$rows,)* }
        }

        fn index(group: Group) -> &'static Index {
            match group { $(Group::$group => &$index,)* }
        }
    };
}

groups! {
    Unit, UNIT, UNIT_INDEX: unit::ROWS, conditions::ROWS;
    Install, INSTALL, INSTALL_INDEX: install::ROWS;
    Service, SERVICE, SERVICE_INDEX: service::ROWS;
    Socket, SOCKET, SOCKET_INDEX: socket::ROWS;
    Timer, TIMER, TIMER_INDEX: timer::ROWS;
    Path, PATH, PATH_INDEX: path::ROWS;
    Mount, MOUNT, MOUNT_INDEX: mount::ROWS;
    Automount, AUTOMOUNT, AUTOMOUNT_INDEX: automount::ROWS;
    Swap, SWAP, SWAP_INDEX: swap::ROWS;
    Scope, SCOPE, SCOPE_INDEX: scope::ROWS;
    Slice, SLICE, SLICE_INDEX: slice::ROWS;
    Exec, EXEC, EXEC_INDEX:
        exec::paths::ROWS, exec::users::ROWS, exec::limits::ROWS, exec::directories::ROWS,
        exec::sandbox::ROWS, exec::calls::ROWS, exec::environment::ROWS, exec::output::ROWS;
    Kill, KILL, KILL_INDEX: kill::ROWS;
    Resource, RESOURCE, RESOURCE_INDEX:
        resource::cpu::ROWS, resource::memory::ROWS, resource::io::ROWS, resource::network::ROWS,
        resource::group::ROWS;
}

/// The row at a place.
pub(super) fn at(group: Group, row: u8) -> &'static Directive {
    const UNKNOWN: Directive =
        build::row("", super::Kind::Anything, super::Default::None, 0, "", "");
    of(group).get(usize::from(row)).unwrap_or(&UNKNOWN)
}

/// The directive of that name.
pub(super) fn find(group: Group, name: &str) -> Option<Id> {
    let row = index(group).find(of(group), name)?;
    Some(Id { group, row })
}
