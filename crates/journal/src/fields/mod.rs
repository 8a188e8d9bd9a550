//! What an entry says: its fields, found and shown without copying.
//!
//! Most fields of an entry are not its own: `_HOSTNAME=…` is one object that thousands of entries point
//! at. [`Fields`] therefore remembers, by their places, what the objects are that it has seen, and
//! looks at none of them again: an entry costs its own few objects and a look into a small table for
//! each other.

mod cache;
mod kept;
mod same;
mod wanted;
mod window;

use crate::file::{Damage, Entry, File, Object, Scratch};
use crate::format::layout::{self, kind};
use crate::set::{Position, Set};

use cache::{Cache, Known};
use kept::Kept;
use same::Same;
use wanted::Names;
pub use wanted::Wanted;
use window::{View, Window};

/// More fields than that of one entry are not read. journald accepts 1024.
const FIELDS_MAX: usize = 1 << 16;

/// Reads entries. Remembers what it has seen: use one value again and again, one in each thread.
#[derive(Debug)]
pub struct Fields {
    window: Window,
    reader: Reader,
}

/// What is known of the fields that were seen, and the fields of the entry that is being read.
#[derive(Debug)]
struct Reader {
    names: Names,
    cache: Cache,
    found: Vec<Found>,
    scratch: Scratch,
    kept: Kept,
    same: Same,
}

/// A field of the entry that is being read.
#[derive(Clone, Copy, Debug)]
struct Found {
    id: u64,
    at: u64,
    len: u32,
    name_len: u32,
    index: u16,
    home: Home,
}

/// What a payload's place counts in.
#[derive(Clone, Copy, Debug)]
enum Home {
    /// Bytes of the file.
    File,
    /// Bytes of what this record's fields were unpacked to.
    Scratch,
    /// The slots of [`Kept`].
    Kept,
}

/// One field of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Which of [`Wanted::These`] it is; [`u16::MAX`] with [`Wanted::All`].
    pub index: u16,
    /// What is before the first `=`.
    pub name: &'a [u8],
    /// What is after it: any bytes.
    pub value: &'a [u8],
    /// Two fields with the same one (in the same run of the program) have the same bytes: what was
    /// made of one can be used for the other. Not the other way round: the same bytes may have many.
    pub id: u64,
}

/// An entry and its fields.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Its fixed part.
    pub entry: Entry,
    /// What was left out of the fields, if anything: the first data object that does not hold together.
    pub damage: Option<Damage>,
    view: View<'a>,
    found: &'a [Found],
    unpacked: Unpacked<'a>,
}

#[derive(Clone, Copy, Debug)]
struct Unpacked<'a> {
    scratch: &'a [u8],
    kept: &'a Kept,
}

impl Fields {
    /// A reader that shows these fields.
    pub fn new(wanted: Wanted) -> Fields {
        let reader = Reader {
            names: Names::new(wanted),
            cache: Cache::default(),
            found: Vec::new(),
            scratch: Scratch::default(),
            kept: Kept::default(),
            same: Same::default(),
        };
        Fields { window: Window::default(), reader }
    }

    /// What was asked for.
    pub fn wanted(&self) -> &Wanted {
        self.reader.names.wanted()
    }

    /// These entries will be read next, in that order. Who says so reads them more quickly; nothing else
    /// depends on it.
    pub fn expect(&mut self, positions: &[Position]) {
        self.window.expect(positions);
    }

    /// The entry at that position.
    ///
    /// # Errors
    /// There is no entry that holds together.
    #[inline]
    pub fn read<'a>(&'a mut self, set: &'a Set, at: Position) -> Result<Record<'a>, Damage> {
        let Some(file) = set.file(at.file) else {
            let what = "the file of the entry is not there any more";
            return Err(Damage { offset: at.offset, what });
        };
        let view = match self.window.is_ready_for(file, at) {
            true => self.window.view(file),
            false => View::plain(file),
        };
        self.reader.read(view, at.offset)
    }

    /// The entry at that offset of a file.
    ///
    /// # Errors
    /// There is no entry that holds together.
    pub fn read_from<'a>(&'a mut self, file: &'a File, offset: u64) -> Result<Record<'a>, Damage> {
        self.reader.read(View::plain(file), offset)
    }
}

impl Reader {
    fn read<'a>(&'a mut self, view: View<'a>, offset: u64) -> Result<Record<'a>, Damage> {
        let object = view.object(offset, kind::ENTRY)?;
        let entry = view.file.entry_of(&object)?;
        let damage = self.collect(view, &object);
        let unpacked = Unpacked { scratch: self.scratch.bytes(), kept: &self.kept };
        Ok(Record { entry, damage, view, found: &self.found, unpacked })
    }

