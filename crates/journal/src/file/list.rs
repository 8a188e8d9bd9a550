//! Lists of entries: of all that a file has, or of those that have one field.

use super::{Chain, Damage, File};

/// A sorted list of entries' offsets, chained through the arrays of a file: of all entries, or of those
/// that have one field. It may grow while it is read, see [`refresh`](EntryList::refresh).
#[derive(Clone, Debug)]
pub struct EntryList<'f> {
    file: &'f File,
    chain: Chain,
}

impl File {
    /// All entries, in the order in which they were written.
    pub fn entries(&self) -> EntryList<'_> {
        EntryList { file: self, chain: Chain::of_all(self) }
    }

    /// The entries that have that data object.
    ///
    /// # Errors
    /// There is no data object that holds together.
    pub fn entries_of(&self, data_offset: u64) -> Result<EntryList<'_>, Damage> {
        Ok(EntryList { file: self, chain: Chain::of_data(self, data_offset)? })
    }
}

impl<'f> EntryList<'f> {
    /// The list that was detached from that same file.
    pub fn attach(file: &'f File, chain: Chain) -> EntryList<'f> {
        EntryList { file, chain }
    }

    /// What is left without the file.
    pub fn detach(self) -> Chain {
        self.chain
    }

    /// How many entries it claims to have; a damaged one may end earlier.
    pub fn len(&self) -> u64 {
        self.chain.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.chain.is_empty()
    }

    /// See [`Chain::refresh`].
    pub fn refresh(&mut self) -> bool {
        self.chain.refresh(self.file)
    }

    /// See [`Chain::get`].
    ///
    /// # Errors
    /// See there.
    #[inline]
    pub fn get(&mut self, index: u64) -> Result<u64, Damage> {
        self.chain.get(self.file, index)
    }

    /// See [`Chain::fill`].
    ///
    /// # Errors
    /// See there.
    pub fn fill(&mut self, index: u64, max: usize, into: &mut Vec<u64>) -> Result<(), Damage> {
        self.chain.fill(self.file, index, max, into)
    }

    /// See [`Chain::partition_point`].
    ///
    /// # Errors
    /// See there.
    pub fn partition_point(
        &mut self,
        is_before: impl FnMut(u64) -> Result<bool, Damage>,
    ) -> Result<u64, Damage> {
        self.chain.partition_point(self.file, is_before)
    }

    /// See [`Chain::first_at_or_after`].
    ///
    /// # Errors
    /// See there.
    pub fn first_at_or_after(&mut self, offset: u64) -> Result<u64, Damage> {
        self.chain.first_at_or_after(self.file, offset)
    }
}
