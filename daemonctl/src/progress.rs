//! What is shown while a manager does something: on a terminal a line for each service, with how long
//! it takes and what it is at, gone when all is done; elsewhere nothing, or lines with `--verbose`.
//!
//! It is drawn on standard error, so that standard output holds results only, and never before half
//! a second has passed: what is quick needs no progress. The cursor stays visible and no signal is
//! caught, so an interrupt leaves the terminal as it is: what was drawn last stays as the answer.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use host::{Event, Verb, Watch};
use present::text::clean;
use present::{Style, Theme, style, text};

/// What is done sooner is not worth a line.
const PATIENCE: Duration = Duration::from_millis(500);
/// Whoever has waited that long is told how to wait no more.
const WORTH_A_WORD: Duration = Duration::from_secs(5);
/// How often a line tells, where lines stay, that it still goes on.
const STILL: Duration = Duration::from_secs(10);
/// A picture stands at least so long, however many services tell that they go on.
const PICTURE: Duration = Duration::from_millis(80);

/// How progress is shown.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Colours and characters.
    pub theme: Theme,
    /// Columns and rows of the terminal that it is drawn on; `None`: there is none.
    pub screen: Option<(usize, usize)>,
    /// Everything that is written meanwhile is shown.
    pub verbose: bool,
    /// What a script writes is the answer: it goes to standard output as it comes.
    pub is_answer: bool,
}

impl Manner {
    /// On standard error.
    pub fn on_stderr(theme: Theme, verbose: bool) -> Manner {
        let stderr = std::io::stderr();
        let plain = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let size = match stderr.is_terminal() && !plain {
            true => rustix::termios::tcgetwinsize(&stderr).ok(),
            false => None,
        };
        let screen = size.map(|size| {
            // A terminal that does not tell its size.
            let or = |count: u16, usual| if count == 0 { usual } else { usize::from(count) };
            (or(size.ws_col, 80), or(size.ws_row, 24))
        });
        // Standard output may be a terminal where standard error is none, and the other way round.
        let theme = Theme { colour: theme.colour && screen.is_some(), ..theme };
        Manner { theme, screen, verbose, is_answer: false }
    }
}

/// A service that is waited for, or was.
#[derive(Debug)]
struct Line {
    name: String,
    since: Instant,
    at: String,
    said: Instant,
    ended: Option<bool>,
}

/// Shows what happens, and keeps how long each service took.
pub struct Progress<'o> {
    manner: Manner,
    verb: Verb,
    /// All services are worked on at once, by the manager itself.
    at_once: bool,
    begun: Instant,
    last_end: Instant,
    lines: Vec<Line>,
    took: BTreeMap<String, Duration>,
    /// How many lines stand on the screen.
    drawn: usize,
    frame: usize,
    next_picture: Instant,
    err: &'o mut dyn std::io::Write,
}

