//! Accounts of the machine: passwd(5), group(5), and of shadow(5) whether there is a password.

use std::collections::HashMap;

use insight::snapshot::{Accounts, LocalAccount, Seen};

use super::super::lookups::paths::Resolver;

/// Longer files are cut.
const FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Reads them.
pub fn read(resolver: &Resolver) -> Accounts {
    let shadow = text(resolver, "/etc/shadow");
    let passwords: Option<HashMap<&str, bool>> = shadow.as_deref().map(|text| {
        text.lines()
            .filter_map(|line| {
                let mut fields = line.split(':');
                let (name, hash) = (fields.next()?, fields.next()?);
                // An empty field lets everybody in, in some set-ups.
                Some((name, !hash.starts_with(['!', '*'])))
            })
            .collect()
    });
    let user = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, password, uid, gid, _, home, shell, ..] = fields.as_slice() else { return None };
        let has_password = match &passwords {
            _ if !matches!(*password, "x" | "*" | "!" | "!!") => Seen::Known(true),
            Some(passwords) => Seen::Known(passwords.get(name).copied().unwrap_or(false)),
            None => Seen::NotPermitted,
        };
        Some(LocalAccount {
            name: (*name).to_owned(),
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
            has_shell: has_shell(shell),
            shell: (*shell).to_owned(),
            home: (*home).to_owned(),
            has_password,
        })
    };
    let group = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let gid = fields.nth(1)?.parse().ok()?;
        let members = fields.next().unwrap_or_default().split(',').filter(|name| !name.is_empty());
        Some((name, gid, members.map(str::to_owned).collect()))
    };
    Accounts {
        users: text(resolver, "/etc/passwd").unwrap_or_default().lines().filter_map(user).collect(),
        groups: text(resolver, "/etc/group")
            .unwrap_or_default()
            .lines()
            .filter_map(group)
            .collect(),
    }
}

fn has_shell(shell: &str) -> bool {
    let name = shell.rsplit('/').next().unwrap_or_default();
    !matches!(name, "nologin" | "false" | "true" | "sync" | "halt" | "shutdown" | "git-shell")
}

fn text(resolver: &Resolver, path: &str) -> Option<String> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    resolver.read(path)?.take(FILE_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
