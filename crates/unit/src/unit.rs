//! What is known of one unit.

use std::sync::Arc;

use crate::{diagnostic::Diagnostic, name::Name, table::Id, values::Value};

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

/// Where a setting was written. There is one for each setting and each dependency of each unit, so it
/// takes six bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    file: u16,
    /// The line's number, its upper half first: so that numbers compare as they should.
    line: [u16; 2],
}

impl Origin {
    /// A place: which of the unit's files, and the line where the assignment begins, from 1.
    pub const fn new(file: u16, line: u32) -> Origin {
        Origin { file, line: [(line >> 16) as u16, line as u16] }
    }

    /// Which of the unit's files: 0 is the fragment, 1 the first drop-in.
    pub const fn file(self) -> u16 {
        self.file
    }

    /// The line where the assignment begins, from 1.
    pub const fn line(self) -> u32 {
        let [upper, lower] = self.line;
        ((upper as u32) << 16) | lower as u32
    }
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
    /// Settings that hold, in order.
    pub(crate) fn of(settings: Vec<Setting>) -> Definition {
        Definition { settings }
    }

    /// Replaces names by copies of theirs that others hold too, where `shared` has one.
    pub(crate) fn share_names(&mut self, shared: impl Fn(&Name) -> Option<Name>) {
        for setting in &mut self.settings {
            if let Value::Names(names) = &mut setting.value {
                for name in names {
                    if let Some(known) = shared(name) {
                        *name = known;
                    }
                }
            }
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
        self.files.get(usize::from(origin.file())).filter(|path| !path.is_empty())
    }
}
