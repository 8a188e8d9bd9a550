//! What specifiers stand for besides names: the machine and the manager's user.

/// What is so on the machine and for the manager's user. Gathered by whoever loads units. `None` is
/// "not known", as for the boot id of a tree that is not running: the specifier stays in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whether units are a user's, not the system's.
    pub is_user: bool,
    /// `%a`: the architecture by systemd's name for it: `x86-64`, `arm64`.
    pub architecture: Option<Box<str>>,
    /// `%b`: 32 hexadecimal digits.
    pub boot_id: Option<Box<str>>,
    /// `%m`: 32 hexadecimal digits.
    pub machine_id: Option<Box<str>>,
    /// `%H`, and cut at the first dot `%l`.
    pub host_name: Option<Box<str>>,
    /// `%q`: PRETTY_HOSTNAME of machine-info(5). Where it is `None` the short host name takes its
    /// place.
    pub pretty_host_name: Option<Box<str>>,
    /// `%v`: what `uname -r` prints.
    pub kernel_release: Option<Box<str>>,
    /// `%A %B %M %o %w %W`.
    pub os: Option<OsRelease>,
    /// `%u %U %g %G %h %s`: who runs the manager, whatever `User=` says.
    pub account: Option<Account>,
    /// `%t %S %C %L %E %D %T %V`, and what `%d` is below of.
    pub directories: Directories,
}

impl Default for Facts {
    /// Those of a system manager on an unknown machine.
    fn default() -> Facts {
        Facts {
            is_user: false,
            architecture: None,
            boot_id: None,
            machine_id: None,
            host_name: None,
            pretty_host_name: None,
            kernel_release: None,
            os: None,
            account: Some(Account::root()),
            directories: Directories::of_system(),
        }
    }
}

impl Facts {
    /// Those of a user's manager, on an unknown machine.
    pub fn of_user(account: Account, directories: Directories) -> Facts {
        Facts { is_user: true, account: Some(account), directories, ..Facts::default() }
    }

    /// The host name up to its first dot.
    pub fn short_host_name(&self) -> Option<&str> {
        let name = self.host_name.as_deref()?;
        Some(name.split_once('.').map_or(name, |(short, _)| short))
    }
}

/// Who runs the manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user's name.
    pub user: Box<str>,
    /// The user's number.
    pub uid: u32,
    /// The name of the primary group.
    pub group: Box<str>,
    /// The number of the primary group.
    pub gid: u32,
    /// The home folder.
    pub home: Box<str>,
    /// The login shell.
    pub shell: Box<str>,
}

impl Account {
    /// The system manager's.
    pub fn root() -> Account {
        Account {
            user: "root".into(),
            uid: 0,
            group: "root".into(),
            gid: 0,
            home: "/root".into(),
            shell: "/bin/sh".into(),
        }
    }
}

/// Folders that specifiers stand for. Absolute, without a slash at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directories {
    /// `%t`
    pub runtime: Option<Box<str>>,
    /// `%S`
    pub state: Option<Box<str>>,
    /// `%C`
    pub cache: Option<Box<str>>,
    /// `%L`
    pub logs: Option<Box<str>>,
    /// `%E`
    pub configuration: Option<Box<str>>,
    /// `%D`
    pub shared: Option<Box<str>>,
    /// `%T`
    pub temporary: Option<Box<str>>,
    /// `%V`
    pub large_temporary: Option<Box<str>>,
}

impl Directories {
    /// The system manager's.
    pub fn of_system() -> Directories {
        let known = |path: &str| Some(path.into());
        Directories {
            runtime: known("/run"),
            state: known("/var/lib"),
            cache: known("/var/cache"),
            logs: known("/var/log"),
            configuration: known("/etc"),
            shared: known("/usr/share"),
            temporary: known("/tmp"),
            large_temporary: known("/var/tmp"),
        }
    }

    /// A user manager's: `variable` gives environment variables (`XDG_RUNTIME_DIR`, `TMPDIR` …),
    /// `home` is where their defaults lie. As in systemd a path that is not absolute is none.
    pub fn of_user(home: &str, variable: impl Fn(&str) -> Option<String>) -> Directories {
        let set = |name: &str| {
            let path = variable(name)?;
            path.starts_with('/').then(|| trimmed(&path))
        };
        let or_home =
            |name: &str, below: &str| set(name).or_else(|| Some(below_of(home, below).into()));
        let temporary = ["TMPDIR", "TEMP", "TMP"].into_iter().find_map(set);
        let state = or_home("XDG_STATE_HOME", ".local/state");
        Directories {
            runtime: set("XDG_RUNTIME_DIR"),
            cache: or_home("XDG_CACHE_HOME", ".cache"),
            logs: state.as_deref().map(|state| below_of(state, "log").into()),
            state,
            configuration: or_home("XDG_CONFIG_HOME", ".config"),
            shared: or_home("XDG_DATA_HOME", ".local/share"),
            temporary: temporary.clone().or_else(|| Some("/tmp".into())),
            large_temporary: temporary.or_else(|| Some("/var/tmp".into())),
        }
    }
}

