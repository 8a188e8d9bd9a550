//! Paths within a tree, as texts: absolute, with `/` between their parts.

/// Where the device that masks lies in every tree, whether the tree has it or not.
const NULL: &str = "/dev/null";

/// Whether it is `/dev/null`.
pub(super) fn is_null(path: &str) -> bool {
    path == NULL
}

/// The folder and the last part: `/a` and `b` of `/a/b`.
pub(super) fn split(path: &str) -> (&str, &str) {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some(parts) => parts,
        None => ("/", path),
    }
}

/// A name in a folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    let folder = folder.trim_end_matches('/');
    format!("{folder}/{name}")
}

/// A link's target, as seen from the folder in which the link lies.
pub(super) fn absolute(target: &str, folder: &str) -> String {
    if target.starts_with('/') { simple(target) } else { simple(&join(folder, target)) }
}

/// Without doubled slashes, `.` and a slash at the end. `..` stays: what lies before it may be a
/// link.
pub(super) fn simple(path: &str) -> String {
    let mut simple = String::with_capacity(path.len());
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        simple.push('/');
        simple.push_str(part);
    }
    if simple.is_empty() {
        simple.push('/');
    }
    simple
}

/// Whether a path lies below a folder, not being the folder.
pub(super) fn below(path: &str, folder: &str) -> bool {
    match path.strip_prefix(folder.trim_end_matches('/')) {
        Some(rest) => rest.starts_with('/') && rest.len() > 1,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{absolute, below, join, simple, split};

    #[test]
    fn parts_of_paths() {
        assert_eq!(split("/a/b"), ("/a", "b"));
        assert_eq!(split("/a"), ("/", "a"));
        assert_eq!(join("/", "a"), "/a");
        assert_eq!(simple("//a/./b/"), "/a/b");
        assert_eq!(absolute("../x", "/a"), "/a/../x");
        assert!(below("/a/b", "/a") && below("/a", "/"));
        assert!(!below("/ab", "/a") && !below("/a", "/a") && !below("/a/", "/a"));
    }
}
