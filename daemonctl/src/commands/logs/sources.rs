//! Where entries come from: which sources there are, and which of them has what.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use journal::filter::Filter;
use journal::places::{Namespace, Places, Whose, expand};
use journal::set::{self, Set};
use journal::text::{Family, Files, Kernel, Kind, Options, Source as _, Trouble};

use super::args::{Args, SourceKind};
use super::subject::Subjects;
use super::window::Window;
use crate::context::Context;
use crate::logs::{TextSource, service_files};

/// What the kernel's lines are called in syslog files.
const KERNEL: &[u8] = b"SYSLOG_IDENTIFIER=kernel";

/// Where the journal files of the machine lie.
pub fn usual_places(context: &Context) -> Places {
    let root = &context.common.system_root;
    let is_elsewhere = root.as_path() != std::path::Path::new("/");
    Places { root: is_elsewhere.then(|| root.clone()), ..Places::default() }
}

/// Where the journal files of these options lie.
pub fn places(context: &Context, args: &Args) -> Places {
    let from = &args.from;
    let namespace = match from.namespace.as_deref() {
        None | Some("") => Namespace::Default,
        Some("*") => Namespace::All,
        Some(name) => match name.strip_prefix('+') {
            Some(name) => Namespace::And(name.to_owned()),
            None => Namespace::Only(name.to_owned()),
        },
    };
    Places {
        directory: from.directory.clone(),
        files: from.file.iter().flat_map(|pattern| expand(pattern)).collect(),
        root: match from.directory.is_some() || !from.file.is_empty() {
            true => None,
            false => from.root.clone().or(usual_places(context).root),
        },
        namespace,
        merge: from.merge,
        whose: match (from.system, args.managers.user) {
            (true, _) => Whose::System,
            (_, true) => Whose::User,
            _ => Whose::All,
        },
    }
}

/// A place without any journal file.
pub fn nowhere() -> Places {
    // Nothing can lie below what is no folder.
    Places { directory: Some(PathBuf::from("/dev/null")), ..Places::default() }
}

/// Whether only journal files are meant: they are named, or something is asked that they alone know.
pub fn is_journal_alone(args: &Args) -> bool {
    let (from, which) = (&args.from, &args.which);
    let named = from.directory.is_some()
        || !from.file.is_empty()
        || from.namespace.is_some()
        || from.merge
        || from.system;
    let cursor =
        which.cursor.is_some() || which.after_cursor.is_some() || which.cursor_file.is_some();
    named || cursor || !which.user_unit.is_empty()
}

/// What is gathered of text sources.
pub struct Texts<'t> {
    /// The machine.
    pub context: &'t Context,
    /// What was asked for.
    pub args: &'t Args,
    /// The journal.
    pub set: &'t Set,
    /// The zone of lines that name none.
    pub zone: &'t TimeZone,
    /// Conditions on all lines.
    pub conditions: Vec<Filter>,
    /// What could not be read.
    pub troubles: Vec<Trouble>,
}

