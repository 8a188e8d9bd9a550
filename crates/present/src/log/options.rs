//! What a renderer is asked for besides the format.

use std::ops::Range;

/// As journalctl(1) has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Times in UTC (`--utc`).
    pub utc: bool,
    /// Leave out the host's name in the short formats (`--no-hostname`).
    pub no_hostname: bool,
    /// All of each field, even if it is long or not printable (`--all`).
    pub all: bool,
    /// Don't cut long lines (`--full`, which is the default).
    pub full_width: bool,
    /// The terminal's width, for lines that are cut. journalctl takes `$COLUMNS`, or 80.
    pub columns: u32,
    /// Whether the locale is one with UTF-8: the mark where a line was cut.
    pub utf8: bool,
    /// Which colours the output has.
    pub colours: Colours,
    /// Fields to show (`--output-fields`); all if it is empty.
    pub output_fields: Vec<Vec<u8>>,
    /// Make paths and addresses of documentation links (`SYSTEMD_URLIFY`).
    pub links: Option<Links>,
    /// Add the catalogue's explanations (`--catalog`), which come with [`Extras::catalog`].
    pub catalog: bool,
    /// `__SEQNUM` and `__SEQNUM_ID` in JSON and exports, as journalctl has them since version
    /// 254.
    pub seqnum: bool,
}

impl Default for Options {
    /// Nothing asked for, and no terminal.
    fn default() -> Self {
        Self {
            utc: false,
            no_hostname: false,
            all: false,
            full_width: true,
            columns: 80,
            utf8: false,
            colours: Colours::Off,
            output_fields: Vec::new(),
            links: None,
            catalog: false,
            seqnum: false,
        }
    }
}

/// Which escape sequences for colour are used: as `SYSTEMD_COLORS` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Colours {
    /// None.
    #[default]
    Off,
    /// The sixteen that every terminal has.
    Sixteen,
    /// 256 and more.
    Many,
}

impl Colours {
    /// Whether there are any.
    #[must_use]
    pub const fn is_on(self) -> bool {
        !matches!(self, Self::Off)
    }
}

/// What links to files are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The host's name as the kernel has it.
    pub host: Vec<u8>,
    /// The working directory, for paths that are relative.
    pub directory: Vec<u8>,
}

/// What the caller knows of one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras<'a> {
    /// What of `MESSAGE` was searched for, in bytes.
    pub highlight: Option<Range<usize>>,
    /// The catalogue's text for the entry's `MESSAGE_ID`, with its variables filled in. Is used
    /// if [`Options::catalog`] or [`Options::links`] are set.
    pub catalog: Option<&'a [u8]>,
}
