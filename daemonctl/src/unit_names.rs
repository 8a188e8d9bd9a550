//! What people write for units: names, names without their type, paths of files.

use unit::{Name, UnitType};

use crate::failure::Failure;
use crate::unit_tree::{TreeOptions, UnitTree};

/// A unit that was asked for.
pub struct Asked {
    /// Its name.
    pub name: Name,
    /// The folder of its file, where a path was given.
    pub folder: Option<String>,
}

/// The tree with the folders of the files that were asked for in front, and their units' names;
/// templates as the instance that they are looked at as.
///
/// # Errors
/// There is no such folder, or a word is no unit's name.
pub fn open(what: &[String], tree: &TreeOptions) -> Result<(UnitTree, Vec<Name>), Failure> {
    let asked: Vec<Asked> = what.iter().map(|what| asked(what, tree)).collect::<Result<_, _>>()?;
    let mut folders: Vec<String> = asked.iter().filter_map(|asked| asked.folder.clone()).collect();
    folders.dedup();
    let tree = UnitTree::open_with(tree, &folders)?;
    let names = asked.into_iter().map(|asked| asked.name);
    Ok((tree, names.filter_map(instantiated).collect()))
}

/// What a word of the command line means.
///
/// # Errors
/// It is no unit name and no path of a file named like one.
pub fn asked(what: &str, tree: &TreeOptions) -> Result<Asked, Failure> {
    match what.contains('/') {
        true => file(what, tree),
        false => Ok(Asked { name: name(what)?, folder: None }),
    }
}

/// A unit name; one without a type is a service's.
///
/// # Errors
/// It is no unit name.
pub fn name(what: &str) -> Result<Name, Failure> {
    let has_type = what.rsplit_once('.').is_some_and(|(_, end)| UnitType::of_suffix(end).is_some());
    let whole = if has_type { what.to_owned() } else { format!("{what}.service") };
    whole.parse().map_err(|error: unit::name::NameError| {
        Failure::usage(format!("{what} is no unit name: {error}"))
            .hint("daemonctl escape makes a part of a unit name from any text")
    })
}

/// The instance as which a template is looked at: systemd-analyze verify takes the same.
pub fn instantiated(name: Name) -> Option<Name> {
    match name.is_template() {
        true => name.with_instance("i"),
        false => Some(name),
    }
}

fn file(what: &str, tree: &TreeOptions) -> Result<Asked, Failure> {
    let no_file = |error: &std::io::Error| {
        Failure::not_found(format!("{what}: {error}"))
            .hint("give a unit's name or the path of its file")
    };
    let (folder, file) = what.rsplit_once('/').unwrap_or((".", what));
    let name: Name = file.parse().map_err(|error: unit::name::NameError| {
        Failure::usage(format!("{what} is not named like a unit: {error}"))
            .hint("call the file NAME.service, NAME.timer or the like")
    })?;
    let folder = if folder.is_empty() { "/" } else { folder };
    let folder = match &tree.root {
        // A path as it is seen from within the tree, or as the shell completes it.
        Some(root) => {
            let inside = folder.strip_prefix(root.trim_end_matches('/'));
            inside.filter(|inside| inside.starts_with('/')).unwrap_or(folder).to_owned()
        }
        None => {
            // A missing file is said to be missing, not to be an unknown unit.
            std::fs::metadata(what).map_err(|error| no_file(&error))?;
            std::path::absolute(folder)
                .map_err(|error| no_file(&error))?
                .to_string_lossy()
                .into_owned()
        }
    };
    Ok(Asked { name, folder: Some(folder) })
}