impl Texts<'_> {
    /// The sources for these subjects.
    pub fn gather(&mut self, subjects: &Subjects) -> Vec<TextSource> {
        let mut found = Vec::new();
        if self.wants(SourceKind::Files) {
            for (path, identifier) in &subjects.files {
                found.push(self.own_file(path.clone(), identifier));
            }
        }
        let before = self.journal_begins();
        let named = !self.args.from.source.is_empty();
        let is_about_all = !subjects.are_some;
        let is_kernel = self.args.which.kernel;
        let mut kernel_begins = None;
        // The journal and syslog files have what the kernel said; the ring buffer says it best.
        let takes_kernel = match named {
            true => self.wants(SourceKind::Kernel),
            false => is_kernel && self.set.is_empty(),
        };
        if takes_kernel && (is_about_all || is_kernel) {
            found.extend(self.kernel(&mut kernel_begins));
        }
        let is_of_syslog = is_about_all || !subjects.syslog.is_empty();
        if self.wants(SourceKind::Syslog) && is_of_syslog {
            let before = if named { None } else { before };
            let before = [before, kernel_begins.filter(|_| is_kernel)].into_iter().flatten().min();
            found.extend(self.syslog(subjects, before));
        }
        found
    }

    fn wants(&self, kind: SourceKind) -> bool {
        let asked = &self.args.from.source;
        asked.is_empty() || asked.contains(&kind)
    }

    /// Since when the journal has everything: what is in syslog files too from then on is left out there.
    fn journal_begins(&self) -> Option<u64> {
        let headers = self.set.files().map(|(_, file)| file.header());
        headers.filter(|h| h.n_entries > 0).map(|h| h.head_entry_realtime_usec).min()
    }

    fn options(&self) -> Options {
        let name = rustix::system::uname().nodename().to_bytes().to_vec();
        Options {
            hostname: Some(name),
            boot_id: crate::logs::matches::this_boot(),
            follow: self.args.which.follow,
            ..Options::new(self.zone.clone())
        }
    }

    fn filter(&self, also: impl IntoIterator<Item = Filter>) -> Filter {
        let mut all = self.conditions.clone();
        all.extend(also);
        match all.is_empty() {
            true => Filter::All,
            false => Filter::AllOf(all),
        }
    }

    fn own_file(&self, path: PathBuf, identifier: &str) -> TextSource {
        let filter = self.filter(None);
        let needles = service_files::needles(&filter, identifier);
        let options = Options { identifier: Some(identifier.into()), needles, ..self.options() };
        TextSource {
            label: label(&path),
            source: Box::new(Files::new(Family::new(path, Kind::Service), options)),
            filter,
            before_usec: None,
        }
    }

    fn kernel(&mut self, begins: &mut Option<u64>) -> Option<TextSource> {
        match Kernel::open(&self.options()) {
            Ok(mut kernel) => {
                *begins = kernel.peek();
                Some(TextSource {
                    label: "kernel".to_owned(),
                    source: Box::new(kernel),
                    filter: self.filter(None),
                    before_usec: None,
                })
            }
            Err(trouble) => {
                self.troubles.push(trouble);
                None
            }
        }
    }

    fn syslog(&mut self, subjects: &Subjects, before_usec: Option<u64>) -> Vec<TextSource> {
        let root = self.args.from.root.as_ref().unwrap_or(&self.context.common.system_root);
        let (families, troubles) = service_files::syslog_families(root);
        self.troubles.extend(troubles);
        let mut needles: Vec<Vec<u8>> = subjects.needles.iter().cloned().collect();
        let mut of_whom = subjects.syslog.clone();
        if self.args.which.kernel {
            needles = vec![b"kernel".to_vec()];
            of_whom = vec![Filter::field(KERNEL)];
        }
        let filter = self.filter((!of_whom.is_empty()).then(|| Filter::any_of(of_whom)));
        if needles.is_empty() {
            needles = service_files::needles(&filter, "");
        }
        let source = |family: Family| TextSource {
            label: label(&family.path),
            source: Box::new(Files::new(
                family,
                Options { needles: needles.clone(), ..self.options() },
            )),
            filter: filter.clone(),
            before_usec,
        };
        families.into_iter().map(source).collect()
    }
}

fn label(path: &std::path::Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    present::text::clean(name.as_encoded_bytes()).into_owned()
}

/// The part of a window that text sources are read in, which don't know of boots.
pub fn text_window(window: Window, set: &Set, boot: Option<journal::Id128>) -> Window {
    let Some(boot) = boot else { return window };
    let known = journal::boots::list(set).into_iter().find(|known| known.id == boot);
    let is_running = crate::logs::matches::this_boot() == Some(boot);
    match known {
        Some(known) => window.within(&known, is_running),
        // Of the boot that runs the kernel knows the start.
        None => {
            let start = crate::service_view::unix_now() - uptime_seconds();
            Window { since_usec: window.since_usec.max(Some((start * 1e6) as u64)), ..window }
        }
    }
}

fn uptime_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    time.tv_sec as f64
}

/// What could not be read of the journal, in words.
pub fn unread_words(unread: &set::Unread) -> String {
    format!("{}: {}", unread.path.display(), unread.why)
}
