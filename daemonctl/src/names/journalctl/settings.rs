//! What the options of a command line ask for.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use journal::Id128;
use journal::places::{Namespace, Whose};
use present::log::Format;

use crate::logs::grep::{Case, Grep};

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// Entries are shown.
    #[default]
    Show,
    /// `--new-id128`
    NewId,
    /// `--header`
    Header,
    /// `--setup-keys`
    SetupKeys,
    /// `--verify`
    Verify,
    /// `--disk-usage`
    DiskUsage,
    /// `--list-catalog`
    ListCatalog,
    /// `--dump-catalog`
    DumpCatalog,
    /// `--update-catalog`
    UpdateCatalog,
    /// `--list-boots`
    ListBoots,
    /// `--flush`
    Flush,
    /// `--relinquish-var`
    RelinquishVar,
    /// `--sync`
    Sync,
    /// `--rotate`
    Rotate,
    /// `--vacuum-size` and its kin
    Vacuum,
    /// `--rotate` with these
    RotateAndVacuum,
    /// `-F`
    Values,
    /// `-N`
    Names,
}

/// `--lines`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lines {
    /// Not said: all, but ten with `-f`.
    #[default]
    Unsaid,
    /// All.
    All,
    /// So many.
    Last(u32),
}

impl Lines {
    /// How many at most.
    pub fn limit(self) -> Option<u64> {
        match self {
            Lines::Last(count) => Some(u64::from(count)),
            Lines::Unsaid | Lines::All => None,
        }
    }
}

/// `--boot`: which one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BootChoice {
    /// From that one on; `None`: from the last or the first, by the offset.
    pub id: Option<Id128>,
    /// So many further.
    pub offset: i32,
}

/// What may be deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vacuum {
    /// Until no more than that is used; 0 for any.
    pub bytes: u64,
    /// Until there are no more than that; 0 for any.
    pub files: u64,
    /// Older than that; 0 for any.
    pub age_usec: u64,
}

/// What the options of one command line ask for; each field is the option of that name.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of journalctl")]
pub struct Settings {
    pub action: Action,
    pub format: Format,
    pub utc: bool,
    pub follow: bool,
    pub full: bool,
    pub all: bool,
    pub no_pager: bool,
    pub pager_end: bool,
    pub lines: Lines,
    pub no_tail: bool,
    pub quiet: bool,
    pub merge: bool,
    /// `None`: entries of all boots.
    pub boot: Option<BootChoice>,
    pub kernel: bool,
    pub no_hostname: bool,
    pub cursor: Option<String>,
    pub after_cursor: Option<String>,
    pub cursor_file: Option<PathBuf>,
    pub show_cursor: bool,
    pub directory: Option<PathBuf>,
    pub files: Vec<PathBuf>,
    pub standard_input: bool,
    pub root: Option<PathBuf>,
    pub image: Option<PathBuf>,
    pub machine: Option<String>,
    pub namespace: Namespace,
    pub system: bool,
    pub user: bool,
    /// One bit for each level.
    pub priorities: u8,
    pub facilities: Vec<u32>,
    pub verify_key: Option<String>,
    pub interval_usec: u64,
    pub force: bool,
    pub since_usec: Option<u64>,
    pub until_usec: Option<u64>,
    pub identifiers: Vec<OsString>,
    pub excluded_identifiers: Vec<Vec<u8>>,
    pub units: Vec<String>,
    pub user_units: Vec<String>,
    /// `-F`: of which field.
    pub field: OsString,
    pub catalog: bool,
    pub reverse: bool,
    pub vacuum: Vacuum,
    pub output_fields: Vec<Vec<u8>>,
    pub pattern: Option<String>,
    pub case: Case,
    /// `--grep`, once the whole line is read.
    pub grep: Option<Grep>,
    /// Now, in microseconds since 1970: what times are counted from.
    pub now_usec: u64,
}

impl Default for Settings {
    /// Nothing said, at the beginning of 1970.
    fn default() -> Self {
        Settings {
            action: Action::Show,
            format: Format::Short,
            utc: false,
            follow: false,
            full: true,
            all: false,
            no_pager: false,
            pager_end: false,
            lines: Lines::Unsaid,
            no_tail: false,
            quiet: false,
            merge: false,
            boot: None,
            kernel: false,
            no_hostname: false,
            cursor: None,
            after_cursor: None,
            cursor_file: None,
            show_cursor: false,
            directory: None,
            files: Vec::new(),
            standard_input: false,
            root: None,
            image: None,
            machine: None,
            namespace: Namespace::Default,
            system: false,
            user: false,
            priorities: u8::MAX,
            facilities: Vec::new(),
            verify_key: None,
            interval_usec: 15 * 60 * 1_000_000,
            force: false,
            since_usec: None,
            until_usec: None,
            identifiers: Vec::new(),
            excluded_identifiers: Vec::new(),
            units: Vec::new(),
            user_units: Vec::new(),
            field: OsString::new(),
            catalog: false,
            reverse: false,
            vacuum: Vacuum::default(),
            output_fields: Vec::new(),
            pattern: None,
            case: Case::Smart,
            grep: None,
            now_usec: 0,
        }
    }
}

impl Settings {
    /// Whose files are read, by their names.
    pub fn whose(&self) -> Whose {
        match (self.system, self.user) {
            (false, false) => Whose::All,
            (true, false) => Whose::System,
            (false, true) => Whose::User,
            (true, true) => Whose::SystemAndUser,
        }
    }

    /// Whether places are named that need not be this machine's.
    pub fn names_places(&self) -> bool {
        self.directory.is_some() || !self.files.is_empty() || self.root.is_some()
    }
}

/// A value as text; what is not UTF-8 in it can't be meant.
pub fn text(value: Option<&OsStr>) -> String {
    value.unwrap_or_default().to_string_lossy().into_owned()
}
