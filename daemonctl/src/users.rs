//! Names of users.

use std::collections::HashMap;
use std::path::Path;

/// User names by id.
#[derive(Debug, Default)]
pub struct Users {
    names: HashMap<u32, String>,
}

impl Users {
    /// Names of these ids: from `etc/passwd` below `root`, and what isn't there from the system's
    /// name services (nsswitch.conf(5)), which know network accounts and dynamic users.
    pub fn of(ids: impl Iterator<Item = u32>, root: &Path) -> Users {
        let file = std::fs::read(root.join("etc/passwd")).unwrap_or_default();
        let mut names = HashMap::new();
        for line in file.split(|&byte| byte == b'\n') {
            let mut fields = line.split(|&byte| byte == b':');
            let (Some(name), _, Some(id)) = (fields.next(), fields.next(), fields.next()) else {
                continue;
            };
            let id = std::str::from_utf8(id).ok().and_then(|id| id.parse::<u32>().ok());
            if let Some(id) = id {
                names.entry(id).or_insert_with(|| String::from_utf8_lossy(name).into_owned());
            }
        }
        for id in ids {
            names.entry(id).or_insert_with(|| match uzers::get_user_by_uid(id) {
                Some(user) => user.name().to_string_lossy().into_owned(),
                None => id.to_string(),
            });
        }
        Users { names }
    }

    /// Whether the machine knows a user of this name, or the text is a number.
    pub fn exists(name: &str, root: &Path) -> bool {
        let file = std::fs::read_to_string(root.join("etc/passwd")).unwrap_or_default();
        let listed = || file.lines().any(|line| line.split(':').next() == Some(name));
        name.parse::<u32>().is_ok() || listed() || uzers::get_user_by_name(name).is_some()
    }

    /// The name of a user, or the number if it has none.
    pub fn name(&self, id: u32) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }
}
