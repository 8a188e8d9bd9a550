//! `--verify`: whether journal files hold together. Several are looked at at once; what is found is
//! said in their order.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

use journal::file::File;
use journal::set::Set;
use journal::verify::{Cause, Key, Problem, Verdict, Watch, verify};
use unit::time::span::format_usec;

use super::failure::Failure;
use super::times::{stamp, stamp_or_none};
use super::{Level, Tool};

/// What is known of one file.
type Outcome = Result<Verdict, Problem>;

/// `--verify`
///
/// # Errors
/// A file does not hold together, or the key is none.
pub fn run(tool: &Tool, set: &Set) -> Result<(), Failure> {
    let files: Vec<&File> = set.files().map(|(_, file)| file).collect();
    let key = match &tool.settings.verify_key {
        // Without files nobody looks at the key.
        Some(text) if !files.is_empty() => match text.parse::<Key>() {
            Ok(key) => Some(key),
            Err(_) => return Err(Failure::new("Failed to parse seed.")),
        },
        _ => None,
    };
    let shared = Shared {
        files: &files,
        key: key.as_ref(),
        next: AtomicUsize::new(0),
        outcomes: Mutex::new((0, Vec::new())),
        failed: AtomicBool::new(false),
        ended: AtomicBool::new(false),
    };
    let bar = Progress::new(tool);
    let threads = available_parallelism().map_or(1, usize::from).min(files.len()).max(1);
    scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| shared.work(tool, &mut Silent));
        }
        shared.work(tool, &mut { bar });
    });
    match shared.failed.into_inner() {
        true => Err(Failure::silent()),
        false => Ok(()),
    }
}

/// What threads share.
struct Shared<'s> {
    files: &'s [&'s File],
    key: Option<&'s Key>,
    next: AtomicUsize,
    /// How many were told, and what is known of those behind them.
    outcomes: Mutex<(usize, Vec<(usize, Outcome)>)>,
    failed: AtomicBool,
    ended: AtomicBool,
}

impl Shared<'_> {
    fn work(&self, tool: &Tool, watch: &mut dyn Watch) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = self.files.get(index) else { break };
            if self.ended.load(Ordering::Relaxed) {
                break;
            }
            let outcome = verify(file, self.key, watch);
            self.tell(tool, index, outcome);
        }
    }

    /// Tells of that file and of those behind it that are known already, once all before it were told.
    fn tell(&self, tool: &Tool, index: usize, outcome: Outcome) {
        let mut guard = self.outcomes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (told, waiting) = &mut *guard;
        waiting.push((index, outcome));
        while let Some(at) = waiting.iter().position(|(index, _)| index == told) {
            let (index, outcome) = waiting.swap_remove(at);
            *told += 1;
            let Some(file) = self.files.get(index) else { continue };
            if self.ended.load(Ordering::Relaxed) {
                continue;
            }
            let is_sealed = file.header().is_sealed();
            if is_sealed && self.key.is_none() {
                let text = format!(
                    "Journal file {} has sealing enabled but verification key has not been passed using --verify-key=.",
                    file.path().display()
                );
                tool.say(Level::Notice, &text);
            }
            match outcome {
                Ok(verdict) => passed(tool, file, &verdict, self.key.is_some()),
                Err(problem) => self.wrong(tool, file, &problem),
            }
        }
    }

    fn wrong(&self, tool: &Tool, file: &File, problem: &Problem) {
        self.failed.store(true, Ordering::Relaxed);
        let path = file.path().display().to_string();
        problem.details.iter().for_each(|line| tool.say(Level::Error, line));
        if let Some(line) = problem.corruption(&path) {
            tool.say(Level::Error, &line);
        }
        if problem.cause == Cause::Invalid {
            // journalctl takes it for a key that is none, and looks no further.
            self.ended.store(true, Ordering::Relaxed);
            return;
        }
        tool.say(Level::Warning, &format!("FAIL: {path} ({})", problem.cause.words()));
    }
}

fn passed(tool: &Tool, file: &File, verdict: &Verdict, has_key: bool) {
    if tool.settings.quiet {
        return;
    }
    tool.say(Level::Info, &format!("PASS: {}", file.path().display()));
    if !has_key || !verdict.is_sealed {
        return;
    }
    let utc = tool.settings.utc;
    let time = |usec| stamp(usec, utc).unwrap_or_else(|| "(null)".to_owned());
    let Verdict { first_usec, validated_usec, last_usec, .. } = *verdict;
    let text = match (validated_usec, last_usec) {
        (1.., _) => format!(
            "=> Validated from {} to {}, final {} entries not sealed.",
            time(first_usec),
            time(validated_usec),
            format_usec(last_usec.saturating_sub(validated_usec), 0)
        ),
        (0, 1..) => format!(
            "=> No sealing yet, {} of entries not sealed.",
            format_usec(last_usec.wrapping_sub(first_usec), 0)
        ),
        (0, 0) => "=> No sealing yet, no entries in file.".to_owned(),
    };
    tool.say(Level::Info, &text);
}

/// Nobody looks how far it is.
struct Silent;

impl Watch for Silent {
    fn timestamp(&self, usec: u64) -> String {
        stamp_or_none(usec)
    }
}

/// A percentage on a terminal.
struct Progress {
    is_shown: bool,
    percent: Option<u16>,
}

impl Progress {
    fn new(tool: &Tool) -> Progress {
        let is_terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        Progress { is_shown: is_terminal && !tool.settings.quiet, percent: None }
    }

    fn show(&mut self, percent: u16) {
        if !self.is_shown || self.percent == Some(percent) {
            return;
        }
        self.percent = Some(percent);
        let mut out = std::io::stdout();
        let text = if percent < 100 { format!("\r{percent:3}%") } else { "\r    \r".to_owned() };
        // It is for who looks; there may be nobody.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

impl Watch for Progress {
    fn progress(&mut self, part: u16) {
        self.show(u16::try_from(u32::from(part) * 100 / 65535).unwrap_or(100));
    }

    fn timestamp(&self, usec: u64) -> String {
        stamp_or_none(usec)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.percent.is_some() {
            self.show(100);
        }
    }
}