    /// Finds the fields of that entry; returns the first damage.
    fn collect(&mut self, view: View<'_>, entry: &Object<'_>) -> Option<Damage> {
        let file = view.file;
        self.scratch.begin();
        self.kept.begin();
        let (serial, payload_at) = (file.serial(), file.payload_at() as u64);
        let (list, size) = (entry.rest(layout::entry::ITEMS), file.entry_item_size());
        let (common, found) = self.same.begin(serial, list, size);
        self.found.truncate(found);
        let mut damage = None;
        for offset in file.items_in(list.get(common * size..).unwrap_or_default()) {
            let id = cache::id(serial, offset);
            match self.cache.get(id) {
                Some(known) if known.is_unwanted() => {}
                Some(known) if !known.is_packed() => {
                    let at = offset + payload_at;
                    self.found.push(known.found(id, at, known.len, Home::File));
                }
                known => {
                    if let Err(found) = self.look(view, offset, id, known) {
                        self.same.end();
                        damage = damage.or(Some(found));
                    }
                }
            }
            self.same.note(self.found.len());
            if self.found.len() >= FIELDS_MAX {
                let what = "the entry has more fields than an entry may have";
                return damage.or(Some(Damage { offset: entry.offset, what }));
            }
        }
        damage
    }

    /// Looks at a data object that is not known, or whose payload is compressed.
    #[inline(never)]
    fn look(
        &mut self,
        view: View<'_>,
        offset: u64,
        id: u64,
        known: Option<Known>,
    ) -> Result<(), Damage> {
        let file = view.file;
        if let Some(known) = known
            && let Some(slot) = self.kept.find(id)
            && let Some(payload) = self.kept.payload(slot)
        {
            let len = payload.len() as u32;
            self.same.end();
            self.found.push(known.found(id, slot as u64, len, Home::Kept));
            return Ok(());
        }
        let object = view.data(offset)?;
        if object.is_compressed() {
            return self.unpack(file, &object, id);
        }
        let payload = object.rest(file.payload_at());
        let known = self.names.know(payload, offset)?;
        if object.is_shared() {
            self.cache.put(id, known);
        }
        if !known.is_unwanted() {
            let at = offset + file.payload_at() as u64;
            self.found.push(known.found(id, at, known.len, Home::File));
        }
        Ok(())
    }

    fn unpack(&mut self, file: &File, object: &Object<'_>, id: u64) -> Result<(), Damage> {
        let is_shared = object.is_shared();
        self.same.end();
        // A core dump need not be unpacked to see that it is no message.
        if let Some(longest) = self.names.longest()
            && let Some(begin) = self.scratch.peek(object, file.payload_at(), longest)
            && self.names.is_unwanted(begin)
        {
            if is_shared {
                self.cache.put(id, Known::UNWANTED);
            }
            return Ok(());
        }
        let before = self.scratch.bytes().len();
        self.scratch.append(object, file.payload_at())?;
        let payload = self.scratch.bytes().get(before..).unwrap_or_default();
        let known = self.names.know(payload, object.offset)?;
        if is_shared {
            self.cache.put(id, known.packed());
            if !known.is_unwanted() {
                self.kept.keep(id, payload);
            }
        }
        if known.is_unwanted() {
            self.scratch.cut(before);
        } else {
            self.found.push(known.found(id, before as u64, known.len, Home::Scratch));
        }
        Ok(())
    }
}

impl<'a> Record<'a> {
    /// Its fields, in the order of the entry: of those that are wanted, all that it has. One field may
    /// come several times.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> + Clone + use<'a> {
        let (view, unpacked) = (self.view, self.unpacked);
        self.found.iter().filter_map(move |found| found.show(view, unpacked))
    }

    /// The first field with that index in [`Wanted::These`].
    pub fn get(&self, index: u16) -> Option<Field<'a>> {
        let found = self.found.iter().find(|found| found.index == index)?;
        found.show(self.view, self.unpacked)
    }
}

impl Known {
    #[inline]
    fn found(self, id: u64, at: u64, len: u32, home: Home) -> Found {
        let name_len = u32::from(self.name_len);
        Found { id, at, len, name_len, index: self.index, home }
    }
}

impl Found {
    #[inline]
    fn show<'a>(&self, view: View<'a>, unpacked: Unpacked<'a>) -> Option<Field<'a>> {
        let payload = match self.home {
            Home::File => view.bytes(self.at, u64::from(self.len))?,
            Home::Scratch => unpacked.scratch.get(self.at as usize..)?.get(..self.len as usize)?,
            Home::Kept => unpacked.kept.payload(self.at as usize)?,
        };
        let (name, value) = payload.split_at_checked(self.name_len as usize)?;
        Some(Field { index: self.index, name, value: value.get(1..)?, id: self.id })
    }
}
