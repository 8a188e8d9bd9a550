//! What `DynamicUser=` brings with it (systemd.exec(5)).

use super::{Lines, Show, one};
use crate::{
    table::{Group, Id},
    values::Value,
};

const DYNAMIC_USER: Id = Id::of(Group::Exec, "DynamicUser");
const USER: Id = Id::of(Group::Exec, "User");
const GROUP: Id = Id::of(Group::Exec, "Group");
const PROTECT_HOME: Id = Id::of(Group::Exec, "ProtectHome");

/// Settings that are no unless they are written or follow.
const OFF: [&str; 6] = [
    "NoNewPrivileges",
    "RestrictSUIDSGID",
    "RemoveIPC",
    "ProtectSystem",
    "ProtectHome",
    "PrivateTmp",
];

/// What `DynamicUser=` forces.
pub(super) fn special(show: &Show<'_>, name: &str) -> Option<Lines> {
    if !show.flag(DYNAMIC_USER) && OFF.contains(&name) {
        let id = Id::look_up(Group::Exec, name)?;
        return (!show.has(id)).then(|| one("no"));
    }
    if !show.flag(DYNAMIC_USER) {
        return None;
    }
    let home = || match show.value(PROTECT_HOME) {
        None | Some(Value::Flag(false)) => one("read-only"),
        Some(Value::Flag(true)) => one("yes"),
        Some(value) => one(value.to_string()),
    };
    Some(match name {
        "NoNewPrivileges" | "RestrictSUIDSGID" | "RemoveIPC" => one("yes"),
        "PrivateTmp" => one("yes"),
        "ProtectSystem" => one("strict"),
        "ProtectHome" => home(),
        "User" if !show.has(USER) => dynamic_user(show),
        "Group" if !show.has(GROUP) => match show.unit.settings.text(USER) {
            Some(user) => one(user),
            None => dynamic_user(show),
        },
        _ => return None,
    })
}

/// The unit's name, without instance, where a user can have it. Others get a name that is made up
/// from a hash.
fn dynamic_user(show: &Show<'_>) -> Lines {
    let name = show.unit.name.prefix();
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let first = name.bytes().next().is_some_and(is_letter);
    let rest = name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit() || byte == b'-');
    (first && rest && name.len() <= 31).then(|| vec![name.to_owned()])
}
