//! Which fields are shown: `--output-fields`.

use super::entry::Field;
use super::renderer::Wants;

/// The fields that were asked for; all if none were.
pub(super) struct Selection {
    names: Vec<Vec<u8>>,
}

impl Selection {
    pub(super) fn new(names: &[Vec<u8>]) -> Self {
        let mut unique: Vec<Vec<u8>> = Vec::new();
        for name in names {
            if !unique.contains(name) {
                unique.push(name.clone());
            }
        }
        Self { names: unique }
    }

    pub(super) fn names(&self) -> &[Vec<u8>] {
        &self.names
    }

    pub(super) fn shows(&self, field: &Field<'_>) -> bool {
        if self.names.is_empty() {
            return true;
        }
        if field.index == Field::UNLISTED {
            return self.names.iter().any(|name| name == field.name);
        }
        usize::from(field.index) < self.names.len()
    }

    /// What is shown, and `besides` behind it.
    pub(super) fn wants(&self, besides: &[&[u8]]) -> Wants {
        if self.names.is_empty() {
            return Wants::All;
        }
        let mut names = self.names.clone();
        names.extend(besides.iter().filter(|name| !self.has(name)).map(|name| name.to_vec()));
        Wants::These(names)
    }

    fn has(&self, wanted: &[u8]) -> bool {
        self.names.iter().any(|name| name == wanted)
    }
}
