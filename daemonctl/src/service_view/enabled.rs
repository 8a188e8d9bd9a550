//! Whether units start at boot, by their files. systemd's own list of these takes seconds where there are
//! some hundred units: it looks through all folders again for each of them.

use std::collections::HashMap;

use files::{Disk, Whose};
use unit::Name;
use unit::install::Install;

use crate::context::Context;
use crate::unit_tree::{self, TreeOptions};

/// The units that have files, with systemctl's word for their being enabled; and that of further
/// ones that are loaded: instances, which have their template's file.
///
/// `None` where the files can't be read.
pub fn states<'n>(
    context: &Context,
    is_user: bool,
    loaded: impl Iterator<Item = &'n str>,
) -> Option<HashMap<String, &'static str>> {
    let root = context.common.system_root.to_str()?;
    let root = (root != "/").then(|| root.to_owned());
    let options = TreeOptions { root, user: is_user };
    let disk = unit_tree::disk(&options).ok()?;
    let search = unit_tree::search_path(&options, &disk);
    let facts = facts(&disk, is_user);
    let install = Install::new(&disk, &search, &facts);
    let mut states: HashMap<String, &'static str> = install
        .states()
        .into_iter()
        .map(|(name, state)| (name.to_string(), state.word()))
        .collect();
    for name in loaded.filter(|name| name.contains('@')) {
        let is_instance = name.parse::<Name>().is_ok_and(|name| name.instance().is_some());
        if is_instance
            && !states.contains_key(name)
            && let Ok(state) = install.state(name)
        {
            states.insert(name.to_owned(), state.word());
        }
    }
    Some(states)
}

fn facts(disk: &Disk, is_user: bool) -> unit::Facts {
    // Specifiers of [Install] sections: a user's own are the same for what is asked here.
    let mut facts = files::facts(disk, Whose::System);
    facts.is_user = is_user;
    facts
}
