//! Where ld.so(8) finds libraries, and which it does not find.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::Read as _;
use std::rc::Rc;

use rustix::io::Errno;

use super::cache::{self, Cache};
use super::elf::{self, Elf};
use super::machine::{self, Kind};
use crate::gather::lookups::paths::Resolver;

/// Libraries of one program that are followed; nothing real has as many.
const LIBRARIES_MAX: usize = 2000;
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// What a program lacks.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Library, and who needs it.
    pub libraries: Vec<(String, String)>,
    /// Library, and the version of symbols that it does not have.
    pub versions: Vec<(String, String)>,
}

/// Finds libraries below one root, and remembers those that it has read.
pub struct Libraries<'r> {
    resolver: &'r Resolver,
    /// `LD_LIBRARY_PATH`.
    environment: Vec<String>,
    cache: Option<Cache>,
    read: HashMap<String, Option<Rc<Elf>>>,
    damaged: Vec<(String, String)>,
}

/// A file that was loaded, and whose `DT_RPATH` counts for what it needs.
#[derive(Clone)]
struct Loaded {
    path: String,
    elf: Rc<Elf>,
    /// `DT_RPATH` of those that led to it, the nearest first, `$ORIGIN` replaced.
    rpaths: Vec<String>,
}

impl<'r> Libraries<'r> {
    /// Nothing is read before it is needed.
    pub fn new(resolver: &'r Resolver, environment: Vec<String>) -> Libraries<'r> {
        Libraries { resolver, environment, cache: None, read: HashMap::new(), damaged: Vec::new() }
    }

    /// What a program lacks. `path` has no links in it.
    pub fn missing(&mut self, path: &str, program: Elf) -> Missing {
        let is_musl = program.interpreter.as_deref().is_some_and(|path| path.contains("/ld-musl-"));
        let mut missing = Missing::default();
        let mut known: HashMap<String, Rc<Elf>> = HashMap::new();
        let mut asked: HashSet<String> = HashSet::new();
        let program = Rc::new(program);
        let first =
            Loaded { path: path.to_owned(), rpaths: rpaths(&program, path, &[]), elf: program };
        let mut queue = VecDeque::from([first]);
        let mut loaded = Vec::new();
        while let Some(who) = queue.pop_front() {
            for name in &who.elf.needed {
                let is_own = is_musl && is_part_of_musl(name);
                if is_own || asked.len() > LIBRARIES_MAX || !asked.insert(name.clone()) {
                    continue;
                }
                match self.find(name, &who, is_musl) {
                    Some((path, elf)) => {
                        known.insert(name.clone(), Rc::clone(&elf));
                        if let Some(soname) = &elf.soname {
                            asked.insert(soname.clone());
                            known.insert(soname.clone(), Rc::clone(&elf));
                        }
                        let rpaths = rpaths(&elf, &path, &who.rpaths);
                        queue.push_back(Loaded { path, elf, rpaths });
                    }
                    None => missing.libraries.push((name.clone(), who.path.clone())),
                }
            }
            loaded.push(who);
        }
        // musl knows no versions of symbols.
        if !is_musl {
            missing.versions = missing_versions(&loaded, &known);
        }
        missing
    }

    fn find(&mut self, name: &str, who: &Loaded, is_musl: bool) -> Option<(String, Rc<Elf>)> {
        let kind = who.elf.kind;
        if name.contains('/') {
            return self.fits(name, kind).map(|elf| (name.to_owned(), elf));
        }
        let mut folders: Vec<String> = Vec::new();
        let runpath = expand(&who.elf.runpath, &who.path, kind);
        // DT_RPATH does not count where there is a DT_RUNPATH; musl takes both alike.
        if who.elf.runpath.is_empty() {
            folders.extend(who.rpaths.iter().cloned());
        }
        folders.extend(self.environment.iter().cloned());
        folders.extend(runpath);
        if let Some(found) = self.in_folders(&folders, name, kind) {
            return Some(found);
        }
        if is_musl {
            let folders = self.musl_folders(kind);
            return self.in_folders(&folders, name, kind);
        }
        if who.elf.no_default {
            return None;
        }
        let cached = self.cache().get(name).cloned().unwrap_or_default();
        for path in cached {
            if let Some(elf) = self.fits(&path, kind) {
                return Some((path, elf));
            }
        }
        self.in_folders(&default_folders(kind), name, kind)
    }

    fn in_folders(
        &mut self,
        folders: &[String],
        name: &str,
        kind: Kind,
    ) -> Option<(String, Rc<Elf>)> {
        for folder in folders {
            // An empty one is the working directory: `/` for a service, as a rule.
            let path = format!("{}/{name}", folder.trim_end_matches('/'));
            if let Some(elf) = self.fits(&path, kind) {
                return Some((path, elf));
            }
        }
        // Builds for newer processors lie below, and may be the only ones.
        let levels = ["x86-64-v4", "x86-64-v3", "x86-64-v2"];
        let levels = if kind.machine == 62 { &levels[..] } else { &[] };
        for (folder, level) in folders.iter().flat_map(|f| levels.iter().map(move |l| (f, l))) {
            let path = format!("{}/glibc-hwcaps/{level}/{name}", folder.trim_end_matches('/'));
            if let Some(elf) = self.fits(&path, kind) {
                return Some((path, elf));
            }
        }
        None
    }

    /// A file that is a library for that machine; others ld.so passes by.
    fn fits(&mut self, path: &str, kind: Kind) -> Option<Rc<Elf>> {
        if !self.read.contains_key(path) {
            let elf = self.read_library(path, kind);
            self.read.insert(path.to_owned(), elf.map(Rc::new));
        }
        self.read.get(path)?.clone().filter(|elf| elf.kind == kind)
    }

    fn read_library(&mut self, path: &str, kind: Kind) -> Option<Elf> {
        let found = self.resolver.look(path);
        match Resolver::read_found(&found).map(elf::read) {
            Ok(Ok(elf)) => {
                self.damaged.extend(elf.damage.iter().map(|how| (path.to_owned(), how.clone())));
                Some(elf)
            }
            Ok(Err(how)) => {
                self.damaged.push((path.to_owned(), how));
                None
            }
            // It is there, and what it needs can't be known by us.
            Err(Errno::ACCESS | Errno::PERM) => Some(Elf::unknown(kind)),
            Err(_) => None,
        }
    }

    /// Libraries that are damaged, and how.
    pub fn damaged(&self) -> &[(String, String)] {
        &self.damaged
    }

    fn cache(&mut self) -> &Cache {
        let resolver = self.resolver;
        self.cache
            .get_or_insert_with(|| cache::parse(&bytes(resolver, "/etc/ld.so.cache", CACHE_BYTES)))
    }

    fn musl_folders(&self, kind: Kind) -> Vec<String> {
        let path = format!("/etc/ld-musl-{}.path", machine::name(&kind));
        let text = String::from_utf8_lossy(&bytes(self.resolver, &path, 64 * 1024)).into_owned();
        let listed: Vec<String> =
            text.split([':', '\n']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        match listed.is_empty() {
            true => ["/lib", "/usr/local/lib", "/usr/lib"].map(str::to_owned).to_vec(),
            false => listed,
        }
    }
}

fn missing_versions(loaded: &[Loaded], known: &HashMap<String, Rc<Elf>>) -> Vec<(String, String)> {
    let mut missing = Vec::new();
    for (library, version) in loaded.iter().flat_map(|who| &who.elf.wants_versions) {
        let Some(elf) = known.get(library) else { continue };
        // A library without any versions is taken with a warning.
        let lacks = !elf.has_versions.is_empty() && !elf.has_versions.contains(version);
        let pair = (library.clone(), version.clone());
        if lacks && !missing.contains(&pair) {
            missing.push(pair);
        }
    }
    missing
}

fn bytes(resolver: &Resolver, path: &str, at_most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Without the file there are the default folders.
    let file = resolver.read(path).map(|file| file.take(at_most));
    let _ = file.map(|mut file| file.read_to_end(&mut bytes));
    bytes
}

/// `DT_RPATH` of a file, and after it those of its loaders.
fn rpaths(elf: &Elf, path: &str, loaders: &[String]) -> Vec<String> {
    let own = match elf.runpath.is_empty() {
        true => expand(&elf.rpath, path, elf.kind),
        false => Vec::new(),
    };
    own.into_iter().chain(loaders.iter().cloned()).take(256).collect()
}

/// Replaces `$ORIGIN`, `$LIB` and `$PLATFORM`.
fn expand(folders: &[String], path: &str, kind: Kind) -> Vec<String> {
    let origin = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let platform = machine::name(&kind);
    // Debian's is the one with the architecture in it; others' is short.
    let library = ["lib".to_owned(), format!("lib/{}", triple(kind)), "lib64".to_owned()];
    let expand = |folder: &String, library: &str| {
        let values = [("ORIGIN", origin), ("PLATFORM", &platform), ("LIB", library)];
        values.iter().fold(folder.clone(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
        })
    };
    let mut all = Vec::new();
    for folder in folders {
        let choices = if folder.contains("LIB") { &library[..] } else { &library[..1] };
        all.extend(choices.iter().map(|library| expand(folder, library)));
    }
    all
}

fn triple(kind: Kind) -> String {
    match (&*machine::name(&kind), kind.is_64) {
        ("i686", _) => "i386-linux-gnu".to_owned(),
        ("arm", _) => "arm-linux-gnueabihf".to_owned(),
        ("ppc64le", _) => "powerpc64le-linux-gnu".to_owned(),
        ("x32", _) => "x86_64-linux-gnux32".to_owned(),
        (name, _) => format!("{name}-linux-gnu"),
    }
}

/// Where ld.so looks last. Distributions differ; what is not there costs one look.
fn default_folders(kind: Kind) -> Vec<String> {
    let triple = triple(kind);
    let wide = if kind.is_64 { "64" } else { "32" };
    let mut folders = Vec::new();
    for base in ["/lib", "/usr/lib"] {
        folders.extend([format!("{base}/{triple}"), format!("{base}{wide}"), base.to_owned()]);
    }
    folders
}

/// Names that musl's loader answers itself (`ldso/dynlink.c`, `load_library`).
fn is_part_of_musl(name: &str) -> bool {
    let part = name.strip_prefix("lib").and_then(|rest| rest.split_once('.')).map(|(part, _)| part);
    part.is_some_and(|part| ["c", "pthread", "rt", "m", "dl", "util", "xnet"].contains(&part))
        || name.starts_with("ld-musl-")
}

#[cfg(test)]
#[path = "libraries/tests.rs"]
mod tests;
