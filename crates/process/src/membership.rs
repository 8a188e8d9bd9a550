//! What a control group's path says about the process in it: service, scope, slice, container.
//!
//! The path is cut at the containers on it: what stands behind a container's name was named by
//! the container's own init.

/// A container as its control group names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Who made it: `docker`, `podman`, `nspawn`, `lxc`, `kubernetes`, `containerd`, …
    pub runtime: &'static str,
    /// The runtime's name or id for it.
    pub id: String,
}

/// What kind of unit a control group belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// A service of the system's manager.
    Service(String),
    /// A service of an unprivileged user's manager.
    UserService(String),
    /// A login session made by logind (`session-3.scope`): the session's name.
    Session(String),
    /// Any other scope: processes that something else started and the manager only groups.
    Scope(String),
    /// `init.scope`: the manager itself.
    Manager,
    /// A service of OpenRC.
    OpenRc(String),
}

/// What the path says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Membership {
    /// The innermost unit.
    pub unit: Option<Unit>,
    /// The innermost slice.
    pub slice: Option<String>,
    /// Whose user manager (`user@1000.service`) it is under.
    pub user_manager: Option<u32>,
    /// The innermost container.
    pub container: Option<Container>,
    /// The group lies outside what this namespace may see (`/../…`).
    pub outside: bool,
}

impl Membership {
    /// Reads a path such as `/system.slice/nginx.service`.
    pub fn parse(path: &[u8]) -> Membership {
        let path = String::from_utf8_lossy(path);
        let path = path.strip_suffix(" (deleted)").unwrap_or(&path);
        let mut found = Membership::default();
        let mut previous = "";
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if part == ".." {
                found.outside = true;
            } else if let Some(container) = container(part, previous) {
                let outside = found.outside;
                found = Membership { container: Some(container), outside, ..Membership::default() };
            } else {
                found.add(part);
            }
            previous = part;
        }
        found
    }

    /// The name of the service, of whichever manager.
    pub fn service(&self) -> Option<&str> {
        match self.unit.as_ref()? {
            Unit::Service(name) | Unit::UserService(name) | Unit::OpenRc(name) => Some(name),
            _ => None,
        }
    }

    fn add(&mut self, part: &str) {
        // The kernel's own files can't be hidden by a unit of the same name: systemd escapes
        // such names with a leading underscore (systemd's "cgroup escaping").
        let part = part.strip_prefix('_').filter(|rest| rest.contains('.')).unwrap_or(part);
        // Below a service its own processes make groups as they like: they are still the service's.
        let inside_service =
            matches!(self.unit, Some(Unit::Service(_) | Unit::UserService(_) | Unit::OpenRc(_)));
        if let Some(uid) = user_manager(part) {
            self.user_manager = Some(uid);
            self.unit = None;
        } else if inside_service {
        } else if part == "init.scope" {
            self.unit = Some(Unit::Manager);
        } else if let Some(name) = unit_name(part, ".slice") {
            self.slice = Some(name);
        } else if let Some(name) = unit_name(part, ".service") {
            self.unit = Some(match self.user_manager {
                Some(_) => Unit::UserService(name),
                None => Unit::Service(name),
            });
        } else if let Some(name) = unit_name(part, ".scope") {
            let session =
                name.strip_prefix("session-").and_then(|rest| rest.strip_suffix(".scope"));
            self.unit = Some(match session {
                Some(id) => Unit::Session(id.to_owned()),
                None => Unit::Scope(name),
            });
        } else if let Some(name) = part.strip_prefix("openrc.").filter(|name| !name.is_empty()) {
            self.unit = Some(Unit::OpenRc(name.to_owned()));
        } else if self.slice.as_deref() == Some("openrc") {
            self.unit = Some(Unit::OpenRc(part.to_owned()));
        } else if part == "openrc" {
            // v1: /openrc/NAME.
            self.slice = Some("openrc".to_owned());
        }
    }
}

fn unit_name(part: &str, suffix: &str) -> Option<String> {
    part.strip_suffix(suffix).filter(|stem| !stem.is_empty()).map(|_| part.to_owned())
}

fn user_manager(part: &str) -> Option<u32> {
    part.strip_prefix("user@")?.strip_suffix(".service")?.parse().ok()
}

/// Prefixes of scopes and folders that container runtimes give to a container's control group.
const CONTAINER_PREFIXES: &[(&str, &str)] = &[
    ("docker-", "docker"),
    ("libpod-payload-", "podman"),
    ("libpod-", "podman"),
    ("cri-containerd-", "containerd"),
    ("nerdctl-", "containerd"),
    ("crio-", "cri-o"),
    ("lxc.payload.", "lxc"),
    ("lxc.payload-", "lxc"),
    ("buildkit-", "buildkit"),
];

/// Folders below which a container's group stands under its id (cgroup v1, or no systemd).
const CONTAINER_FOLDERS: &[(&str, &str)] = &[
    ("docker", "docker"),
    ("lxc", "lxc"),
    ("lxc.payload", "lxc"),
    ("libpod_parent", "podman"),
    ("garden", "garden"),
];

