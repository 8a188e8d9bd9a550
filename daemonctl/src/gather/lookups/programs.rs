//! What a program's file is, as execve(2) and ld.so(8) see it.

mod binfmt;
mod cache;
mod elf;
mod libraries;
mod machine;
mod script;

use std::fs::File;
use std::io::{Read as _, Seek as _};

use insight::snapshot::Program;

use super::paths::{Found, Resolver, attribute};
use libraries::Libraries;

/// Of a script the first line is read, and what binfmt_misc compares.
const HEAD_BYTES: usize = 64 * 1024;
/// Where a program without a path is looked for, as systemd and most init scripts have it.
pub const SEARCH_PATH: [&str; 6] =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// Looks at programs, remembering the libraries it has seen.
pub struct Programs<'r> {
    libraries: Libraries<'r>,
    machine: String,
    binfmt: binfmt::Formats,
}

/// What a program leads to besides.
pub struct Looked {
    /// The program.
    pub program: Program,
    /// The program that a script has looked up in the path (`#!/usr/bin/env python3`).
    pub by_env: Option<String>,
}

impl<'r> Programs<'r> {
    /// Of that root. `library_paths` is what `LD_LIBRARY_PATH` says.
    pub fn new(resolver: &'r Resolver, library_paths: Vec<String>) -> Programs<'r> {
        Programs {
            libraries: Libraries::new(resolver, library_paths),
            machine: machine::own(),
            binfmt: binfmt::Formats::read(),
        }
    }

    /// Looks at what is at a path. `None`: there is no file, or it can't be read.
    pub fn look(&mut self, path: &str, found: &Found) -> Option<Looked> {
        let mut file = Resolver::read_found(found).ok()?;
        let mut head = vec![0_u8; HEAD_BYTES];
        let length = read_up_to(&mut file, &mut head)?;
        head.truncate(length);
        let mut looked = Looked { program: self.of_head(path, &head, file, found), by_env: None };
        let (fd, _) = found.end.as_ref()?;
        let program = &mut looked.program;
        program.file_capabilities =
            attribute(fd, "security.capability").and_then(|bytes| capabilities(&bytes));
        let name = path.rsplit('/').next().unwrap_or_default();
        if self.binfmt.take(&head, name) {
            program.runs_here = true;
            program.damage = None;
        }
        looked.by_env = script::by_env(program);
        Some(looked)
    }

    /// Libraries that were met and are damaged.
    pub fn damaged(&self) -> Vec<Program> {
        let program = |(path, damage): &(String, String)| Program {
            path: path.clone(),
            format: "elf".to_owned(),
            runs_here: true,
            damage: Some(damage.clone()),
            ..Program::default()
        };
        self.libraries.damaged().iter().map(program).collect()
    }

    fn of_head(&mut self, path: &str, head: &[u8], file: File, found: &Found) -> Program {
        let format = match head {
            [] => "empty",
            [0x7f, b'E', b'L', b'F', ..] => "elf",
            [b'#', b'!', ..] => "script",
            _ => "other",
        };
        let mut program = Program {
            path: path.to_owned(),
            format: format.to_owned(),
            runs_here: true,
            ..Program::default()
        };
        match format {
            "elf" => self.fill_elf(&mut program, file, found),
            "script" => script::fill(&mut program, head),
            "empty" => program.damage = Some("it is empty".to_owned()),
            _ if head.starts_with(b"\xef\xbb\xbf#!") => {
                let what = "its first line begins with a byte order mark, not with #!";
                program.damage = Some(what.to_owned());
            }
            // Init scripts without a first line of their own are run by a shell: no damage.
            _ => {}
        }
        program
    }

    fn fill_elf(&mut self, program: &mut Program, file: File, found: &Found) {
        let real = found.fact.steps.last().map_or(program.path.clone(), |step| step.path.clone());
        let elf = match elf::read(file) {
            Ok(elf) => elf,
            Err(damage) => {
                program.damage = Some(damage);
                return;
            }
        };
        let name = machine::name(&elf.kind);
        program.runs_here = machine::runs(&self.machine, &name);
        program.architecture = Some(name);
        program.interpreter = elf.interpreter.clone();
        program.damage = elf.damage.clone();
        // What would not get as far as its loader needs no libraries.
        if program.runs_here && elf.interpreter.is_some() {
            let missing = self.libraries.missing(&real, elf);
            program.missing_libraries = missing.libraries;
            program.missing_versions = missing.versions;
        }
    }
}

/// Reads as much as there is; the file is at its beginning again afterwards.
fn read_up_to(file: &mut File, room: &mut [u8]) -> Option<usize> {
    let mut length = 0;
    while let Some(rest) = room.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    file.rewind().ok()?;
    Some(length)
}

/// The permitted set of a file's capabilities: `struct vfs_cap_data`, capabilities(7).
fn capabilities(bytes: &[u8]) -> Option<u64> {
    let word = |index: usize| {
        let bytes = bytes.get(index * 4..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    };
    let low = u64::from(word(1)?);
    // Revision 1 had 32 capabilities.
    let high = if word(0)? >> 24 == 1 { 0 } else { u64::from(word(3)?) };
    Some(high << 32 | low)
}

#[cfg(test)]
mod tests {
    use super::capabilities;

    #[test]
    fn what_setcap_writes() {
        // cap_net_bind_service=ep
        let bytes = b"\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        assert_eq!(capabilities(bytes), Some(1 << 10));
        for cut in 0..16 {
            assert_eq!(capabilities(&bytes[..cut]), None);
        }
    }
}
