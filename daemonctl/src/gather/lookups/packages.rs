//! Which installed package has a file: from the package managers' lists on the disk.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::Resolver;
use super::texts;

/// Lists that are read at most.
const LISTS_MAX: usize = 20_000;
const LIST_BYTES: u64 = 8 * 1024 * 1024;
const APK_BYTES: u64 = 64 * 1024 * 1024;

/// Packages by path, or by the library's name. Files that were removed stand in the lists all the same: that is what
/// is asked for. Empty where no list names it.
pub fn of(resolver: &Resolver, wanted: &BTreeSet<String>) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if wanted.is_empty() {
        return found;
    }
    let mut add = |package: &str, path: &str| {
        for name in wanted.iter().filter(|name| is_meant(name, path)) {
            let packages = found.entry(name.clone()).or_default();
            if !packages.iter().any(|known| known == package) {
                packages.push(package.to_owned());
            }
        }
    };
    dpkg(resolver, &mut add);
    apk(resolver, &mut add);
    pacman(resolver, &mut add);
    found
}

/// A path as the lists have it: with or without `/usr`, which are one where `/bin` is a link.
fn is_meant(name: &str, path: &str) -> bool {
    let plain = |path: &str| -> bool {
        let path = path.strip_prefix("/usr").unwrap_or(path);
        path == name.strip_prefix("/usr").unwrap_or(name)
    };
    match name.starts_with('/') {
        true => plain(path),
        false => path.rsplit('/').next() == Some(name),
    }
}

fn dpkg(resolver: &Resolver, add: &mut dyn FnMut(&str, &str)) {
    const FOLDER: &str = "/var/lib/dpkg/info";
    for name in resolver.list(FOLDER).unwrap_or_default().iter().take(LISTS_MAX) {
        let Some(package) = name.strip_suffix(".list") else { continue };
        let text = texts::start(resolver, &format!("{FOLDER}/{name}"), LIST_BYTES);
        // Without the architecture: `libssl3:amd64`.
        let package = package.split(':').next().unwrap_or(package);
        text.unwrap_or_default().lines().for_each(|path| add(package, path));
    }
}

/// `P:package`, `F:folder`, `R:file`, separated by empty lines.
fn apk(resolver: &Resolver, add: &mut dyn FnMut(&str, &str)) {
    let text = texts::start(resolver, "/lib/apk/db/installed", APK_BYTES).unwrap_or_default();
    let (mut package, mut folder) = ("", "");
    for line in text.lines() {
        match line.split_once(':') {
            Some(("P", name)) => package = name,
            Some(("F", path)) => folder = path,
            Some(("R", file)) => add(package, &format!("/{folder}/{file}")),
            _ => {}
        }
    }
}

/// `NAME-VERSION-RELEASE/files`: paths without the leading `/`, below a heading.
fn pacman(resolver: &Resolver, add: &mut dyn FnMut(&str, &str)) {
    const FOLDER: &str = "/var/lib/pacman/local";
    for name in resolver.list(FOLDER).unwrap_or_default().iter().take(LISTS_MAX) {
        let package = name.rsplitn(3, '-').nth(2).unwrap_or(name);
        let text = texts::start(resolver, &format!("{FOLDER}/{name}/files"), LIST_BYTES);
        text.unwrap_or_default().lines().for_each(|path| add(package, &format!("/{path}")));
    }
}

#[cfg(test)]
mod tests {
    use super::is_meant;

    #[test]
    fn paths_of_merged_folders_and_names_of_libraries() {
        assert!(is_meant("/usr/sbin/sshd", "/usr/sbin/sshd") && is_meant("/sbin/x", "/usr/sbin/x"));
        assert!(is_meant("libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3"));
        assert!(!is_meant("libssl.so.3", "/usr/lib/libssl.so.3/x") && !is_meant("/x", "/y/x"));
    }
}
