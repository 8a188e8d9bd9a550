//! What an ELF file asks for: elf(5), and ld.so(8) for what follows from it.

use std::collections::BTreeSet;
use std::fs::File;
use std::ops::Range;

use object::elf::{
    self, DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB, ET_DYN,
    ET_EXEC, FileHeader32, FileHeader64, PT_LOAD,
};
use object::read::elf::{Dyn as _, FileHeader, ProgramHeader as _};
use object::{Endianness, ReadCache, ReadRef};

use super::machine::Kind;

/// No part of a file that is read at once is larger: what says so is damaged.
const PART_BYTES: u64 = 64 * 1024 * 1024;
const DF_1_NODEFLIB: u64 = 0x800;

/// An ELF file, as far as its start depends on others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elf {
    /// Machine and class.
    pub kind: Kind,
    /// `PT_INTERP`.
    pub interpreter: Option<String>,
    /// `DT_SONAME`.
    pub soname: Option<String>,
    /// `DT_NEEDED`.
    pub needed: Vec<String>,
    /// `DT_RPATH`, split at colons.
    pub rpath: Vec<String>,
    /// `DT_RUNPATH`, split at colons.
    pub runpath: Vec<String>,
    /// `DF_1_NODEFLIB`: only the paths above are searched.
    pub no_default: bool,
    /// Versions of symbols that it must find: library, version.
    pub wants_versions: Vec<(String, String)>,
    /// Versions that it has.
    pub has_versions: BTreeSet<String>,
    /// Why the kernel does not take it, or would end it.
    pub damage: Option<String>,
}

impl Elf {
    /// One of that kind of which nothing else is known.
    pub fn unknown(kind: Kind) -> Elf {
        Elf {
            kind,
            interpreter: None,
            soname: None,
            needed: Vec::new(),
            rpath: Vec::new(),
            runpath: Vec::new(),
            no_default: false,
            wants_versions: Vec::new(),
            has_versions: BTreeSet::new(),
            damage: None,
        }
    }
}

/// A file that is read part by part, each of a sane size.
#[derive(Clone, Copy)]
struct Parts<'a>(&'a ReadCache<File>);

impl<'a> ReadRef<'a> for Parts<'a> {
    fn len(self) -> Result<u64, ()> {
        self.0.len()
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'a [u8], ()> {
        if size > PART_BYTES {
            return Err(());
        }
        self.0.read_bytes_at(offset, size)
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'a [u8], ()> {
        let end = range.end.min(range.start.saturating_add(PART_BYTES));
        self.0.read_bytes_at_until(range.start..end, delimiter)
    }
}

/// Reads one.
///
/// # Errors
/// It is damaged beyond recognition: how, in a sentence.
pub fn read(file: File) -> Result<Elf, String> {
    let cache = ReadCache::new(file);
    let data = Parts(&cache);
    let class = data.read_bytes_at(4, 1).ok().and_then(|bytes| bytes.first().copied());
    match class {
        Some(1) => parse::<FileHeader32<Endianness>>(data),
        Some(2) => parse::<FileHeader64<Endianness>>(data),
        Some(_) => Err("its ELF header is damaged: it has no valid class".to_owned()),
        None => Err("it is cut off within its ELF header".to_owned()),
    }
}

fn parse<E: FileHeader<Endian = Endianness>>(data: Parts<'_>) -> Result<Elf, String> {
    let length = data.len().unwrap_or(0);
    let cut = |what: &str| format!("{what}, and {length} bytes are there: it was cut off");
    let header = E::parse(data).map_err(|_| cut("its ELF header is not whole"))?;
    let endian = header.endian().map_err(|_| cut("its ELF header has no byte order"))?;
    let mut elf = Elf::unknown(Kind {
        machine: header.e_machine(endian).0,
        is_64: header.is_type_64(),
        is_little: endian == Endianness::Little,
    });
    if !matches!(header.e_type(endian), ET_EXEC | ET_DYN) {
        elf.damage = Some("it is no program: an object file or a core dump".to_owned());
    }
    let segments = header
        .program_headers(endian, data)
        .map_err(|_| cut("its program headers are not whole"))?;
    for segment in segments {
        let (offset, size) = segment.file_range(endian);
        let end = offset.saturating_add(size);
        if segment.p_type(endian) == PT_LOAD && end > length {
            elf.damage = Some(cut(&format!("its segments reach to byte {end}")));
        }
        if let Ok(Some(path)) = segment.interpreter(endian, data) {
            elf.interpreter = Some(lossy(path));
        }
    }
    dynamic::<E>(&mut elf, segments, endian, data);
    versions(&mut elf, header, endian, data);
    Ok(elf)
}

