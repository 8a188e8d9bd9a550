//! Settings about files: what is read-only, what is hidden, which devices there are.

use std::collections::BTreeSet;

use super::{Device, Draft, Fact, paths};

const HOMES: &[&str] = &["/home", "/root", "/run/user"];
const TEMPORARY: &[&str] = &["/tmp", "/var/tmp"];
/// Settings that make directories which are writable anyway, and where those are.
const MANAGED: &[(&str, &str)] = &[
    ("RuntimeDirectory", "/run"),
    ("StateDirectory", "/var/lib"),
    ("CacheDirectory", "/var/cache"),
    ("LogsDirectory", "/var/log"),
];

/// `ProtectSystem=`, `ReadWritePaths=`.
pub fn system(draft: &mut Draft<'_>) {
    const KEY: &str = "ProtectSystem";
    if draft.mounts_for_others() {
        let why = format!("it mounts for others to see ({})", draft.seen.evidence(Fact::Mount));
        return draft.leave(KEY, why);
    }
    let private_temporary = reason_against_private(draft).is_none();
    let is_apart = |path: &str| {
        let is_below = |all: &[&str]| all.iter().any(|above| paths::is_below(path, above));
        (private_temporary && is_below(TEMPORARY))
            || managed(draft).any(|own| paths::is_below(path, &own))
    };
    let writable = paths::writable(draft.seen, is_apart);
    if let Some(broad) = writable.iter().find(|path| *path == "/" || paths::written(path).is_none())
    {
        return draft.leave(KEY, format!("it writes all over: {broad}"));
    }
    let (value, why) = match draft.seen.start_seen {
        true if draft.has_logins() => {
            ("full", "it and its sessions wrote nothing there that is not named below")
        }
        true => ("strict", "it wrote nothing but what is named below"),
        false => ("full", "it wrote nothing below /usr, /boot and /etc but what is named below"),
    };
    let is_guarded = |path: &&String| {
        value == "strict"
            || ["/usr", "/boot", "/etc"].iter().any(|above| paths::is_below(path, above))
    };
    draft.set(KEY, value, why);
    for path in writable.iter().filter(is_guarded) {
        let Some(written) = paths::written(path) else { continue };
        let why = example(draft, path);
        draft.push("ReadWritePaths", &written, why);
    }
}

/// A path that was written below that one.
fn example(draft: &Draft<'_>, path: &str) -> String {
    let mut below = draft
        .seen
        .files
        .iter()
        .filter(|(known, file)| file.is_write() && paths::is_below(known, path));
    match below.next() {
        Some((known, file)) if file.changed => format!("made, changed or removed there: {known}"),
        Some((known, _)) => format!("written there: {known}"),
        None => "written there".to_owned(),
    }
}

fn managed<'d>(draft: &'d Draft<'_>) -> impl Iterator<Item = String> + 'd {
    draft.current.settings.iter().flat_map(|(key, value)| {
        let above = MANAGED.iter().find(|(known, _)| known == key).map(|(_, above)| *above);
        let names = value.split_ascii_whitespace().filter(|name| !name.contains('%'));
        above.into_iter().flat_map(move |above| {
            names
                .clone()
                .map(move |name| format!("{above}/{}", name.split(':').next().unwrap_or(name)))
        })
    })
}

/// `ProtectHome=`.
pub fn home(draft: &mut Draft<'_>) {
    const KEY: &str = "ProtectHome";
    if draft.mounts_for_others() {
        return;
    }
    if draft.has_logins() {
        return draft.leave(KEY, "people log in through it, and need their homes");
    }
    let seen = draft.seen;
    let used: Vec<_> = HOMES.iter().flat_map(|home| seen.below(home)).collect();
    match used.iter().find(|(_, file)| file.is_write()) {
        Some((path, _)) => draft.leave(KEY, format!("it wrote {path}")),
        None => match used.first() {
            Some((path, _)) => draft.set(KEY, "read-only", format!("it only read there: {path}")),
            None => draft.set(KEY, "yes", "nothing below /home, /root and /run/user was touched"),
        },
    }
}