fn trimmed(path: &str) -> Box<str> {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/".into() } else { trimmed.into() }
}

fn below_of(folder: &str, below: &str) -> String {
    format!("{}/{below}", folder.trim_end_matches('/'))
}

/// What os-release(5) says of the operating system, as far as specifiers ask. A field that is not
/// set is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OsRelease {
    /// `%o`: ID
    pub id: Box<str>,
    /// `%w`: VERSION_ID
    pub version_id: Box<str>,
    /// `%B`: BUILD_ID
    pub build_id: Box<str>,
    /// `%W`: VARIANT_ID
    pub variant_id: Box<str>,
    /// `%M`: IMAGE_ID
    pub image_id: Box<str>,
    /// `%A`: IMAGE_VERSION
    pub image_version: Box<str>,
}

impl OsRelease {
    /// Reads the file's text. Lines that are no assignments are passed over.
    pub fn parse(text: &str) -> OsRelease {
        let mut release = OsRelease::default();
        for (key, value) in assignments(text) {
            let field = match key {
                "ID" => &mut release.id,
                "VERSION_ID" => &mut release.version_id,
                "BUILD_ID" => &mut release.build_id,
                "VARIANT_ID" => &mut release.variant_id,
                "IMAGE_ID" => &mut release.image_id,
                "IMAGE_VERSION" => &mut release.image_version,
                _ => continue,
            };
            *field = value.into();
        }
        release
    }
}

/// The assignments of a file of shell assignments: os-release(5), machine-info(5). Quotes are
/// taken away, escapes resolved.
pub fn assignments(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        if line.starts_with('#') {
            return None;
        }
        let (key, value) = line.split_once('=')?;
        Some((key.trim_end(), unquoted(value.trim_start())))
    })
}

fn unquoted(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut quote = None;
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\'' | '"', None) => quote = Some(character),
            (_, Some(open)) if character == open => quote = None,
            ('\\', None | Some('"')) => match characters.next() {
                // Between double quotes a backslash stands for itself before all but these.
                Some(next) if quote.is_some() && !"\"\\$`".contains(next) => {
                    out.push('\\');
                    out.push(next);
                }
                Some(next) => out.push(next),
                None => {}
            },
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Directories, Facts, OsRelease, assignments};

    #[test]
    fn os_release() {
        let text = "# comment\nPRETTY_NAME=\"Some OS\"\nID=some\nVERSION_ID=\"12 \\\"x\\\" \\n\"\n\
                    nonsense\nVARIANT_ID='it is'\nBUILD_ID=a\\ b\n";
        let release = OsRelease::parse(text);
        assert_eq!(&*release.id, "some");
        assert_eq!(&*release.version_id, "12 \"x\" \\n");
        assert_eq!(&*release.variant_id, "it is");
        assert_eq!(&*release.build_id, "a b");
        assert_eq!(&*release.image_id, "");
        assert_eq!(assignments("A=\"x").next(), Some(("A", "x".to_owned())));
        assert_eq!(assignments("A=x\\").next(), Some(("A", "x".to_owned())));
    }

    #[test]
    fn folders_of_a_user() {
        let folders = Directories::of_user("/home/x/", |name| match name {
            "XDG_RUNTIME_DIR" => Some("/run/user/7/".to_owned()),
            "XDG_CACHE_HOME" => Some("relative".to_owned()),
            "TMP" => Some("/scratch".to_owned()),
            _ => None,
        });
        assert_eq!(folders.runtime.as_deref(), Some("/run/user/7"));
        assert_eq!(folders.cache.as_deref(), Some("/home/x/.cache"));
        assert_eq!(folders.state.as_deref(), Some("/home/x/.local/state"));
        assert_eq!(folders.logs.as_deref(), Some("/home/x/.local/state/log"));
        assert_eq!(folders.large_temporary.as_deref(), Some("/scratch"));
    }

    #[test]
    fn short_host_names() {
        let named = |name: &str| Facts { host_name: Some(name.into()), ..Facts::default() };
        assert_eq!(named("a.b.c").short_host_name(), Some("a"));
        assert_eq!(named("a").short_host_name(), Some("a"));
        assert_eq!(Facts::default().short_host_name(), None);
    }
}
