//! A tree of files that is nowhere but in memory: for tests, and for what was unpacked elsewhere.

use std::collections::BTreeMap;

use crate::files::{Content, Entry, EntryKind, FileError, Files, MAX_FILE_BYTES};

/// As many links as the kernel follows (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    File { bytes: Vec<u8>, mode: u32 },
    Folder,
    Link(Box<str>),
    Other,
    Unreadable,
}

/// A tree in memory. Paths are absolute; folders on the way to what is added come by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryFiles {
    /// By path, without a slash at its end; the root is the empty path.
    nodes: BTreeMap<String, Node>,
}

impl MemoryFiles {
    /// An empty tree.
    pub fn new() -> MemoryFiles {
        MemoryFiles::default()
    }

    /// With a regular file (mode 0644), in the place of what is there.
    #[must_use]
    pub fn with(mut self, path: &str, bytes: impl AsRef<[u8]>) -> MemoryFiles {
        self.write(path, bytes);
        self
    }

    /// With a link.
    #[must_use]
    pub fn with_link(mut self, path: &str, target: &str) -> MemoryFiles {
        self.link(path, target);
        self
    }

    /// Puts a regular file (mode 0644) there.
    pub fn write(&mut self, path: &str, bytes: impl AsRef<[u8]>) {
        self.put(path, Node::File { bytes: bytes.as_ref().to_vec(), mode: 0o644 });
    }

    /// Changes the mode of a file that is there.
    pub fn set_mode(&mut self, path: &str, to: u32) {
        if let Some(Node::File { mode, .. }) = self.nodes.get_mut(&tidy(path)) {
            *mode = to;
        }
    }

    /// Puts a link there.
    pub fn link(&mut self, path: &str, target: &str) {
        self.put(path, Node::Link(target.into()));
    }

    /// Makes a folder.
    pub fn folder(&mut self, path: &str) {
        self.put(path, Node::Folder);
    }

    /// Puts something there that is no file, folder or link.
    pub fn other(&mut self, path: &str) {
        self.put(path, Node::Other);
    }

    /// Puts a file or folder there that may not be read.
    pub fn unreadable(&mut self, path: &str) {
        self.put(path, Node::Unreadable);
    }

    /// Takes away what lies there, with all that is below.
    pub fn remove(&mut self, path: &str) {
        let path = tidy(path);
        let below = format!("{path}/");
        self.nodes.retain(|other, _| *other != path && !other.starts_with(&below));
    }

    /// The paths of all that lies in the tree, sorted: what a test compares.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(String::as_str)
    }

    fn put(&mut self, path: &str, node: Node) {
        let path = tidy(path);
        for (at, _) in path.match_indices('/') {
            let above = path.get(..at).unwrap_or_default();
            self.nodes.entry(above.to_owned()).or_insert(Node::Folder);
        }
        self.nodes.insert(path, node);
    }

    /// Where a path leads, and what is there.
    fn follow(&self, path: &str) -> Result<(String, &Node), FileError> {
        let mut pending: Vec<String> = names(path).rev().map(str::to_owned).collect();
        let mut resolved = String::new();
        let mut links = 0;
        while let Some(name) = pending.pop() {
            if name == ".." {
                resolved.truncate(resolved.rfind('/').unwrap_or(0));
                continue;
            }
            let parent = resolved.len();
            resolved.push('/');
            resolved.push_str(&name);
            match self.nodes.get(&resolved) {
                Some(Node::Link(target)) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(FileError::Loop);
                    }
                    resolved.truncate(if target.starts_with('/') { 0 } else { parent });
                    pending.extend(names(target).rev().map(str::to_owned));
                }
                Some(Node::Unreadable) if !pending.is_empty() => return Err(FileError::Denied),
                // A mask needs no device in the tree.
                None if resolved == "/dev" && pending == ["null"] => {}
                None if resolved == "/dev/null" && pending.is_empty() => {
                    return Ok((resolved, &NULL));
                }
                None => return Err(FileError::Missing),
                Some(_) => {}
            }
        }
        match self.nodes.get(&resolved) {
            Some(node) => Ok((resolved, node)),
            None if resolved.is_empty() => Ok(("/".to_owned(), &Node::Folder)),
            None => Err(FileError::Missing),
        }
    }
}

