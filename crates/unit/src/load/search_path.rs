//! Where a manager looks for unit files (systemd.unit(5), "UNIT FILE LOAD PATH").

use std::sync::Arc;

/// Folders in which unit files are looked for, the one that wins first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchPath {
    folders: Vec<Arc<str>>,
    /// Where `enable` puts links.
    config: Arc<str>,
    /// Where `enable --runtime` puts links.
    runtime: Arc<str>,
}

/// The folders of a user's manager that follow from the user's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFolders {
    /// `$XDG_CONFIG_HOME`, or `~/.config`.
    pub config_home: String,
    /// `$XDG_DATA_HOME`, or `~/.local/share`.
    pub data_home: String,
    /// `$XDG_RUNTIME_DIR`, if there is one.
    pub runtime: Option<String>,
    /// `$XDG_CONFIG_DIRS`, or `/etc/xdg`.
    pub config_dirs: Vec<String>,
    /// `$XDG_DATA_DIRS`, or `/usr/local/share` and `/usr/share`.
    pub data_dirs: Vec<String>,
}

impl SearchPath {
    /// The system manager's. `lib_first`: systemd was built for a tree in which `/lib` is not the
    /// same as `/usr/lib` (Debian up to 12), and names units by `/lib/systemd/system`.
    pub fn system(lib_first: bool) -> SearchPath {
        let shipped: &[&str] = match lib_first {
            true => &["/lib/systemd/system", "/usr/lib/systemd/system"],
            false => &["/usr/lib/systemd/system", "/lib/systemd/system"],
        };
        let folders = [
            "/etc/systemd/system.control",
            "/run/systemd/system.control",
            "/run/systemd/transient",
            "/run/systemd/generator.early",
            "/etc/systemd/system",
            "/etc/systemd/system.attached",
            "/run/systemd/system",
            "/run/systemd/system.attached",
            "/run/systemd/generator",
            "/usr/local/lib/systemd/system",
        ];
        let all = folders.iter().chain(shipped).chain(&["/run/systemd/generator.late"]);
        SearchPath {
            folders: all.map(|folder| Arc::from(*folder)).collect(),
            config: "/etc/systemd/system".into(),
            runtime: "/run/systemd/system".into(),
        }
    }

    /// All users' managers, as `systemctl --global` sees it: no folder of one user.
    pub fn global() -> SearchPath {
        let folders = [
            "/etc/systemd/user",
            "/run/systemd/user",
            "/usr/local/share/systemd/user",
            "/usr/share/systemd/user",
            "/usr/local/lib/systemd/user",
            "/usr/lib/systemd/user",
        ];
        SearchPath {
            folders: folders.iter().map(|folder| Arc::from(*folder)).collect(),
            config: "/etc/systemd/user".into(),
            runtime: "/run/systemd/user".into(),
        }
    }

    /// One user's manager.
    pub fn user(user: &UserFolders) -> SearchPath {
        let config = format!("{}/systemd/user", user.config_home);
        let runtime = user.runtime.as_ref().map(|runtime| format!("{runtime}/systemd"));
        let mut folders = vec![format!("{config}.control")];
        let of_runtime = |name: &str| runtime.as_ref().map(|folder| format!("{folder}/{name}"));
        folders.extend(
            ["user.control", "transient", "generator.early"].into_iter().filter_map(of_runtime),
        );
        folders.push(config.clone());
        folders.extend(user.config_dirs.iter().map(|folder| format!("{folder}/systemd/user")));
        folders.push("/etc/systemd/user".into());
        folders.extend(of_runtime("user"));
        folders.push("/run/systemd/user".into());
        folders.extend(of_runtime("generator"));
        folders.push(format!("{}/systemd/user", user.data_home));
        folders.extend(user.data_dirs.iter().map(|folder| format!("{folder}/systemd/user")));
        folders.extend(["/usr/local/lib/systemd/user".into(), "/usr/lib/systemd/user".into()]);
        folders.extend(of_runtime("generator.late"));
        let mut unique: Vec<Arc<str>> = Vec::with_capacity(folders.len());
        for folder in folders {
            if !unique.iter().any(|known| **known == *folder) {
                unique.push(folder.into());
            }
        }
        let runtime = of_runtime("user").unwrap_or_else(|| "/run/systemd/user".into());
        SearchPath { folders: unique, config: config.into(), runtime: runtime.into() }
    }

    /// Just these folders, the one that wins first; links go to the first.
    pub fn of(folders: &[&str]) -> SearchPath {
        let config: Arc<str> = folders.first().copied().unwrap_or("/").into();
        let folders = folders.iter().map(|folder| Arc::from(*folder)).collect();
        SearchPath { folders, config: config.clone(), runtime: config }
    }

    /// The same with a folder in front of all others, as `systemd-analyze verify` does with the
    /// folder of a file that is given by its path.
    #[must_use]
    pub fn with_first(mut self, folder: &str) -> SearchPath {
        self.folders.retain(|known| **known != *folder);
        self.folders.insert(0, folder.into());
        self
    }

    /// The folders, the one that wins first.
    pub fn folders(&self) -> &[Arc<str>] {
        &self.folders
    }

    /// Where `enable` and `mask` put links.
    pub fn config(&self) -> &Arc<str> {
        &self.config
    }

    /// Where they put them with `--runtime`.
    pub fn runtime(&self) -> &Arc<str> {
        &self.runtime
    }

    /// Whether what lies there was made for this start of the machine by generators or requests, and
    /// is nobody's to enable.
    pub fn is_generated(folder: &str) -> bool {
        ["/generator", "/generator.early", "/generator.late"]
            .iter()
            .any(|end| folder.ends_with(end))
    }
}
