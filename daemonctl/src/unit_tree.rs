//! The unit files that a command works on: this machine's, a user's, or those below a folder.

use files::{Disk, Whose};
use unit::load::{Catalogue, Loader, SearchPath};
use unit::specifier::Account;
use unit::{Diagnostic, Facts, Files as _};

use crate::failure::Failure;

/// Options of all commands on unit files.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct TreeOptions {
    /// Take this folder for the root: an image, a chroot, another machine's disk.
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub root: Option<String>,
    /// Units of users' managers, not of the system's.
    #[arg(long)]
    pub user: bool,
}

/// A tree of unit files, listed.
pub struct UnitTree {
    /// Where the files are.
    pub disk: Disk,
    /// What specifiers stand for there.
    pub facts: Facts,
    /// Which units there are.
    pub catalogue: Catalogue,
    /// What could not be listed.
    pub problems: Vec<Diagnostic>,
}

impl UnitTree {
    /// Opens the tree and lists its search path.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn open(options: &TreeOptions) -> Result<UnitTree, Failure> {
        Self::open_with(options, &[])
    }

    /// The same with folders in front of the search path.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn open_with(options: &TreeOptions, first: &[String]) -> Result<UnitTree, Failure> {
        let disk = disk(options)?;
        let mut path = search_path(options, &disk);
        for folder in first.iter().rev() {
            path = path.with_first(folder);
        }
        let whose = match options.user {
            true => Whose::User(account()),
            false => Whose::System,
        };
        let facts = files::facts(&disk, whose);
        let (catalogue, problems) = Catalogue::read(&disk, path);
        Ok(UnitTree { disk, facts, catalogue, problems })
    }

    /// Loads units of the tree.
    pub fn loader(&self) -> Loader<'_> {
        Loader::new(&self.disk, &self.catalogue, &self.facts)
    }
}

/// The files below `--root`.
///
/// # Errors
/// There is no such folder.
pub fn disk(options: &TreeOptions) -> Result<Disk, Failure> {
    let Some(root) = &options.root else { return Ok(Disk::machine()) };
    Disk::below(root).map_err(|error| {
        Failure::failed(format!("--root {root}: {error}")).hint("name a folder that may be read")
    })
}

/// Where a manager looks for units in that tree.
pub fn search_path(options: &TreeOptions, disk: &Disk) -> SearchPath {
    match (options.user, disk.is_machine()) {
        (false, _) => SearchPath::system(is_lib_first(disk)),
        (true, true) => SearchPath::user(&user_folders()),
        // Whose home it would be can't be known there.
        (true, false) => SearchPath::global(),
    }
}

/// Whether systemd was built to look in /lib before /usr/lib. Debian's was, up to version 12, and
/// dpkg knows by which paths its files were installed.
fn is_lib_first(disk: &Disk) -> bool {
    let list = disk.read("/var/lib/dpkg/info/systemd.list");
    list.is_ok_and(|list| {
        list.bytes.split(|byte| *byte == b'\n').any(|line| line == b"/lib/systemd/system")
    })
}

fn user_folders() -> unit::load::UserFolders {
    let account = account();
    let variable = |name: &str| std::env::var(name).ok().filter(|value| value.starts_with('/'));
    let list = |name: &str, default: &[&str]| match variable(name) {
        Some(value) => value.split(':').map(str::to_owned).collect(),
        None => default.iter().map(|folder| (*folder).to_owned()).collect(),
    };
    let home = &account.home;
    unit::load::UserFolders {
        config_home: variable("XDG_CONFIG_HOME").unwrap_or_else(|| format!("{home}/.config")),
        data_home: variable("XDG_DATA_HOME").unwrap_or_else(|| format!("{home}/.local/share")),
        runtime: Some(
            variable("XDG_RUNTIME_DIR").unwrap_or_else(|| format!("/run/user/{}", account.uid)),
        ),
        config_dirs: list("XDG_CONFIG_DIRS", &["/etc/xdg"]),
        data_dirs: list("XDG_DATA_DIRS", &["/usr/local/share", "/usr/share"]),
    }
}

/// Who we are, for a user's specifiers and folders.
fn account() -> Account {
    use uzers::os::unix::UserExt as _;

    let uid = rustix::process::getuid().as_raw();
    let gid = rustix::process::getgid().as_raw();
    let group = uzers::get_group_by_gid(gid).map(|group| group.name().to_string_lossy().into());
    let known = uzers::get_user_by_uid(uid);
    let home = std::env::var("HOME").ok().filter(|home| home.starts_with('/'));
    let home = home.or_else(|| known.as_ref()?.home_dir().to_str().map(str::to_owned));
    Account {
        user: known
            .as_ref()
            .map_or_else(|| uid.to_string().into(), |user| user.name().to_string_lossy().into()),
        uid,
        group: group.unwrap_or_else(|| gid.to_string().into()),
        gid,
        home: home.unwrap_or_else(|| "/".to_owned()).into(),
        shell: known
            .and_then(|user| user.shell().to_str().map(Into::into))
            .unwrap_or_else(|| "/bin/sh".into()),
    }
}
