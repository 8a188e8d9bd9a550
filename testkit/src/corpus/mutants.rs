//! Copies of the packages' units with a mistake in each.

use super::mistakes::{Dice, MISTAKES};
use super::{Corpus, Manager, read, units_in, write as write_file};
use crate::error::Error;
use std::path::Path;

/// Each mistake is made this often.
const OF_EACH_KIND: usize = 55;

/// A unit with a mistake in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// Its name: `mutant-NUMBER-MISTAKE-` and that of the unit that it is a copy of.
    pub name: String,
    /// Its path in the tree.
    pub file: String,
}

/// Makes them from units of `original` in the tree at `root`.
pub(super) fn write(original: &Corpus, root: &Path) -> Result<(), Error> {
    let folder = original.root().join(Manager::System.folder());
    let names = original.units(Manager::System)?;
    // A mount must be named as what it mounts; a copy has another name.
    let is_fit = |name: &&String| {
        let path = folder.join(name);
        path.is_file() && !path.is_symlink() && !name.ends_with("mount") && !name.ends_with(".swap")
    };
    let names: Vec<&str> = names.iter().filter(is_fit).map(String::as_str).collect();
    let mut dice = Dice::new(252);
    let mut number = 0;
    for (mistake, make) in MISTAKES {
        let mut made = 0;
        // A unit may have nothing in it to make the mistake with.
        for _ in 0..OF_EACH_KIND * 10 {
            let Some(name) = dice.pick(&names) else { break };
            let text = read(&folder.join(name))?;
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            if make(&mut lines, &mut dice).is_none() {
                continue;
            }
            number += 1;
            let path = root
                .join(Manager::System.folder())
                .join(format!("mutant-{number:03}-{mistake}-{name}"));
            let end = if *mistake == "unfinished" { "" } else { "\n" };
            write_file(&path, format!("{}{end}", lines.join("\n")).as_bytes())?;
            made += 1;
            if made == OF_EACH_KIND {
                break;
            }
        }
    }
    Ok(())
}

/// Those in a tree.
pub(super) fn list(root: &Path) -> Result<Vec<Mutant>, Error> {
    let names = units_in(&root.join(Manager::System.folder()))?;
    let mutants = names.into_iter().filter(|name| name.starts_with("mutant-"));
    let folder = Manager::System.folder();
    Ok(mutants.map(|name| Mutant { file: format!("/{folder}/{name}"), name }).collect())
}
