//! Mounts, automounts, swaps (systemd.mount(5), .automount, .swap, "AUTOMATIC DEPENDENCIES").

use std::borrow::Cow;

use super::{Dependency, Found, FoundPath, Need, ROOT_MOUNT, Rule, Subject, Why, activation::node};
use crate::{
    escape,
    name::UnitType,
    table::{Group, Id},
};

const WHAT: Id = Id::of(Group::Mount, "What");
const WHERE: Id = Id::of(Group::Mount, "Where");
const TYPE: Id = Id::of(Group::Mount, "Type");
const OPTIONS: Id = Id::of(Group::Mount, "Options");
const AUTOMOUNT_WHERE: Id = Id::of(Group::Automount, "Where");
const SWAP_WHAT: Id = Id::of(Group::Swap, "What");
const SWAP_OPTIONS: Id = Id::of(Group::Swap, "Options");

/// File systems that come over a network.
const NETWORK: [&str; 18] = [
    "afs",
    "ceph",
    "cifs",
    "davfs",
    "gfs",
    "gfs2",
    "glusterfs",
    "lustre",
    "ncp",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "pvfs2",
    "smb3",
    "smbfs",
    "sshfs",
];

/// File systems whose quotas must be switched on.
const WITH_QUOTA: [&str; 6] = ["ext2", "ext3", "ext4", "reiserfs", "jfs", "f2fs"];

pub(super) fn mount(subject: &Subject<'_>, found: &mut Found<'_>) {
    device(subject, found);
    quota(subject, found);
    if !subject.has_defaults() || is_extrinsic(subject) || subject.unit.is_none() {
        return;
    }
    let is_network = is_network(subject);
    let stage = if is_network { "remote-fs" } else { "local-fs" };
    let why = Why::rule(Rule::FileSystemDefault);
    if !is_optional(subject.text(OPTIONS).unwrap_or_default()) {
        found(Dependency::Before, &format!("{stage}.target"), why);
    }
    found(Dependency::After, &format!("{stage}-pre.target"), why);
    unmount(found);
    if is_network {
        network(found);
    }
    if subject.text(TYPE) == Some("tmpfs") {
        found(Dependency::After, "swap.target", subject.because(Rule::SwapDefault, TYPE));
    }
}

pub(super) fn automount(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(name) = subject.name.with_type(UnitType::Mount) {
        let why = Why::rule(Rule::Trigger);
        found(Dependency::Triggers, name.as_str(), why);
        found(Dependency::Before, name.as_str(), why);
    }
    if subject.has_defaults() && !subject.options.is_user {
        let why = Why::rule(Rule::FileSystemDefault);
        found(Dependency::Before, "local-fs.target", why);
        found(Dependency::After, "local-fs-pre.target", why);
        unmount(found);
    }
}

pub(super) fn swap(subject: &Subject<'_>, found: &mut Found<'_>) {
    let what = place(subject, SWAP_WHAT);
    let why = subject.because(Rule::Device, SWAP_WHAT);
    if subject.text(SWAP_WHAT).is_none() {
        // systemd goes by what is written alone.
    } else if what.starts_with("/dev/") || what.starts_with("/sys/") {
        node(subject, &what, Dependency::Requires, why, found);
        block_device(subject, &what, SWAP_WHAT, found);
    } else {
        let why = subject.because(Rule::SwapFile, SWAP_WHAT);
        found(Dependency::After, "systemd-remount-fs.service", why);
    }
    if !subject.has_defaults() || subject.options.is_user || !subject.options.devices {
        return;
    }
    if has_option(subject.text(SWAP_OPTIONS).unwrap_or_default(), &["_netdev"]) {
        let why = subject.because(Rule::FileSystemDefault, SWAP_OPTIONS);
        found(Dependency::After, "remote-fs-pre.target", why);
        found(Dependency::Before, "remote-fs.target", why);
        network(found);
    } else {
        found(Dependency::Before, "swap.target", Why::rule(Rule::GroupDefault));
    }
    unmount(found);
}

/// The paths above, and what is mounted where that is a path.
pub(super) fn paths(subject: &Subject<'_>, found: &mut FoundPath<'_>) {
    let mut above = |path: &str, id: Id| {
        let parent = path.trim_end_matches('/').rsplit_once('/').map(|(parent, _)| parent);
        if let Some(parent) = parent {
            let parent = if parent.is_empty() { "/" } else { parent };
            found(parent, Need::Requires, subject.because(Rule::MountsFor, id));
        }
    };
    match subject.unit_type() {
        UnitType::Mount => {
            above(&place(subject, WHERE), WHERE);
            let is_path = has_option(subject.text(OPTIONS).unwrap_or_default(), &["loop"])
                || is_bind(subject)
                || !is_network(subject);
            if let Some(what) = subject.text(WHAT).filter(|_| is_path) {
                found(what, Need::Requires, subject.because(Rule::MountsFor, WHAT));
            }
        }
        UnitType::Automount => above(&place(subject, AUTOMOUNT_WHERE), AUTOMOUNT_WHERE),
        UnitType::Swap => {
            let why = subject.because(Rule::MountsFor, SWAP_WHAT);
            found(&place(subject, SWAP_WHAT), Need::Requires, why);
        }
        _ => {}
    }
}

