//! What is known of one unit.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    diagnostic::Diagnostic,
    name::Name,
    table::{Id, Merge},
    values::Value,
};

/// Whether a unit's definition could be had. The words are those of systemd's `LoadState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LoadState {
    /// Yes.
    Loaded,
    /// There is no file.
    NotFound,
    /// There are settings with which it is refused.
    BadSetting,
    /// A file could not be read.
    Error,
    /// A link to /dev/null, or an empty file, stands in the definition's place.
    Masked,
}

impl LoadState {
    /// systemd's word for it.
    pub const fn word(self) -> &'static str {
        match self {
            LoadState::Loaded => "loaded",
            LoadState::NotFound => "not-found",
            LoadState::BadSetting => "bad-setting",
            LoadState::Error => "error",
            LoadState::Masked => "masked",
        }
    }
}

/// Where a setting was written. Small: there is one for each setting of each unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Which of the unit's files: 0 is the fragment, 1 the first drop-in.
    pub file: u16,
    /// The line where the assignment begins, from 1.
    pub line: u32,
}

/// One assignment that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Of what.
    pub id: Id,
    /// Where it was written.
    pub origin: Origin,
    /// The value, with specifiers replaced.
    pub value: Value,
}

/// The settings that hold, in the order in which they were assigned. What a later assignment undid
/// is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    settings: Vec<Setting>,
}

impl Definition {
    /// Adds an assignment, as the directive's [`Merge`] says.
    pub fn assign(&mut self, setting: Setting) {
        if setting.id.directive().merge == Merge::Last {
            self.settings.retain(|earlier| earlier.id != setting.id);
        }
        self.settings.push(setting);
    }

    /// An empty assignment: undoes the earlier ones, as the directive's [`Merge`] says.
    pub fn reset(&mut self, id: Id) {
        match id.directive().merge {
            Merge::Last | Merge::Append => self.settings.retain(|earlier| earlier.id != id),
            list @ Merge::AppendTo(_) => {
                self.settings.retain(|earlier| earlier.id.directive().merge != list);
            }
            Merge::Keep => {}
        }
    }

    /// All settings, in order.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// The settings of one directive, in order.
    pub fn all(&self, id: Id) -> impl DoubleEndedIterator<Item = &Setting> {
        self.settings.iter().filter(move |setting| setting.id == id)
    }

    /// The last setting of a directive.
    pub fn get(&self, id: Id) -> Option<&Setting> {
        self.all(id).next_back()
    }

    /// Its value.
    pub fn value(&self, id: Id) -> Option<&Value> {
        self.get(id).map(|setting| &setting.value)
    }

    /// Whether it is assigned.
    pub fn has(&self, id: Id) -> bool {
        self.get(id).is_some()
    }

