//! What is to be done to a tree.

/// What lay under a name that goes away, so that it can be put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Was {
    /// A link that pointed there.
    Link(Box<str>),
    /// A regular file without content, which masks as a link to `/dev/null` does.
    EmptyFile,
}

/// One step. Paths are absolute within the tree, links on the way to them are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Makes a link where nothing lies, and the folders above it that are missing.
    Link {
        /// The link's path.
        path: Box<str>,
        /// What it points to, as it is written.
        target: Box<str>,
    },
    /// Puts a link in the place of another one.
    Replace {
        /// The link's path.
        path: Box<str>,
        /// What it points to, as it is written.
        target: Box<str>,
        /// What the former one pointed to.
        was: Box<str>,
    },
    /// Removes a link, or an empty file that masks.
    Unlink {
        /// Its path.
        path: Box<str>,
        /// What it was.
        was: Was,
    },
    /// Removes a folder that has become empty.
    RemoveFolder {
        /// Its path.
        path: Box<str>,
    },
}

impl Change {
    /// The path that is changed.
    pub fn path(&self) -> &str {
        match self {
            Change::Link { path, .. }
            | Change::Replace { path, .. }
            | Change::Unlink { path, .. }
            | Change::RemoveFolder { path } => path,
        }
    }

    /// Whether it is about a link; folders go with them.
    pub fn is_link(&self) -> bool {
        !matches!(self, Change::RemoveFolder { .. })
    }
}
