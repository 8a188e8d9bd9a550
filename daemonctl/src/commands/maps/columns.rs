//! The tables of memory: by kind, by name, and mapping by mapping.

use present::json::Object;
use present::{Column, Kind, Rows, Style, Value, Why};
use process::maps::{Region, Total};
use process::raw::maps::{Memory, Permissions};

/// A marker for the table by name.
pub enum Maps {}

impl Rows for Maps {
    type Row<'a> = MapRow;
}

/// All mappings of one name, or one mapping.
#[derive(Debug, Clone)]
pub struct MapRow {
    /// First address, first address behind it, and offset in the file; `None` for a sum.
    pub address: Option<(u64, u64, u64)>,
    /// What may be done with it; `None` for a sum.
    pub permissions: Option<Permissions>,
    /// What it is.
    pub region: Region,
    /// Whether the figures of memory are known.
    pub measured: bool,
}

impl MapRow {
    /// A sum.
    pub fn of_region(region: Region, measured: bool) -> MapRow {
        MapRow { address: None, permissions: None, region, measured }
    }

    fn name(&self) -> Value<'_> {
        match (self.region.name.is_empty(), self.region.deleted) {
            (true, _) => Value::text("[anonymous]"),
            (_, true) => Value::raw([&*self.region.name, b" (deleted)"].concat()),
            _ => Value::raw(&*self.region.name),
        }
    }

    fn figure(&self, pick: fn(&Memory) -> u64) -> Value<'static> {
        figure(&self.region.total, self.measured, pick)
    }

    fn permission_letters(&self) -> Value<'static> {
        if let Some(permissions) = self.permissions {
            return Value::text(String::from_utf8_lossy(&permissions.letters()).into_owned());
        }
        match (self.region.writable_executable, self.region.executable) {
            (true, _) => Value::text("wx"),
            (_, true) => Value::text("x"),
            _ => Value::Missing(Why::NotApplicable),
        }
    }

    fn is_remarkable(&self) -> Style {
        match (self.region.writable_executable, self.region.deleted && self.region.executable) {
            (true, _) => Style::Bad,
            (_, true) => Style::Warn,
            _ => Style::Plain,
        }
    }
}

fn figure(total: &Total, measured: bool, pick: fn(&Memory) -> u64) -> Value<'static> {
    match measured {
        true => Value::Bytes(pick(&total.memory)),
        false => Value::Missing(Why::NotMeasured),
    }
}

type C = Column<Maps>;

/// Columns of `maps`.
pub static COLUMNS: &[C] = &[
    C::new("address", "ADDRESS", Kind::Text, "first address and first behind it", |r| {
        match r.address {
            Some((start, end, _)) => Value::text(format!("{start:x}-{end:x}")),
            None => Value::Missing(Why::NotApplicable),
        }
    }),
    C::new("offset", "OFFSET", Kind::Text, "where in the file it begins", |r| match r.address {
        Some((_, _, offset)) => Value::text(format!("{offset:x}")),
        None => Value::Missing(Why::NotApplicable),
    }),
    C::new("kind", "KIND", Kind::Text, "code, file_data, heap, stack, anonymous …", |r| {
        Value::text(r.region.kind.name())
    })
    .shown(),
    C::new(
        "perm",
        "PERM",
        Kind::Text,
        "r, w, x and p (private) or s (shared); wx: written and executed",
        |r| r.permission_letters(),
    )
    .style(MapRow::is_remarkable)
    .shown(),
    C::new("mappings", "MAPS", Kind::Number, "how many mappings", |r| {
        Value::Uint(r.region.total.mappings)
    }),
    C::new("size", "SIZE", Kind::Bytes, "address space", |r| {
        Value::Bytes(r.region.total.size_bytes)
    })
    .json("size_bytes")
    .shown(),
    C::new("rss", "RSS", Kind::Bytes, "in RAM", |r| r.figure(|m| m.rss_bytes))
        .json("rss_bytes")
        .shown(),
    C::new("pss", "PSS", Kind::Bytes, "in RAM, divided among those who share it", |r| {
        r.figure(|m| m.pss_bytes)
    })
    .json("pss_bytes")
    .shown(),
    C::new("shared", "SHARED", Kind::Bytes, "in RAM and mapped by others too", |r| {
        r.figure(|m| m.shared_bytes)
    })
    .json("shared_bytes"),
    C::new("dirty", "DIRTY", Kind::Bytes, "only here and not on disk", |r| {
        r.figure(|m| m.private_dirty_bytes)
    })
    .json("private_dirty_bytes")
    .shown(),
    C::new("clean", "CLEAN", Kind::Bytes, "only here, and on disk too", |r| {
        r.figure(|m| m.private_clean_bytes)
    })
    .json("private_clean_bytes"),
    C::new("swap", "SWAP", Kind::Bytes, "swapped out", |r| r.figure(|m| m.swap_bytes))
        .json("swap_bytes")
        .shown(),
    C::new("locked", "LOCKED", Kind::Bytes, "held in RAM", |r| r.figure(|m| m.locked_bytes))
        .json("locked_bytes"),
    C::new("huge", "HUGE", Kind::Bytes, "in huge pages", |r| r.figure(|m| m.huge_bytes))
        .json("huge_bytes"),
    C::new("deleted", "DELETED", Kind::Bool, "the file was removed or replaced", |r| {
        Value::Bool(r.region.deleted)
    }),
    C::new("wx", "WX", Kind::Bool, "may be written and executed", |r| {
        Value::Bool(r.region.writable_executable)
    })
    .json("writable_executable"),
    C::new("inode", "INODE", Kind::Number, "inode number of the file", |r| match r.region.inode {
        0 => Value::Missing(Why::NotApplicable),
        inode => Value::Uint(inode),
    }),
    C::new("name", "NAME", Kind::Text, "file, or what else it is", MapRow::name)
        .style(MapRow::is_remarkable)
        .flexible(20)
        .shown(),
];