/// Mounts that are there from the start to the end, and all of a user's.
pub(super) fn is_extrinsic(subject: &Subject<'_>) -> bool {
    match subject.unit_type() {
        UnitType::Swap => subject.options.is_user,
        UnitType::Mount if subject.options.is_user => true,
        UnitType::Mount => {
            let path = place(subject, WHERE);
            let path = path.trim_end_matches('/');
            ["", "/usr", "/etc"].contains(&path)
                || ["/run/initramfs", "/proc", "/sys", "/dev"].iter().any(|start| {
                    path.strip_prefix(start)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                })
                || has_option(subject.text(OPTIONS).unwrap_or_default(), &["x-initrd.mount"])
        }
        _ => false,
    }
}

/// The path that a setting gives, or the unit's name.
fn place<'a>(subject: &Subject<'a>, id: Id) -> Cow<'a, str> {
    if let Some(path) = subject.text(id) {
        return Cow::Borrowed(path);
    }
    if subject.name.as_str() == ROOT_MOUNT {
        return Cow::Borrowed("/");
    }
    let path = escape::unescape_path(subject.name.stem());
    Cow::Owned(path.ok().and_then(|path| String::from_utf8(path).ok()).unwrap_or_default())
}

fn device(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(what) = subject.text(WHAT) else { return };
    let options = subject.text(OPTIONS).unwrap_or_default();
    if is_bind(subject)
        || !subject.options.devices
        || ["/dev/root", "/dev/nfs"].contains(&what)
        || place(subject, WHERE).trim_end_matches('/').is_empty()
    {
        return;
    }
    let why = subject.because(Rule::Device, WHAT);
    if has_option(options, &["x-systemd.device-bound"]) {
        node(subject, what, Dependency::BindsTo, why, found);
    } else {
        node(subject, what, Dependency::Requires, why, found);
        node(subject, what, Dependency::StopPropagatedFrom, why, found);
    }
    block_device(subject, what, WHAT, found);
}

/// What prepares a block device is ordered before its mount by a target of its own.
fn block_device(subject: &Subject<'_>, what: &str, id: Id, found: &mut Found<'_>) {
    if !subject.options.devices || !what.starts_with("/dev/") {
        return;
    }
    if let Ok(stem) = escape::escape_path(what.as_bytes()) {
        let why = subject.because(Rule::BlockDevice, id);
        found(Dependency::After, &format!("blockdev@{stem}.target"), why);
    }
}

fn quota(subject: &Subject<'_>, found: &mut Found<'_>) {
    const ASKS: [&str; 5] = ["usrquota", "grpquota", "quota", "usrjquota", "grpjquota"];
    let has_type = subject.text(TYPE).is_none_or(|fs| WITH_QUOTA.contains(&fs));
    let asks = has_option(subject.text(OPTIONS).unwrap_or_default(), &ASKS);
    if subject.options.is_user || !has_type || !asks || is_bind(subject) {
        return;
    }
    let path = place(subject, WHERE);
    let services = match escape::escape_path(path.as_bytes()) {
        _ if subject.is_old() => {
            ["systemd-quotacheck.service".to_owned(), "quotaon.service".to_owned()]
        }
        _ if path == "/" => {
            ["systemd-quotacheck-root.service".to_owned(), "quotaon-root.service".to_owned()]
        }
        Ok(stem) => {
            [format!("systemd-quotacheck@{stem}.service"), format!("quotaon@{stem}.service")]
        }
        Err(_) => return,
    };
    let why = subject.because(Rule::Quota, OPTIONS);
    for service in services {
        found(Dependency::Before, &service, why);
        found(Dependency::Wants, &service, why);
    }
}

fn unmount(found: &mut Found<'_>) {
    let why = Why::rule(Rule::UnmountDefault);
    found(Dependency::Before, "umount.target", why);
    found(Dependency::Conflicts, "umount.target", why);
}

fn network(found: &mut Found<'_>) {
    let why = Why::rule(Rule::NetworkDefault);
    found(Dependency::After, "network.target", why);
    found(Dependency::After, "network-online.target", why);
    found(Dependency::Wants, "network-online.target", why);
}

fn is_network(subject: &Subject<'_>) -> bool {
    let fs = subject.text(TYPE).unwrap_or_default();
    has_option(subject.text(OPTIONS).unwrap_or_default(), &["_netdev"])
        || NETWORK.contains(&fs.strip_prefix("fuse.").unwrap_or(fs))
}

fn is_bind(subject: &Subject<'_>) -> bool {
    matches!(subject.text(TYPE), Some("bind" | "rbind"))
        || has_option(subject.text(OPTIONS).unwrap_or_default(), &["bind", "rbind"])
}

/// Whether mount options have one of these, with or without a value.
fn has_option(options: &str, names: &[&str]) -> bool {
    words(options).any(|word| names.contains(&word))
}

/// `nofail`, unless `fail` comes after it.
fn is_optional(options: &str) -> bool {
    words(options).filter(|word| ["nofail", "fail"].contains(word)).last() == Some("nofail")
}

fn words(options: &str) -> impl Iterator<Item = &str> {
    options.split(',').map(|word| word.split_once('=').map_or(word, |(name, _)| name).trim())
}

#[cfg(test)]
mod tests {
    use super::{has_option, is_optional};

    #[test]
    fn options() {
        assert!(has_option("rw,_netdev,x=1", &["_netdev"]));
        assert!(has_option("x-systemd.device-bound=yes", &["x-systemd.device-bound"]));
        assert!(!has_option("rw,no_netdev", &["_netdev"]));
        assert!(is_optional("rw,fail,nofail"));
        assert!(!is_optional("nofail,fail"));
        assert!(!is_optional(""));
    }
}