impl<'o> Progress<'o> {
    /// Before anything is asked for.
    pub fn new(
        manner: Manner,
        verb: Verb,
        at_once: bool,
        err: &'o mut dyn std::io::Write,
    ) -> Progress<'o> {
        let now = Instant::now();
        Progress {
            manner,
            verb,
            at_once,
            begun: now,
            last_end: now,
            lines: Vec::new(),
            took: BTreeMap::new(),
            drawn: 0,
            frame: 0,
            next_picture: now + PATIENCE,
            err,
        }
    }

    /// When all is done: nothing is left on the screen. Gives how long each service took.
    pub fn end(mut self) -> BTreeMap<String, Duration> {
        self.erase();
        self.took
    }

    fn waiting(&mut self, name: &str, since: Instant, at: &str, now: Instant) {
        let at = clean(at.as_bytes()).into_owned();
        let verb = self.verb.doing();
        match self.lines.iter_mut().find(|line| line.name == name) {
            Some(line) => {
                line.at = at;
                if self.manner.verbose
                    && self.manner.screen.is_none()
                    && now.duration_since(line.said) >= STILL
                {
                    line.said = now;
                    let text = said(verb, line, now, "still ");
                    self.print(&text);
                }
            }
            None => {
                let line = Line { name: name.to_owned(), since, at, said: now, ended: None };
                if self.manner.verbose && self.manner.screen.is_none() {
                    let text = said(verb, &line, now, "");
                    self.print(&text);
                }
                self.lines.push(line);
            }
        }
        if now >= self.next_picture {
            self.next_picture = now + PICTURE;
            self.draw(now);
        }
    }

    fn output(&mut self, name: &str, line: &[u8], is_error: bool) {
        let shown = clean(line);
        if self.manner.is_answer {
            self.erase();
            if is_error {
                self.print(&format!("{shown}\n"));
            } else {
                // A closed pipe ends us when the answer is complete.
                let _ = writeln!(std::io::stdout(), "{shown}");
            }
        } else if self.manner.verbose {
            let mut text = String::new();
            let line = format!("  {}: {shown}", clean(name.as_bytes()));
            style::paint(&line, Style::Dim, &self.manner.theme, &mut text);
            text.push('\n');
            self.erase();
            self.print(&text);
        }
    }

    fn finished(&mut self, name: &str, good: bool, now: Instant) {
        let line = self.lines.iter_mut().find(|line| line.name == name);
        let since = match &line {
            Some(line) => line.since,
            None if self.at_once => self.begun,
            None => self.last_end,
        };
        if let Some(line) = line {
            line.ended = Some(good);
        }
        self.took.insert(name.to_owned(), now.duration_since(since));
        self.last_end = now;
    }

    /// Nothing is left to do when standard error itself is closed.
    fn print(&mut self, text: &str) {
        let _ = self.err.write_all(text.as_bytes());
    }

    fn erase(&mut self) {
        if self.drawn > 0 {
            let up = "\x1b[1A".repeat(self.drawn - 1);
            self.print(&format!("\r{up}\x1b[J"));
            self.drawn = 0;
        }
    }

    /// Draws all lines over those that were drawn before.
    fn draw(&mut self, now: Instant) {
        let Some((columns, rows)) = self.manner.screen else { return };
        let lines = self.picture(columns.max(20), rows.max(2), now);
        self.frame = self.frame.wrapping_add(1);
        // Each line is written over the one before: erasing first would flicker.
        let up = "\x1b[1A".repeat(self.drawn.saturating_sub(1));
        self.drawn = lines.len();
        self.print(&format!("\r{up}{}\x1b[J", lines.join("\x1b[K\r\n")));
        let _ = self.err.flush();
    }

    fn picture(&self, columns: usize, rows: usize, now: Instant) -> Vec<String> {
        let theme = &self.manner.theme;
        // Those that are waited for first: the others matter less where there is no room.
        let (going, ended): (Vec<&Line>, Vec<&Line>) =
            self.lines.iter().partition(|line| line.ended.is_none());
        let room = rows - 1;
        let all: Vec<&Line> = ended.into_iter().chain(going).collect();
        let hidden = if all.len() > room { all.len() - room + 1 } else { 0 };
        let mut lines: Vec<String> = Vec::new();
        if hidden > 0 {
            lines.push(format!("{} {hidden} more", theme.ellipsis()));
        }
        for line in all.into_iter().skip(hidden) {
            let (mark, style) = match line.ended {
                None => (self.spinner(), Style::Warn),
                Some(true) => (if theme.unicode { "✓" } else { "+" }, Style::Good),
                Some(false) => (if theme.unicode { "✗" } else { "x" }, Style::Bad),
            };
            let mut text = String::new();
            style::paint(mark, style, theme, &mut text);
            let rest = match line.ended {
                None => self.going(line, now),
                Some(_) => clean(line.name.as_bytes()).into_owned(),
            };
            text.push(' ');
            text.push_str(&text::truncate(&rest, columns - 3));
            lines.push(text);
        }
        lines
    }

    fn going(&self, line: &Line, now: Instant) -> String {
        let waited = now.duration_since(line.since);
        let mut text = said(self.verb.doing(), line, now, "");
        text.pop();
        if waited >= WORTH_A_WORD {
            // What a script writes to nobody may end it.
            let goes_on = if self.at_once { "; it goes on" } else { "" };
            text.push_str(&format!(" (Ctrl-C: wait no more{goes_on})"));
        }
        text
    }

    fn spinner(&self) -> &'static str {
        const ROUND: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
        const SLASH: [&str; 4] = ["|", "/", "-", "\\"];
        let turn = |marks: &'static [&'static str]| marks.get(self.frame % marks.len()).copied();
        let mark = if self.manner.theme.unicode { turn(&ROUND) } else { turn(&SLASH) };
        mark.unwrap_or("*")
    }
}

/// `restarting nginx: stop-sigterm, 12 s`, with its line end.
fn said(doing: &str, line: &Line, now: Instant, first: &str) -> String {
    let name = clean(line.name.as_bytes());
    let waited = now.duration_since(line.since).as_secs();
    let mut text = format!("{first}{doing} {name}");
    let mut behind = Vec::new();
    if !line.at.is_empty() {
        behind.push(line.at.clone());
    }
    if waited > 0 {
        behind.push(present::units::duration(now.duration_since(line.since).as_secs_f64()));
    }
    if !behind.is_empty() {
        text.push_str(": ");
        text.push_str(&behind.join(", "));
    }
    text.push('\n');
    text
}

impl Watch for Progress<'_> {
    fn event(&mut self, event: &Event<'_>) {
        let now = Instant::now();
        match event {
            Event::Output { name, line, is_error } => self.output(name, line, *is_error),
            Event::Waiting { name, since, at } => self.waiting(name, *since, at, now),
            Event::Finished(outcome) => self.finished(&outcome.name, outcome.result.is_ok(), now),
        }
    }
}

