//! As whom a service runs, and what that user may execute.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use host::ManagerKind;

use super::Args;
use crate::context::Context;
use crate::failure::Failure;

/// A user and the groups that a process of his has.
pub struct Account {
    /// The user's name or number, as it was given.
    pub name: String,
    uid: u32,
    groups: Vec<u32>,
}

/// The account that is asked for.
///
/// # Errors
/// There is no such user or group, or a user's own manager can't run services as another.
pub fn of(context: &Context, args: &Args, kind: ManagerKind) -> Result<Option<Account>, Failure> {
    let Some(given) = &args.user else { return Ok(None) };
    if kind == ManagerKind::SystemdUser {
        let message = "a user's own manager runs services as that user, nobody else";
        return Err(Failure::usage(message).hint("leave --user away, or --manager systemd-user"));
    }
    let _ = context;
    let (user, group) = given.split_once(':').map_or((&**given, None), |(u, g)| (u, Some(g)));
    let missing = |what: &str, name: &str, add: &str| {
        Failure::failed(format_args!("there is no {what} {name}"))
            .hint(format_args!("make one: {add} {name}"))
    };
    let (uid, gid, name) = match user.parse::<u32>() {
        Ok(uid) => (uid, uzers::get_user_by_uid(uid).map(|u| u.primary_group_id()), None),
        Err(_) => {
            let known = uzers::get_user_by_name(user)
                .ok_or_else(|| missing("user", user, "useradd --system"))?;
            (known.uid(), Some(known.primary_group_id()), Some(known))
        }
    };
    let gid = match group {
        None => gid,
        Some(group) => match group.parse::<u32>() {
            Ok(gid) => Some(gid),
            Err(_) => Some(
                uzers::get_group_by_name(group)
                    .ok_or_else(|| missing("group", group, "groupadd --system"))?
                    .gid(),
            ),
        },
    };
    let more = name.as_ref().zip(gid).and_then(|(_, gid)| uzers::get_user_groups(user, gid));
    let mut groups: Vec<u32> = more.unwrap_or_default().iter().map(uzers::Group::gid).collect();
    groups.extend(gid);
    Ok(Some(Account { name: user.to_owned(), uid, groups }))
}

/// Whether that user may execute a program, by its mode and those of the folders that lead to it.
///
/// # Errors
/// Why not, in a sentence without a full stop.
pub fn may_execute(path: &Path, account: Option<&Account>) -> Result<(), String> {
    let shown = path.display();
    let file = std::fs::metadata(path).map_err(|error| format!("{shown}: {error}"))?;
    if !file.is_file() {
        return Err(format!("{shown} is no file"));
    }
    if file.mode() & 0o111 == 0 {
        return Err(format!("{shown} is not executable: chmod +x {shown}"));
    }
    let Some(account) = account.filter(|account| account.uid != 0) else { return Ok(()) };
    let allows = |meta: &std::fs::Metadata| {
        let shift = match () {
            () if meta.uid() == account.uid => 6,
            () if account.groups.contains(&meta.gid()) => 3,
            () => 0,
        };
        (meta.mode() >> shift) & 1 == 1
    };
    let real = std::fs::canonicalize(path).map_err(|error| format!("{shown}: {error}"))?;
    for part in real.ancestors() {
        let meta = std::fs::metadata(part).map_err(|error| format!("{shown}: {error}"))?;
        if !allows(&meta) {
            let part = part.display();
            return Err(format!(
                "{} may not execute {shown}: {part} does not allow it",
                account.name
            ));
        }
    }
    Ok(())
}

/// Where a user's settings are.
///
/// # Errors
/// The user has no home.
pub fn config_home() -> Result<PathBuf, Failure> {
    home_folder("XDG_CONFIG_HOME", ".config")
}

/// Where programs keep what they have to remember for a user.
///
/// # Errors
/// The user has no home.
pub fn state_home() -> Result<PathBuf, Failure> {
    home_folder("XDG_STATE_HOME", ".local/state")
}

fn home_folder(variable: &str, usual: &str) -> Result<PathBuf, Failure> {
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(variable)
        .or_else(|| absolute("HOME").map(|home| home.join(usual)))
        .ok_or_else(|| Failure::failed("your home is not known").hint("set HOME"))
}