fn container(part: &str, previous: &str) -> Option<Container> {
    let found = |runtime, id: &str| Some(Container { runtime, id: short_id(id).to_owned() });
    let stem = part.strip_suffix(".scope").unwrap_or(part);
    for (prefix, runtime) in CONTAINER_PREFIXES {
        if let Some(id) = stem.strip_prefix(prefix).filter(|id| !id.is_empty()) {
            // conmon's own scope is a helper outside of the container.
            return if id.starts_with("conmon-") { None } else { found(runtime, id) };
        }
    }
    if let Some((_, runtime)) = CONTAINER_FOLDERS.iter().find(|(folder, _)| *folder == previous) {
        return found(runtime, part);
    }
    if let Some(name) = stem.strip_prefix("machine-").filter(|_| part.ends_with(".scope")) {
        let name = unescape(name);
        return found(if name.starts_with("qemu-") { "libvirt" } else { "nspawn" }, &name);
    }
    if part == "payload" {
        let name = previous.strip_suffix(".service").and_then(|stem| stem.split_once('@'));
        return found("nspawn", &name.map_or_else(String::new, |(_, name)| unescape(name)));
    }
    if previous.starts_with("pod") && is_hex_id(part)
        || previous.contains("-pod") && is_hex_id(part)
    {
        return found("kubernetes", part);
    }
    None
}

/// Runtimes print the first twelve digits of their 64-digit ids.
fn short_id(id: &str) -> &str {
    if is_hex_id(id) { id.get(..12).unwrap_or(id) } else { id }
}

fn is_hex_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Undoes unit-name escaping (`\x2d`), systemd.unit(5).
pub fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let code = tail.strip_prefix(b"x").and_then(|hex| hex.get(..2)).and_then(crate::raw::hex);
        match (byte, code) {
            (b'\\', Some(code)) => {
                out.push(code as u8);
                rest = tail.get(3..).unwrap_or_default();
            }
            _ => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(path: &str) -> Option<Unit> {
        Membership::parse(path.as_bytes()).unit
    }

    #[test]
    fn units_of_systemd() {
        assert_eq!(
            unit("/system.slice/nginx.service"),
            Some(Unit::Service("nginx.service".into()))
        );
        assert_eq!(
            unit("/system.slice/system-getty.slice/getty@tty1.service"),
            Some(Unit::Service("getty@tty1.service".into()))
        );
        assert_eq!(
            unit("/system.slice/a.service/sub/b.scope"),
            Some(Unit::Service("a.service".into()))
        );
        assert_eq!(unit("/init.scope"), Some(Unit::Manager));
        assert_eq!(
            unit("/user.slice/user-1000.slice/session-3.scope"),
            Some(Unit::Session("3".into()))
        );
        assert_eq!(unit("/"), None);
        assert_eq!(unit("/system.slice/.service"), None);
    }

    #[test]
    fn users_managers() {
        let app =
            Membership::parse(b"/user.slice/user-1000.slice/user@1000.service/app.slice/x.service");
        assert_eq!(app.user_manager, Some(1000));
        assert_eq!(app.unit, Some(Unit::UserService("x.service".into())));
        let manager =
            Membership::parse(b"/user.slice/user-1000.slice/user@1000.service/init.scope");
        assert_eq!((manager.user_manager, manager.unit), (Some(1000), Some(Unit::Manager)));
    }

    #[test]
    fn containers_cut_the_path() {
        let id = "0123456789abcdef".repeat(4);
        for (path, runtime, name) in [
            (format!("/system.slice/docker-{id}.scope"), "docker", "0123456789ab"),
            (format!("/docker/{id}"), "docker", "0123456789ab"),
            (format!("/machine.slice/libpod-{id}.scope/container"), "podman", "0123456789ab"),
            ("/lxc.payload.web/system.slice/x.service".into(), "lxc", "web"),
            ("/machine.slice/machine-a\\x2db.scope/init.scope".into(), "nspawn", "a-b"),
            (
                "/machine.slice/systemd-nspawn@deb.service/payload/init.scope".into(),
                "nspawn",
                "deb",
            ),
            (format!("/kubepods/besteffort/pod12/{id}"), "kubernetes", "0123456789ab"),
        ] {
            let container = Membership::parse(path.as_bytes()).container.expect(&path);
            assert_eq!((container.runtime, container.id.as_str()), (runtime, name), "{path}");
        }
        let inner = Membership::parse(b"/lxc.payload.web/system.slice/x.service");
        assert_eq!(inner.unit, Some(Unit::Service("x.service".into())));
    }

    #[test]
    fn openrc_on_both_hierarchies() {
        assert_eq!(unit("/openrc/nginx"), Some(Unit::OpenRc("nginx".into())));
        assert_eq!(unit("/openrc.nginx"), Some(Unit::OpenRc("nginx".into())));
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(r"a\x2db\x"), r"a-b\x");
        assert_eq!(unescape(r"\x2"), r"\x2");
    }

    proptest::proptest! {
        #[test]
        fn any_path_is_survived(path in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = Membership::parse(&path);
        }
    }
}
