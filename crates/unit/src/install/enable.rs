//! Making links.

use super::{
    Run, alias,
    context::{Id, Mode, Subject, Subjects},
    path,
    report::{Note, Why},
    scene::Look,
};
use crate::{name::Name, unit::FolderKind};

/// Whom links are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// The units that were named.
    Units,
    /// The units that were named, by preset. A template that wants an instance is passed over:
    /// nobody asked for just this one.
    Preset,
    /// All units of the tree, by preset. One that can't be read harms no other.
    PresetAll,
}

impl Run<'_> {
    /// Enables units; what is wrong with one of those named keeps all as they are, and is told by
    /// `false`.
    pub(super) fn enable(&mut self, units: &[&str]) -> bool {
        let mut subjects = Subjects::default();
        for unit in units {
            if let Err(failure) = self.discover(&mut subjects, unit) {
                self.failures.push(failure);
                return false;
            }
        }
        let had_rules = self.make_links(&mut subjects, For::Units);
        if !had_rules && self.failures.is_empty() {
            self.note(Note::NothingToInstall);
        }
        true
    }

    /// Makes the links of all units that came up. Says whether one of them at least has rules for
    /// links.
    pub(super) fn make_links(&mut self, subjects: &mut Subjects, purpose: For) -> bool {
        let mut had_rules = false;
        while let Some(id) = subjects.next() {
            let found = subjects.traverse(id, Look::LOAD, &mut self.scene());
            let Some(subject) = subjects.get(id) else { continue };
            match (found, subject.mode) {
                (Err(why), _) if subject.is_auxiliary => {
                    self.note(Note::Also(why.about(subject.name.as_str())));
                }
                (Err(why), _) if purpose == For::PresetAll => {
                    self.note(Note::Skipped(why.about(subject.name.as_str())));
                }
                (Err(why), _) => {
                    self.failures.push(why.about(subject.name.as_str()));
                    return had_rules;
                }
                (Ok(_), Mode::Masked) => {
                    self.note(Note::Masked(subject.path.as_str().into()));
                    had_rules = true;
                }
                (Ok(_), Mode::File) => {
                    let subject = subject.clone();
                    had_rules |= self.links_of(&subject, purpose);
                }
                (Ok(_), Mode::Unknown | Mode::Linked | Mode::Alias) => {}
            }
        }
        had_rules
    }

    /// The links of one unit. Says whether there were rules for any.
    fn links_of(&mut self, subject: &Subject, purpose: For) -> bool {
        let own_link = path::join(self.config, subject.name.as_str());
        let is_foreign = !self.is_searched(path::split(&subject.path).0);
        if is_foreign
            && let Err(why) = self.draft.link(&own_link, &subject.path, self.force, self.search)
        {
            // Other links would lead to a unit that is not there, or another one.
            self.failures.push(why.about(own_link));
            return true;
        }
        // An alias of a file from elsewhere leads to the link that makes it a unit.
        let target = if is_foreign { own_link.as_str() } else { subject.path.as_str() };
        for text in &subject.section.aliases {
            self.alias(subject, text, target);
        }
        let section = &subject.section;
        let lists = [
            (&section.wanted_by, FolderKind::Wants),
            (&section.required_by, FolderKind::Requires),
            (&section.upheld_by, FolderKind::Upholds),
        ];
        for (list, kind) in lists {
            self.dependency_links(subject, list, kind, purpose);
        }
        section.has_links()
    }

    fn alias(&mut self, subject: &Subject, text: &str, target: &str) {
        let expanded = match subject.section.expand(text, self.facts, &subject.name) {
            Ok(expanded) => expanded,
            Err(problem) => {
                self.failures.push(Why::Specifier(problem.into()).about(subject.name.as_str()));
                return;
            }
        };
        let place = match alias::place(&expanded, &subject.name) {
            Ok(Some(place)) => place,
            Ok(None) => return,
            Err((what, why)) => {
                self.failures.push(why.about(what));
                return;
            }
        };
        let link = path::join(self.config, &place);
        // A link that leads nowhere is in nobody's way.
        let is_broken = self
            .draft
            .chase(&link, super::draft::Last::Follow)
            .is_ok_and(|end| end.kind.is_none() && end.path != super::NULL);
        let force = self.force || is_broken;
        if let Err(why) = self.draft.link(&link, target, force, self.search) {
            self.failures.push(why.about(link));
        }
    }

    fn dependency_links(
        &mut self,
        subject: &Subject,
        list: &[String],
        kind: FolderKind,
        purpose: For,
    ) {
        if list.is_empty() {
            return;
        }
        let unit = match self.unit_to_pull_in(subject) {
            Ok(unit) => unit,
            Err((what, why)) => {
                self.failures.push(why.about(what));
                return;
            }
        };
        for text in list {
            let owner = match subject.section.expand(text, self.facts, &subject.name) {
                Ok(owner) => owner,
                Err(problem) => {
                    let why = Why::Specifier(problem.into());
                    self.failures.push(why.about(subject.name.as_str()));
                    continue;
                }
            };
            let name = match owner.parse::<Name>() {
                // The instance comes from the owner, which has one only where it is one.
                Ok(name) if unit.is_template() && name.instance().is_none() => {
                    Err(Why::WantsInstance(unit.as_str().into()))
                }
                Ok(name) => Ok(name),
                Err(_) => Err(Why::Name),
            };
            match name {
                Ok(name) => self.dependency_link(subject, &name, kind, &unit),
                Err(_) if purpose != For::Units => {}
                Err(why) => self.failures.push(why.about(owner)),
            }
        }
    }

    fn dependency_link(&mut self, subject: &Subject, owner: &Name, kind: FolderKind, unit: &Name) {
        let folder = format!("{}{}", path::join(self.config, owner.as_str()), kind.suffix());
        let link = path::join(&folder, unit.as_str());
        if let Err(why) = self.draft.link(&link, &subject.path, true, self.search) {
            self.failures.push(why.about(link));
        }
        if !self.exists(owner) {
            self.note(Note::MissingTarget(owner.as_str().into(), unit.as_str().into()));
        }
    }

    /// Under which name a unit is pulled in: a template by its default instance.
    fn unit_to_pull_in(&mut self, subject: &Subject) -> Result<Name, (String, Why)> {
        let Some(instance) = subject.section.default_unit(&subject.name) else {
            return Ok(subject.name.clone());
        };
        let mut subjects = Subjects::default();
        let id: Id = subjects.add(&instance, None, false);
        subjects
            .search(id, Look::FOLLOW, &mut self.scene())
            .map_err(|why| (instance.to_string(), why))?;
        match subjects.get(id) {
            Some(found) if found.mode == Mode::Masked => Err((found.path.clone(), Why::Masked)),
            _ => Ok(instance),
        }
    }
}
