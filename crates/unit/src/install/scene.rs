//! What looking for units needs, and what a link among unit files is.

use super::{
    alias,
    context::{Mode, Subject},
    draft::{Draft, Last},
    folders, path,
    report::{Clash, Note, Why},
};
use crate::{files::FileError, load::SearchPath, name::Name, specifier::Facts};

/// How to look for units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// Read `[Install]` sections.
    pub load: bool,
    /// Follow links in the folders that `enable` writes to.
    pub follow_config: bool,
}

impl Look {
    pub(super) const LOAD_AND_FOLLOW: Look = Look { load: true, follow_config: true };
    pub(super) const LOAD: Look = Look { load: true, follow_config: false };
    pub(super) const FOLLOW: Look = Look { load: false, follow_config: true };
    pub(super) const EXISTS: Look = Look { load: false, follow_config: false };
}

/// Everything that looking for units needs.
pub(super) struct Scene<'a, 'f> {
    pub draft: &'a mut Draft<'f>,
    pub search: &'a SearchPath,
    pub facts: &'a Facts,
    pub notes: &'a mut Vec<Note>,
}

/// Where a link of a unit leads, and what it is by that.
pub(super) fn linked(
    subject: &Subject,
    target: &str,
    scene: &mut Scene<'_, '_>,
) -> Result<(String, Mode), Why> {
    let (folder, _) = path::split(&subject.path);
    let folder = scene.draft.chase(folder, Last::Follow).map_err(Why::File)?.path;
    let target = path::absolute(target, &folder);
    let target = scene.draft.chase(&target, Last::Keep).map_err(Why::File)?.path;
    let is_alias = folders::searched(scene).iter().any(|folder| path::below(&target, folder));
    if is_alias {
        let file = path::split(&target).1;
        let clash = |clash| Why::Alias(file.into(), clash);
        let unit: Name = file.parse().map_err(|_| clash(Clash::OtherType))?;
        alias::check(&link_name(&subject.path)?, &unit).map_err(|found| match found {
            Clash::Same => Why::IsLink,
            found => clash(found),
        })?;
    }
    let mode = match scene.draft.masks(&target) {
        Ok(true) => Mode::Masked,
        Ok(false) | Err(FileError::Missing) if is_alias => Mode::Alias,
        Ok(false) | Err(FileError::Missing) => Mode::Linked,
        Err(error) => return Err(Why::File(error)),
    };
    Ok((target, mode))
}

fn link_name(path: &str) -> Result<Name, Why> {
    path::split(path).1.parse().map_err(|_| Why::Name)
}
