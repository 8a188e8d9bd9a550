//! Which processes a name given to pidof means.

use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use process::process::Process;

/// The longest name that the kernel keeps of a process.
const COMM: usize = 15;

/// A program that is looked for.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// As it was given.
    name: &'a [u8],
    /// Without folders.
    base: &'a [u8],
    /// The file that it is, where a path was given and leads somewhere.
    file: Option<Vec<u8>>,
    /// Shells that run a script of that name count too.
    scripts: bool,
    /// What can't be read of a process isn't there.
    sees_all: bool,
}

impl<'a> Wanted<'a> {
    /// A name, or a path from the root. `None`: it names nothing.
    pub fn new(name: &'a [u8], scripts: bool, sees_all: bool) -> Option<Wanted<'a>> {
        let base = base_name(name);
        if base.is_empty() {
            return None;
        }
        let path = Path::new(std::ffi::OsStr::from_bytes(name));
        let file = match path.is_absolute() {
            true => path.canonicalize().ok().map(|file| file.into_os_string().into_vec()),
            false => None,
        };
        Some(Wanted { name, base, file, scripts, sees_all })
    }

    /// The pids of those that are meant. That a process runs the very file outweighs its name.
    pub fn among(&self, processes: &[&Process]) -> Vec<u32> {
        let by_file: Vec<u32> = self.pids(processes, |process| self.runs_file(process));
        match by_file.is_empty() {
            true => self.pids(processes, |process| self.is_named(process)),
            false => by_file,
        }
    }

    fn pids(&self, processes: &[&Process], test: impl Fn(&Process) -> bool) -> Vec<u32> {
        processes.iter().filter(|process| test(process)).map(|process| process.pid()).collect()
    }

    fn runs_file(&self, process: &Process) -> bool {
        self.file.is_some()
            && (process.exe() == self.file.as_deref() || argument(process, 0) == Some(self.name))
    }

    fn is_named(&self, process: &Process) -> bool {
        if self.name.starts_with(b"/") {
            match process.exe() {
                Some(exe) if exe == self.name => return true,
                Some(exe) if exe.strip_suffix(b" (deleted)") == Some(self.name) => return true,
                Some(_) if !self.scripts => return false,
                None if self.sees_all => return false,
                _ => {}
            }
        }
        let first = argument(process, 0);
        let second = second_argument(process);
        if first.is_some_and(|first| self.is(first)) {
            return true;
        }
        // A script's name is in the arguments of its shell, and the shell has taken it as its own.
        if self.scripts
            && let Some(script) = second
            && base_name(script).get(..COMM).unwrap_or(base_name(script)) == &*process.comm
            && self.is(script)
        {
            return true;
        }
        let titled = first.is_none_or(|first| first.contains(&b' '));
        let login_shell = second.is_none() && first.is_some_and(|first| first.starts_with(b"-"));
        self.base.len() <= COMM && (titled || login_shell) && *process.comm == *self.base
    }

    /// `b` and `p/b` mean each other; `p/b` and `q/b` don't.
    fn is(&self, argument: &[u8]) -> bool {
        argument == self.name || argument == self.base || base_name(argument) == self.name
    }
}

fn argument(process: &Process, at: usize) -> Option<&[u8]> {
    process.args().nth(at).filter(|argument| !argument.is_empty())
}

/// The first argument that is no option.
fn second_argument(process: &Process) -> Option<&[u8]> {
    process.args().skip(1).find(|argument| !argument.starts_with(b"-")).filter(|a| !a.is_empty())
}

fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}
