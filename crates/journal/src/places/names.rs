//! What the names of folders and files say.

use super::{Namespace, Whose};
use crate::id::Id128;

/// `MACHINE-ID` or `MACHINE-ID.NAMESPACE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MachineFolder<'n> {
    pub machine: Id128,
    pub namespace: Option<&'n str>,
}

impl<'n> MachineFolder<'n> {
    pub fn parse(name: &'n str) -> Option<MachineFolder<'n>> {
        let (machine, namespace) = match name.split_once('.') {
            Some((machine, namespace)) => (machine, Some(namespace)),
            None => (name, None),
        };
        if !namespace.is_none_or(is_namespace) {
            return None;
        }
        Some(MachineFolder { machine: machine.parse().ok()?, namespace })
    }
}

/// Names that journald takes: they fit behind a machine's id in a file's name and into a unit's name.
fn is_namespace(name: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte);
    !name.is_empty() && name != "." && name != ".." && name.len() <= 222 && name.bytes().all(is_fit)
}

impl Namespace {
    pub(crate) fn wants(&self, namespace: Option<&str>) -> bool {
        match self {
            Namespace::Default => namespace.is_none(),
            Namespace::Only(name) => namespace == Some(name),
            Namespace::And(name) => namespace.is_none() || namespace == Some(name),
            Namespace::All => true,
        }
    }
}

/// The greatest uid whose messages journald puts into the system's files: of system users.
const SYSTEM_UID_MAX: u32 = 999;

impl Whose {
    pub(crate) fn wants(self, name: &str, uid: u32) -> bool {
        let Some(stem) = name.strip_suffix(".journal").or_else(|| name.strip_suffix(".journal~"))
        else {
            return false;
        };
        // As sd-journal: a name ends right after its kind, or an archived file's `@` follows.
        let is_of = |kind: &str| {
            stem.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
        };
        let of_system = || is_of("system");
        let of_user = || is_of(&format!("user-{uid}"));
        let is_system_user = is_system_user(uid);
        match self {
            Whose::All => true,
            Whose::System => of_system(),
            Whose::User => of_user() || (is_system_user && of_system()),
            Whose::SystemAndUser => of_user() || of_system(),
        }
    }
}

/// Users whose messages go to the system's files: system users, dynamic users, nobody.
fn is_system_user(uid: u32) -> bool {
    uid <= SYSTEM_UID_MAX || (61184..=65519).contains(&uid) || uid == 65534
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn machine_folders() {
        let folder = |name: &str| {
            MachineFolder::parse(name).map(|folder| folder.namespace.map(str::to_owned))
        };
        assert_eq!(folder(ID), Some(None));
        assert_eq!(folder(&format!("{ID}.web")), Some(Some("web".into())));
        for bad in
            ["remote", "", &ID[1..], &format!("{ID}."), &format!("{ID}.a/b"), &format!("{ID}..")]
        {
            assert_eq!(folder(bad), None, "{bad}");
        }
    }

    #[test]
    fn namespaces() {
        for (text, none, web, other) in [
            ("", true, false, false),
            ("web", false, true, false),
            ("+web", true, true, false),
            ("*", true, true, true),
        ] {
            let namespace = Namespace::parse(text);
            let got = [None, Some("web"), Some("other")].map(|name| namespace.wants(name));
            assert_eq!(got, [none, web, other], "{text}");
        }
    }

    #[test]
    fn files_by_name() {
        let archived = format!("system@{ID}-0000000000000001-0005.journal");
        for (name, all, system, user, both) in [
            ("system.journal", true, true, false, true),
            (archived.as_str(), true, true, false, true),
            ("system@0005f-00.journal~", true, true, false, true),
            ("system.journal~", true, true, false, true),
            ("user-1000.journal", true, false, true, true),
            ("user-1000@00.journal", true, false, true, true),
            ("user-10000.journal", true, false, false, false),
            ("remote-web.journal", true, false, false, false),
            ("systemd.journal", true, false, false, false),
            ("system.journal.zst", false, false, false, false),
            ("system", false, false, false, false),
        ] {
            let got = [Whose::All, Whose::System, Whose::User, Whose::SystemAndUser]
                .map(|whose| whose.wants(name, 1000));
            assert_eq!(got, [all, system, user, both], "{name}");
        }
        assert!(Whose::User.wants("system.journal", 0));
        assert!(!Whose::System.wants("user-0.journal", 0));
    }
}