/// `PrivateTmp=`.
pub fn temporary(draft: &mut Draft<'_>) {
    match reason_against_private(draft) {
        Some(why) => draft.leave("PrivateTmp", why),
        None => {
            let seen = draft.seen;
            let any = TEMPORARY.iter().flat_map(|above| seen.below(above)).next();
            let why = match any {
                Some((path, _)) => format!("what it has there is its own: {path}"),
                None => "nothing below /tmp and /var/tmp was used".to_owned(),
            };
            draft.set("PrivateTmp", "yes", why);
        }
    }
}

/// What it shares with others by way of /tmp.
fn reason_against_private(draft: &Draft<'_>) -> Option<String> {
    use super::Address;
    if draft.mounts_for_others() {
        return Some("it mounts for others to see".to_owned());
    }
    if draft.has_logins() {
        return Some("people log in through it, and share /tmp".to_owned());
    }
    let is_there = |path: &str| TEMPORARY.iter().any(|above| paths::is_below(path, above));
    let sockets = draft.seen.bound.iter().chain(&draft.seen.peers);
    let shared = sockets.filter_map(|address| match address {
        Address::Path(path) if is_there(path) => Some(path),
        _ => None,
    });
    if let Some(path) = shared.into_iter().next() {
        return Some(format!("a socket is there: {path}"));
    }
    let mut files = TEMPORARY.iter().flat_map(|above| draft.seen.below(above));
    let foreign = files
        .find(|(_, file)| !file.is_directory && file.read && !file.changed && !file.is_write());
    foreign.map(|(path, _)| format!("it read what it had not made: {path}"))
}

/// Character devices that a private /dev has, or that the policy `closed` allows.
const HARMLESS: &[(u32, u32)] = &[(1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 2)];

fn is_harmless(device: Device) -> bool {
    const PSEUDO_TERMINALS: std::ops::RangeInclusive<u32> = 136..=143;
    !device.is_block
        && (HARMLESS.contains(&(device.major, device.minor))
            || PSEUDO_TERMINALS.contains(&device.major))
}

/// `PrivateDevices=`, or `DevicePolicy=` with `DeviceAllow=`.
pub fn devices(draft: &mut Draft<'_>) {
    let used = draft.seen.files.iter().filter_map(|(path, file)| Some((path, file, file.device?)));
    let special: Vec<_> = used.filter(|(_, _, device)| !is_harmless(*device)).collect();
    if let Some((path, ..)) = special.first() {
        let why = format!("it opened {path}");
        draft.leave("PrivateDevices", why);
        draft.set("DevicePolicy", "closed", "devices that it opened are named below");
        let mut named = BTreeSet::new();
        for (path, file, _) in special {
            let Some(path) = paths::written(path) else { continue };
            let path = path.trim_start_matches('-');
            let modes = if file.written { "rw" } else { "r" };
            if named.insert(path.to_owned()) {
                draft.push("DeviceAllow", &format!("{path} {modes}"), "it opened that");
            }
        }
        return;
    }
    let needed = ["CAP_MKNOD", "CAP_SYS_RAWIO"]
        .iter()
        .find(|name| draft.seen.capabilities.contains_key(**name));
    match needed {
        Some(name) => draft.leave("PrivateDevices", format!("it needed {name}")),
        None if draft.mounts_for_others() => {}
        None => draft.set(
            "PrivateDevices",
            "yes",
            "no device was opened but null, random, terminals and their like",
        ),
    }
}

/// `UMask=`.
pub fn umask(draft: &mut Draft<'_>) {
    if draft.has_logins() || !draft.seen.start_seen || draft.current.value("UMask").is_some() {
        return;
    }
    let Some(modes) = draft.seen.created_modes else { return };
    let why = "no file that it made or writes is open to more";
    match () {
        () if modes & 0o077 == 0 => draft.set("UMask", "0077", why),
        () if modes & 0o027 == 0 => draft.set("UMask", "0027", why),
        () => draft.leave(
            "UMask",
            format!("files that it makes are for others too (modes {:04o})", modes & 0o777),
        ),
    }
}
