//! The last lines that a unit logged since it was started last.

use std::io::IsTerminal as _;

use journal::filter::{Filter, Matches};
use journal::places::{Namespace, Places};
use journal::set::{Set, Why};
use journal::walk::{Direction, Seek, Walk};
use present::log::{Format, Options};

use super::Properties;
use crate::logs::matches::{self, UnitOf};
use crate::logs::{Output, Query, Rendering, Sources, show};
use crate::names::screen;
use crate::names::systemctl::Tool;
use crate::names::systemctl::glyphs::Glyphs;
use crate::names::systemctl::options::Scope;
use crate::names::systemctl::source::Source;

/// How many lines, where nobody says.
const LINES: u32 = 10;

/// Prints them, where the journal is systemd's.
pub fn print(tool: &Tool, source: &dyn Source, properties: &Properties) {
    let lines = u64::from(tool.options.lines.unwrap_or(LINES));
    let Some(unit) = properties.text("Id").filter(|_| lines > 0 && source.bus().is_some()) else {
        return;
    };
    // Without the boot's name all boots would be shown.
    let Some(boot) = matches::this_boot() else { return };
    let set = Set::open(&Places {
        namespace: match properties.text("LogNamespace") {
            Some(name) => Namespace::And(name.to_owned()),
            None => Namespace::Default,
        },
        ..Places::default()
    });
    let of = match tool.options.scope {
        Scope::User => UnitOf::User(rustix::process::getuid().as_raw()),
        _ => UnitOf::System,
    };
    let mut all = Matches::default();
    matches::unit(&mut all, of, unit);
    all.conjunction();
    matches::boot(&mut all, boot);
    let mut log = Log {
        tool,
        since_usec: properties.number("InactiveExitTimestampMonotonic").unwrap_or_default(),
        filter: all.build(),
        sources: Sources::of_journal(set),
    };
    let count = log.count(lines);
    let text = log.text(count);
    let warning = match count < lines && log.since_usec > 0 && !tool.options.quiet {
        true => log.warning(boot, count),
        false => None,
    };
    if text.is_empty() && warning.is_none() {
        return;
    }
    tool.print("\n");
    tool.print(&text);
    if let Some(warning) = warning {
        tool.print(&format!("{warning}\n"));
    }
}

/// What a unit logged.
struct Log<'t> {
    tool: &'t Tool,
    /// Since when: microseconds of the monotonic clock.
    since_usec: u64,
    filter: Filter,
    sources: Sources,
}

impl Log<'_> {
    /// How many of the last so many entries are of its last run.
    fn count(&self, lines: u64) -> u64 {
        let set = &self.sources.set;
        let mut walk = Walk::new(self.filter.clone(), Direction::Backward);
        walk.seek(Seek::Tail);
        let mut count = 0;
        while count < lines {
            let entry = walk.next(set).map(|at| set.entry(at));
            match entry {
                Some(Ok(entry)) if entry.monotonic_usec >= self.since_usec => count += 1,
                Some(Ok(_)) | None => break,
                Some(Err(_)) => {}
            }
        }
        count
    }

    fn text(&mut self, count: u64) -> String {
        let mut out = Vec::new();
        if count > 0 {
            let query =
                Query { filter: self.filter.clone(), lines: Some(count), ..Query::default() };
            let rendering = rendering(self.tool);
            // It is written to memory, which does not fail.
            let _ =
                show(&mut self.sources, &query, &rendering, Output { sink: &mut out, waits: None });
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    /// What is said where the journal begins only after the unit was started.
    fn warning(&self, boot: journal::Id128, count: u64) -> Option<&'static str> {
        let set = &self.sources.set;
        let mut walk =
            Walk::new(Filter::field(format!("_BOOT_ID={boot}").as_bytes()), Direction::Forward);
        walk.seek(Seek::Head);
        let first = set.entry(walk.next(set)?).ok()?;
        if self.since_usec >= first.monotonic_usec {
            return None;
        }
        let is_blocked = set.unread().iter().any(|unread| matches!(unread.why, Why::NotPermitted));
        Some(match (is_blocked, count) {
            (true, 0) => {
                "Warning: some journal files were not opened due to insufficient permissions."
            }
            (true, _) => {
                "Warning: journal has been rotated since unit was started and some journal \
                 files were not opened due to insufficient permissions, output may be incomplete."
            }
            (false, _) => {
                "Notice: journal has been rotated since unit was started, output may be incomplete."
            }
        })
    }
}

fn rendering(tool: &Tool) -> Rendering {
    let is_terminal = std::io::stdout().is_terminal();
    let format = tool.options.output.as_deref().and_then(|name| name.parse().ok());
    Rendering {
        format: format.unwrap_or(Format::Short),
        options: Options {
            full_width: tool.options.full || !is_terminal,
            columns: screen::columns(),
            utf8: Glyphs::locale_is_utf8(),
            // As all that this tool prints.
            ..Options::default()
        },
        zone: crate::time::zone(),
        explain: None,
        marks: false,
        people: None,
        cleans: is_terminal,
    }
}