#[cfg(test)]
mod tests {
    use host::{Done, ManagerKind, Outcome};

    use super::*;

    fn manner(screen: Option<(usize, usize)>, verbose: bool) -> Manner {
        Manner { theme: Theme::plain(), screen, verbose, is_answer: false }
    }

    fn ago(millis: u64) -> Instant {
        Instant::now().checked_sub(Duration::from_millis(millis)).unwrap()
    }

    /// What is written while `story` is told to a progress that began so many milliseconds ago.
    fn written(
        manner: Manner,
        millis: u64,
        story: impl FnOnce(&mut Progress<'_>),
    ) -> (String, BTreeMap<String, Duration>) {
        let mut err = Vec::new();
        let mut progress = Progress::new(manner, Verb::Restart, true, &mut err);
        progress.begun = ago(millis);
        progress.next_picture = progress.begun + PATIENCE;
        story(&mut progress);
        let took = progress.end();
        (String::from_utf8(err).unwrap(), took)
    }

    fn waiting<'e>(name: &'e str, since: Instant, at: &'e str) -> Event<'e> {
        Event::Waiting { name, since, at }
    }

    #[test]
    fn what_is_quick_and_what_goes_to_a_pipe_shows_nothing() {
        let (text, _) = written(manner(Some((80, 24)), false), 0, |progress| {
            progress.event(&waiting("nginx", Instant::now(), ""));
        });
        assert_eq!(text, "");
        let (text, _) = written(manner(None, false), 9_000, |progress| {
            progress.event(&waiting("nginx", ago(9_000), "stop"));
            progress.event(&Event::Output { name: "nginx", line: b"hello", is_error: false });
        });
        assert_eq!(text, "");
    }

    #[test]
    fn a_terminal_shows_each_service_and_is_left_clean() {
        let (text, _) = written(manner(Some((80, 24)), false), 2_000, |progress| {
            progress.event(&waiting("nginx", ago(2_000), "stop-sigterm"));
            progress.next_picture = Instant::now();
            progress.event(&waiting("red\x1b[2Jis", ago(7_000), ""));
        });
        assert!(text.starts_with("\r| restarting nginx: stop-sigterm, 2"), "{text:?}");
        assert!(text.contains("wait no more; it goes on"), "{text:?}");
        assert!(!text.contains("\x1b[2J"), "{text:?}");
        assert!(text.ends_with("\r\x1b[1A\x1b[J"), "{text:?}");
    }

    #[test]
    fn a_small_terminal_shows_those_that_are_waited_for() {
        let (text, _) = written(manner(Some((40, 4)), false), 2_000, |progress| {
            for name in ["a", "b", "c", "d", "e"] {
                progress.event(&waiting(name, ago(900), ""));
            }
            let result = Ok(Done::default());
            let outcome = Outcome { name: "e".into(), manager: ManagerKind::SysV, result };
            progress.event(&Event::Finished(&outcome));
            progress.next_picture = Instant::now();
            progress.event(&waiting("d", ago(900), "a very long word for what it is doing now"));
        });
        let last = text.rsplit("\x1b[J").nth(2).unwrap();
        let last: Vec<&str> = last.trim_start_matches('\r').split("\x1b[K\r\n").collect();
        assert_eq!(last.len(), 3, "{last:?}");
        assert_eq!(last[0], "+ 3 more");
        assert!(last.iter().all(|line| line.chars().count() < 40), "{last:?}");
    }

    #[test]
    fn verbose_in_a_pipe_is_lines() {
        let (text, took) = written(manner(None, true), 11_000, |progress| {
            progress.event(&waiting("nginx", ago(11_000), "pre"));
            progress.lines[0].said = ago(11_000);
            progress.event(&Event::Output { name: "nginx", line: b"\x1b]0;x\x07", is_error: true });
            progress.event(&waiting("nginx", ago(11_000), "start"));
            let result = Ok(Done::default());
            let outcome = Outcome { name: "nginx".into(), manager: ManagerKind::SysV, result };
            progress.event(&Event::Finished(&outcome));
        });
        assert!(text.starts_with("restarting nginx: pre, 11"), "{text:?}");
        assert!(text.contains("\n  nginx: \\e]0;x\\x07\n"), "{text:?}");
        assert!(text.contains("\nstill restarting nginx: start, 11"), "{text:?}");
        assert!(took["nginx"] >= Duration::from_secs(11));
    }

    #[test]
    fn the_time_of_each_is_its_own_where_they_go_one_by_one() {
        let mut err = Vec::new();
        let mut progress = Progress::new(manner(None, false), Verb::Start, false, &mut err);
        progress.begun = ago(5_000);
        progress.last_end = ago(1_000);
        progress.finished("a", true, Instant::now());
        let took = progress.end();
        assert!(took["a"] < Duration::from_secs(2), "{took:?}");
    }
}