    /// A boolean; `None` where it is not assigned, or is a word.
    pub fn flag(&self, id: Id) -> Option<bool> {
        match self.value(id)? {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A word or a text.
    pub fn text(&self, id: Id) -> Option<&str> {
        match self.value(id)? {
            Value::Word(word) => Some(word),
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The units named in all assignments of a directive, with where.
    pub fn names(&self, id: Id) -> impl Iterator<Item = (&Name, Origin)> {
        self.all(id).flat_map(|setting| {
            let names: &[Name] = match &setting.value {
                Value::Names(names) => names,
                _ => &[],
            };
            names.iter().map(move |name| (name, setting.origin))
        })
    }

    /// The texts in all assignments of a directive whose values are lists or texts, with where.
    pub fn texts(&self, id: Id) -> impl Iterator<Item = (&str, Origin)> {
        self.all(id).flat_map(|setting| {
            let (list, one): (&[Box<str>], Option<&str>) = match &setting.value {
                Value::List(list) => (list, None),
                Value::Text(text) => (&[], Some(text)),
                Value::Word(word) => (&[], Some(word)),
                _ => (&[], None),
            };
            list.iter().map(|text| &**text).chain(one).map(move |text| (text, setting.origin))
        })
    }
}

/// Assignments while files are read. What they undo is taken out at the end in one go: a file with a
/// million lines takes as long as it is long.
#[derive(Debug, Default)]
pub(crate) struct Assignments {
    settings: Vec<Setting>,
    /// Empty assignments: how many settings were there before, and of what.
    resets: Vec<(usize, Id)>,
}

impl Assignments {
    pub(crate) fn assign(&mut self, setting: Setting) {
        self.settings.push(setting);
    }

    pub(crate) fn reset(&mut self, id: Id) {
        if id.directive().merge != Merge::Keep {
            self.resets.push((self.settings.len(), id));
        }
    }

    /// What holds.
    pub(crate) fn finish(self) -> Definition {
        let mut over: BTreeSet<Undone> = BTreeSet::new();
        let mut kept: Vec<Setting> = Vec::with_capacity(self.settings.len());
        let mut resets = self.resets.into_iter().rev().peekable();
        for (at, setting) in self.settings.into_iter().enumerate().rev() {
            while let Some((_, id)) = resets.next_if(|(before, _)| *before > at) {
                over.insert(Undone::of(id));
            }
            if over.contains(&Undone::of(setting.id)) {
                continue;
            }
            if setting.id.directive().merge == Merge::Last {
                over.insert(Undone::One(setting.id));
            }
            kept.push(setting);
        }
        kept.reverse();
        kept.shrink_to_fit();
        Definition { settings: kept }
    }
}

/// What an empty assignment undoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Undone {
    /// The earlier ones of a directive.
    One(Id),
    /// The earlier ones of all directives of a list.
    List(&'static str),
}

impl Undone {
    fn of(id: Id) -> Undone {
        match id.directive().merge {
            Merge::AppendTo(list) => Undone::List(list),
            _ => Undone::One(id),
        }
    }
}

/// A folder that adds dependencies: `foo.service.wants/` and its kin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FolderKind {
    /// `.wants/`
    Wants,
    /// `.requires/`
    Requires,
    /// `.upholds/`
    Upholds,
}

impl FolderKind {
    /// All of them.
    pub const ALL: [FolderKind; 3] = [FolderKind::Wants, FolderKind::Requires, FolderKind::Upholds];

    /// The end of the folder's name.
    pub const fn suffix(self) -> &'static str {
        match self {
            FolderKind::Wants => ".wants",
            FolderKind::Requires => ".requires",
            FolderKind::Upholds => ".upholds",
        }
    }
}

/// A unit: what its files say.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its name: the one that aliases lead to.
    pub name: Name,
    /// Its other names, sorted.
    pub aliases: Vec<Name>,
    /// Whether it could be loaded.
    pub state: LoadState,
    /// Its files: the fragment first, then the drop-ins in the order in which they are read. Where
    /// there is no fragment the first is empty.
    pub files: Vec<Arc<str>>,
    /// What they say together.
    pub settings: Definition,
    /// Units that lie as links in its folders, by the link's name.
    pub folders: Vec<(FolderKind, Name)>,
    /// What is wrong with its files.
    pub diagnostics: Vec<Diagnostic>,
}

impl Unit {
    /// The path of the fragment.
    pub fn fragment(&self) -> Option<&Arc<str>> {
        self.files.first().filter(|path| !path.is_empty())
    }

    /// The paths of the drop-ins, in order.
    pub fn drop_ins(&self) -> &[Arc<str>] {
        self.files.get(1..).unwrap_or_default()
    }

    /// The path of the file in which a setting was written.
    pub fn file(&self, origin: Origin) -> Option<&Arc<str>> {
        self.files.get(usize::from(origin.file)).filter(|path| !path.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{Assignments, Definition, Origin, Setting};
    use crate::{
        table::{Group, Id},
        values::Value,
    };
    use proptest::prelude::*;

    const IDS: [Id; 5] = [
        Id::of(Group::Unit, "Description"),
        Id::of(Group::Unit, "After"),
        Id::of(Group::Exec, "Environment"),
        Id::of(Group::Timer, "OnBootSec"),
        Id::of(Group::Timer, "OnCalendar"),
    ];

    proptest! {
        /// Taking out at the end what was undone is the same as doing so at once.
        #[test]
        fn assignments_in_one_go(steps in proptest::collection::vec((0..IDS.len(), any::<bool>()), 0..60)) {
            let mut late = Assignments::default();
            let mut at_once = Definition::default();
            for (line, (which, is_reset)) in steps.into_iter().enumerate() {
                let id = IDS[which];
                if is_reset && line % 3 == 0 {
                    late.reset(id);
                    at_once.reset(id);
                    continue;
                }
                let origin = Origin { file: 0, line: u32::try_from(line).expect("small") };
                let setting = Setting { id, origin, value: Value::Flag(is_reset) };
                late.assign(setting.clone());
                at_once.assign(setting);
            }
            prop_assert_eq!(late.finish(), at_once);
        }
    }
}
