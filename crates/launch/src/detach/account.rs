//! Whom a daemon runs as.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use uzers::os::unix::UserExt as _;

/// A user with groups, as initgroups(3) would set them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user's name, where the machine knows one.
    pub name: Option<OsString>,
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
    /// Supplementary group ids, the primary one among them.
    pub groups: Vec<u32>,
    /// Home directory.
    pub home: Option<PathBuf>,
    /// Login shell.
    pub shell: Option<PathBuf>,
}

/// No such account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountError {
    /// There is no user of that name or number.
    NoUser(String),
    /// There is no group of that name or number.
    NoGroup(String),
    /// A number that is no user's has no group either: one has to be given.
    GroupNeeded(u32),
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AccountError::NoUser(name) => {
                write!(f, "there is no user \"{}\" on this machine", name.escape_debug())
            }
            AccountError::NoGroup(name) => {
                write!(f, "there is no group \"{}\" on this machine", name.escape_debug())
            }
            AccountError::GroupNeeded(uid) => {
                write!(f, "no user has the number {uid}: give its group too ({uid}:GROUP)")
            }
        }
    }
}

impl std::error::Error for AccountError {}

impl Account {
    /// `USER`, `USER:GROUP`, by names or numbers, through the C library's name services.
    ///
    /// # Errors
    /// One of them is not known.
    pub fn parse(text: &OsStr) -> Result<Account, AccountError> {
        let bytes = text.as_bytes();
        let (user, group) = match bytes.iter().position(|byte| *byte == b':') {
            Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..)),
            None => (bytes, None),
        };
        Account::find(OsStr::from_bytes(user), group.map(OsStr::from_bytes))
    }

    /// That user, with that group in place of its own.
    ///
    /// # Errors
    /// One of them is not known.
    pub fn find(user: &OsStr, group: Option<&OsStr>) -> Result<Account, AccountError> {
        let gid = group.map(group_id).transpose()?;
        let number = user.to_str().and_then(|text| text.parse::<u32>().ok());
        // Some machines have users with numbers for names: the name comes first, as in chown(1).
        let known =
            uzers::get_user_by_name(user).or_else(|| number.and_then(uzers::get_user_by_uid));
        let Some(known) = known else {
            let uid = number
                .filter(|uid| *uid != u32::MAX)
                .ok_or_else(|| AccountError::NoUser(user.to_string_lossy().into_owned()))?;
            let gid = gid.ok_or(AccountError::GroupNeeded(uid))?;
            return Ok(Account {
                name: None,
                uid,
                gid,
                groups: vec![gid],
                home: None,
                shell: None,
            });
        };
        let gid = gid.unwrap_or(known.primary_group_id());
        let groups = uzers::get_user_groups(known.name(), gid).unwrap_or_default();
        let mut groups: Vec<u32> = groups.iter().map(uzers::Group::gid).collect();
        // A group without an entry of its own is left out above.
        if !groups.contains(&gid) {
            groups.insert(0, gid);
        }
        Ok(Account {
            name: Some(known.name().to_owned()),
            uid: known.uid(),
            gid,
            groups,
            home: Some(known.home_dir().to_owned()),
            shell: Some(known.shell().to_owned()),
        })
    }

    /// The name, or the number where there is none.
    pub fn shown(&self) -> String {
        match &self.name {
            Some(name) => name.to_string_lossy().into_owned(),
            None => self.uid.to_string(),
        }
    }

    /// Whether this process runs so already, and needs no privilege to go on so.
    pub fn is_ours(&self) -> bool {
        let (uid, gid) = (rustix::process::getuid(), rustix::process::getgid());
        let (euid, egid) = (rustix::process::geteuid(), rustix::process::getegid());
        !euid.is_root()
            && (uid, gid) == (euid, egid)
            && (uid.as_raw(), gid.as_raw()) == (self.uid, self.gid)
    }
}

/// The number of a group that is given by name or number; a number need not be known.
///
/// # Errors
/// No group has that name.
pub fn group_id(group: &OsStr) -> Result<u32, AccountError> {
    if let Some(known) = uzers::get_group_by_name(group) {
        return Ok(known.gid());
    }
    let number = group.to_str().and_then(|text| text.parse::<u32>().ok());
    number
        .filter(|gid| *gid != u32::MAX)
        .ok_or_else(|| AccountError::NoGroup(group.to_string_lossy().into_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Account, AccountError};

    fn parse(text: &str) -> Result<Account, AccountError> {
        Account::parse(text.as_ref())
    }

    #[test]
    fn names_and_numbers_mean_the_same() {
        let root = parse("root").unwrap();
        assert_eq!((root.uid, root.gid, root.shown()), (0, 0, "root".to_owned()));
        assert_eq!(parse("0").unwrap(), root);
        assert_eq!(parse("root:root").unwrap().groups.first(), Some(&0));
        let other = parse("root:7").unwrap();
        assert_eq!(other.gid, 7);
        assert!(other.groups.contains(&7));
    }

    #[test]
    fn unknown_ones_are_named() {
        assert_eq!(parse("nobody-here"), Err(AccountError::NoUser("nobody-here".into())));
        assert_eq!(parse("root:no-group"), Err(AccountError::NoGroup("no-group".into())));
        assert_eq!(parse("root:"), Err(AccountError::NoGroup(String::new())));
        assert_eq!(parse(""), Err(AccountError::NoUser(String::new())));
        assert_eq!(parse("4294967295:0"), Err(AccountError::NoUser("4294967295".into())));
        assert_eq!(parse("3999999999"), Err(AccountError::GroupNeeded(3_999_999_999)));
        assert_eq!(parse("3999999999:12").unwrap().groups, [12]);
    }
}