/// Follows the dynamic section by its program header, as ld.so does.
fn dynamic<E: FileHeader<Endian = Endianness>>(
    elf: &mut Elf,
    segments: &[E::ProgramHeader],
    endian: Endianness,
    data: Parts<'_>,
) {
    let entries = segments.iter().find_map(|segment| segment.dynamic(endian, data).ok().flatten());
    let entries: Vec<(elf::DynamicTag, u64)> = entries
        .into_iter()
        .flatten()
        .map(|entry| (entry.d_tag(endian), entry.d_val(endian).into()))
        .take_while(|(tag, _)| *tag != elf::DT_NULL)
        .collect();
    let value = |tag| entries.iter().find(|(own, _)| *own == tag).map(|(_, value)| *value);
    let (Some(address), Some(size)) = (value(DT_STRTAB), value(DT_STRSZ)) else { return };
    let strings = segments
        .iter()
        .filter(|segment| segment.p_type(endian) == PT_LOAD)
        .find_map(|segment| segment.data_range(endian, data, address, size).ok().flatten());
    let Some(strings) = strings else { return };
    let text = |offset: u64| {
        let rest = strings.get(usize::try_from(offset).ok()?..)?;
        Some(lossy(rest.get(..memchr::memchr(0, rest)?)?))
    };
    let list = |paths: Option<String>| {
        paths.iter().flat_map(|paths| paths.split(':')).map(str::to_owned).collect()
    };
    let needed = entries.iter().filter(|(tag, _)| *tag == DT_NEEDED);
    elf.needed = needed.filter_map(|(_, offset)| text(*offset)).collect();
    elf.soname = value(DT_SONAME).and_then(text);
    elf.rpath = list(value(DT_RPATH).and_then(text));
    elf.runpath = list(value(DT_RUNPATH).and_then(text));
    elf.no_default = value(DT_FLAGS_1).is_some_and(|flags| flags & DF_1_NODEFLIB != 0);
}

/// Versions of symbols; by way of the section headers, which strip(1) leaves.
fn versions<E: FileHeader<Endian = Endianness>>(
    elf: &mut Elf,
    header: &E,
    endian: Endianness,
    data: Parts<'_>,
) {
    let Ok(sections) = header.sections(endian, data) else { return };
    if let Ok(Some((defined, link))) = sections.gnu_verdef(endian, data)
        && let Ok(strings) = sections.strings(endian, data, link)
    {
        for mut names in defined.filter_map(|entry| Some(entry.ok()?.1)) {
            let first = names.next().ok().flatten();
            let name = first.and_then(|first| first.name(endian, strings).ok());
            elf.has_versions.extend(name.map(lossy));
        }
    }
    let Ok(Some((needed, link))) = sections.gnu_verneed(endian, data) else { return };
    let Ok(strings) = sections.strings(endian, data, link) else { return };
    for (library, names) in needed.filter_map(Result::ok) {
        let Ok(library) = library.file(endian, strings) else { continue };
        for name in names.filter_map(Result::ok) {
            // A weak one may be missing.
            let is_weak = name.vna_flags.get(endian).contains(elf::VER_FLG_WEAK);
            if let Some(version) = name.name(endian, strings).ok().filter(|_| !is_weak) {
                elf.wants_versions.push((lossy(library), lossy(version)));
            }
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program() {
        let own = File::open("/proc/self/exe").unwrap();
        let elf = read(own).unwrap();
        assert!(elf.needed.iter().any(|library| library.starts_with("libc.")), "{elf:?}");
        assert!(elf.interpreter.is_some() && elf.damage.is_none());
        let libc = elf.wants_versions.iter().any(|(_, version)| version.starts_with("GLIBC_2."));
        assert!(libc || elf.interpreter.unwrap().contains("musl"));
    }

    #[test]
    fn every_cut_of_a_program_is_seen_and_survived() {
        let bytes = std::fs::read("/bin/true").unwrap();
        let path = std::env::temp_dir().join(format!("lookups-elf-{}", std::process::id()));
        for cut in (4..bytes.len().min(20_000)).step_by(97) {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let got = read(File::open(&path).unwrap());
            assert!(got.is_err() || got.is_ok_and(|elf| elf.damage.is_some()), "{cut}");
        }
        // Bytes turned over, one after the other: nothing panics, whatever is said.
        for at in (4..bytes.len().min(4096)).step_by(3) {
            let mut broken = bytes.clone();
            broken[at] ^= 0xff;
            std::fs::write(&path, &broken).unwrap();
            let _ = read(File::open(&path).unwrap());
        }
        std::fs::remove_file(&path).unwrap();
    }
}