/// A marker for the table by kind.
pub enum Kinds {}

impl Rows for Kinds {
    type Row<'a> = KindRow;
}

/// All mappings of one kind.
#[derive(Debug, Clone, Copy)]
pub struct KindRow {
    /// The kind.
    pub word: &'static str,
    /// Sum.
    pub total: Total,
    /// Whether the figures of memory are known.
    pub measured: bool,
}

impl KindRow {
    fn figure(&self, pick: fn(&Memory) -> u64) -> Value<'static> {
        figure(&self.total, self.measured, pick)
    }
}

type K = Column<Kinds>;

/// Columns of the sums by kind.
pub static KIND_COLUMNS: &[K] = &[
    K::new("kind", "KIND", Kind::Text, "what for", |r| Value::text(r.word))
        .style(|r| if r.word == "total" { Style::Bold } else { Style::Plain })
        .shown(),
    K::new("mappings", "MAPS", Kind::Number, "how many mappings", |r| {
        Value::Uint(r.total.mappings)
    })
    .shown(),
    K::new("size", "SIZE", Kind::Bytes, "address space", |r| Value::Bytes(r.total.size_bytes))
        .shown(),
    K::new("rss", "RSS", Kind::Bytes, "in RAM", |r| r.figure(|m| m.rss_bytes)).shown(),
    K::new("pss", "PSS", Kind::Bytes, "in RAM, divided", |r| r.figure(|m| m.pss_bytes)).shown(),
    K::new("dirty", "DIRTY", Kind::Bytes, "only here", |r| r.figure(|m| m.private_dirty_bytes))
        .shown(),
    K::new("swap", "SWAP", Kind::Bytes, "swapped out", |r| r.figure(|m| m.swap_bytes)).shown(),
];

/// A sum as a JSON object.
pub fn memory_json(total: &Total, measured: bool) -> Object {
    let memory = &total.memory;
    let mut object = Object::new();
    object.put("mappings", total.mappings).put("size_bytes", Value::Bytes(total.size_bytes));
    let figures = [
        ("rss_bytes", memory.rss_bytes),
        ("pss_bytes", memory.pss_bytes),
        ("shared_bytes", memory.shared_bytes),
        ("private_clean_bytes", memory.private_clean_bytes),
        ("private_dirty_bytes", memory.private_dirty_bytes),
        ("swap_bytes", memory.swap_bytes),
        ("swap_pss_bytes", memory.swap_pss_bytes),
        ("locked_bytes", memory.locked_bytes),
        ("huge_bytes", memory.huge_bytes),
    ];
    for (key, bytes) in figures {
        object.put(
            key,
            if measured { Value::Bytes(bytes) } else { Value::Missing(Why::NotMeasured) },
        );
    }
    object
}

/// A row as a JSON object.
pub fn json(row: &MapRow) -> Object {
    let mut object = memory_json(&row.region.total, row.measured);
    object.put("kind", row.region.kind.name());
    if let Some((start, end, offset)) = row.address {
        object.put("start", format!("{start:x}")).put("end", format!("{end:x}"));
        object
            .put("offset_bytes", Value::Bytes(offset))
            .put("permissions", row.permission_letters());
    }
    let anonymous = row.region.name.is_empty();
    let name =
        if anonymous { Value::Missing(Why::NotApplicable) } else { Value::raw(&*row.region.name) };
    object.put("name", name);
    object.put("deleted", row.region.deleted).put("executable", row.region.executable);
    object.put("writable_executable", row.region.writable_executable);
    let no_file = row.region.inode == 0;
    object.put(
        "inode",
        if no_file { Value::Missing(Why::NotApplicable) } else { Value::Uint(row.region.inode) },
    );
    object
}