static NULL: Node = Node::File { bytes: Vec::new(), mode: 0o666 };

fn names(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|name| !matches!(*name, "" | "."))
}

fn tidy(path: &str) -> String {
    names(path).fold(String::new(), |tidy, name| tidy + "/" + name)
}

impl Files for MemoryFiles {
    fn list(&self, folder: &str) -> Result<Vec<Entry>, FileError> {
        let (path, node) = self.follow(folder)?;
        match node {
            Node::Folder => {}
            Node::Unreadable => return Err(FileError::Denied),
            _ => return Err(FileError::Os(ENOTDIR)),
        }
        let below = if path == "/" { path } else { path + "/" };
        let inside = self.nodes.range(below.clone()..);
        let inside = inside.map_while(|(path, node)| Some((path.strip_prefix(&below)?, node)));
        let direct = inside.filter(|(name, _)| !name.is_empty() && !name.contains('/'));
        Ok(direct.map(|(name, node)| Entry { name: name.into(), kind: kind(node) }).collect())
    }

    fn read(&self, path: &str) -> Result<Content, FileError> {
        match self.follow(path)?.1 {
            Node::File { bytes, .. }
                if u64::try_from(bytes.len()).is_ok_and(|size| size > MAX_FILE_BYTES) =>
            {
                Err(FileError::TooLarge)
            }
            Node::File { bytes, mode } => Ok(Content { bytes: bytes.clone(), mode: *mode }),
            Node::Folder => Err(FileError::IsFolder),
            Node::Unreadable => Err(FileError::Denied),
            Node::Link(_) | Node::Other => Err(FileError::NotRegular),
        }
    }

    fn resolve(&self, path: &str) -> Result<String, FileError> {
        self.follow(path).map(|(path, _)| path)
    }
}

/// errno(3): no folder.
const ENOTDIR: i32 = 20;

fn kind(node: &Node) -> EntryKind {
    match node {
        Node::File { .. } | Node::Unreadable => EntryKind::File,
        Node::Folder => EntryKind::Folder,
        Node::Link(target) => EntryKind::Link(target.clone()),
        Node::Other => EntryKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::MemoryFiles;
    use crate::files::{EntryKind, FileError, Files as _};

    #[test]
    fn a_tree() {
        let mut tree = MemoryFiles::new()
            .with("/etc/a.service", "[Unit]\n")
            .with_link("/etc/b.service", "a.service")
            .with_link("/etc/mask.service", "/dev/null")
            .with_link("/lib", "usr/lib")
            .with_link("/loop", "/loop")
            .with_link("/dangling", "../../nowhere")
            .with("/usr/lib/c.service", "x");
        tree.unreadable("/secret");
        assert_eq!(tree.read("/etc/b.service").unwrap().bytes, b"[Unit]\n");
        assert_eq!(tree.read("/etc/mask.service").unwrap().bytes, b"");
        assert_eq!(tree.resolve("/etc/mask.service").unwrap(), "/dev/null");
        assert_eq!(tree.resolve("/lib/../lib/c.service").unwrap(), "/usr/lib/c.service");
        assert_eq!(tree.resolve("/loop"), Err(FileError::Loop));
        assert_eq!(tree.read("/dangling"), Err(FileError::Missing));
        assert_eq!(tree.read("/etc"), Err(FileError::IsFolder));
        assert_eq!(tree.read("/secret"), Err(FileError::Denied));
        let names = |folder: &str| -> Vec<String> {
            tree.list(folder).unwrap().into_iter().map(|entry| entry.name.into()).collect()
        };
        assert_eq!(names("/etc"), ["a.service", "b.service", "mask.service"]);
        assert_eq!(names("/lib"), ["c.service"]);
        assert_eq!(names("/"), ["dangling", "etc", "lib", "loop", "secret", "usr"]);
        assert_eq!(tree.list("/etc").unwrap()[1].kind, EntryKind::Link("a.service".into()));
        assert_eq!(tree.list("/nothing"), Err(FileError::Missing));
    }
}
