//! What takes several lines: tracebacks, panics, and messages that stand on the line after their place.

use super::{Clue, Grade, Kind, Said};

/// Puts what belongs together into one clue.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// A traceback of Python goes on: the place of the innermost frame so far.
    python: Option<Option<String>>,
    /// A port that the traceback's own lines name: `s.bind(("0.0.0.0", 80))`.
    port: Option<String>,
    /// The host that stands beside it.
    host: Option<String>,
    /// A clue whose message is on the next line, or whose place is on one of the next.
    pending: Option<(usize, Pending)>,
    /// A frame of the traceback binds an address.
    is_binding: bool,
    /// What stands in quotes on a line of Redis that shows a directive (`>>> 'logfile /x'`): the clue of the line that
    /// names it, its first and its last word.
    directive: Option<(usize, String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    /// The next line is its message.
    Message,
    /// Redis shows the directive first, then says what is wrong with it.
    Explanation,
    /// A line of the stack will be its place: how many lines are still looked at.
    Place(u8),
}

impl Traces {
    /// Another line, before its own clue is known.
    pub(super) fn line<'l>(&mut self, said: Said<'l>, text: &str, clues: &mut Vec<Clue<'l>>) {
        self.is_binding &= self.python.is_some();
        self.of_python(said, text, clues);
        let Some((index, pending)) = self.pending.take() else { return };
        let Some(clue) = clues.get_mut(index) else { return };
        let text = text.trim();
        match pending {
            Pending::Message if text.starts_with(">>>") => {
                let shown = text.trim_start_matches(['>', ' ']).trim_matches('\'');
                let mut words = shown.split_whitespace();
                let first = words.next().unwrap_or_default().to_owned();
                self.directive =
                    words.next_back().map(|word| (index, first, word.trim_matches('"').to_owned()));
                clue.values.push(("message", shown.to_owned()));
                self.pending = Some((index, Pending::Explanation));
            }
            Pending::Message if !text.is_empty() => clue.values.push(("message", text.to_owned())),
            Pending::Message => self.pending = Some((index, Pending::Message)),
            Pending::Explanation => {
                if let Some((_, message)) =
                    clue.values.iter_mut().find(|(word, _)| *word == "message")
                {
                    *message = format!("{message}: {text}");
                }
            }
            Pending::Place(left) => match place(text) {
                Some(place) => clue.values.push(("place", place)),
                None if left > 0 => self.pending = Some((index, Pending::Place(left - 1))),
                None => {}
            },
        }
    }

    /// The clue of the line that was given last, already pushed.
    pub(super) fn clue(&mut self, clues: &mut [Clue<'_>]) {
        self.of_directive(clues);
        let Some((clue, index)) =
            clues.len().checked_sub(1).and_then(|index| Some((clues.last_mut()?, index)))
        else {
            return;
        };
        if clue.kind == Kind::PermissionDenied && clue.get("path").is_none() && self.is_binding {
            clue.kind = Kind::BindDenied;
            clue.values.extend(self.port.take().map(|port| ("port", port)));
        }
        if clue.kind == Kind::PortTaken
            && clue.get("port").is_none()
            && let Some(port) = self.port.take()
        {
            clue.values.push(("port", port));
        }
        if clue.kind == Kind::Unreachable
            && clue.get("port").is_none()
            && let Some(port) = self.port.take()
        {
            clue.values.push(("port", port));
            clue.values.extend(self.host.take().map(|host| ("host", host)));
        }
        let has = |word| clue.get(word).is_some();
        self.pending = match clue.kind {
            // PostgreSQL has said what is wrong on the line before.
            Kind::ConfigInvalid if clue.message().contains("CONTEXT:") => None,
            Kind::ConfigInvalid if has("line") && !has("message") => {
                Some((index, Pending::Message))
            }
            Kind::Panic if has("place") && !has("message") => Some((index, Pending::Message)),
            Kind::Panic | Kind::Traceback if !has("place") => Some((index, Pending::Place(12))),
            _ => self.pending.take(),
        };
    }

    /// What Redis says of a file that a directive names is the cause; that the directive is on that line is not.
    fn of_directive(&mut self, clues: &mut [Clue<'_>]) {
        let Some(clue) = clues.last_mut() else { return };
        let is_file = matches!(clue.kind, Kind::PermissionDenied | Kind::MissingFile);
        if !is_file || clue.get("path").is_some() {
            return;
        }
        let Some((index, key, path)) = self.directive.take() else { return };
        if !path.starts_with('/') {
            return;
        }
        clue.values.push(("path", path));
        if key == "dir" {
            clue.values.push(("operation", "chdir".to_owned()));
        }
        clue.grade = Grade::Fatal;
        if let Some(config) = clues.get_mut(index) {
            config.grade = Grade::Failure;
        }
    }

    /// `Traceback (most recent call last):`, frames, and the exception without indentation.
    fn of_python<'l>(&mut self, said: Said<'l>, text: &str, clues: &mut Vec<Clue<'l>>) {
        if text.contains("Traceback (most recent call last)") {
            self.python = Some(None);
            self.is_binding = false;
            return;
        }
        let frame = text.trim_start().strip_prefix("File \"");
        if frame.is_some() {
            // A SyntaxError has a place and no traceback.
            self.python.get_or_insert_default();
        }
        let Some(place) = &mut self.python else { return };
        if let Some(frame) = frame
            && let Some((file, rest)) = frame.split_once("\", line ")
        {
            let line: String = rest.chars().take_while(char::is_ascii_digit).collect();
            *place = Some(format!("{file}:{line}"));
            return;
        }
        if text.starts_with([' ', '\t']) || text.is_empty() {
            self.is_binding |= text.contains("bind(") || text.contains("listen(");
            if let Some(port) = port(text) {
                self.port = Some(port);
                self.host = host(text);
            }
            return;
        }
        let mut values = vec![("message", text.to_owned())];
        values.extend(place.take().map(|place| ("place", place)));
        self.python = None;
        clues.push(Clue { kind: Kind::Traceback, grade: Grade::Fatal, said, values, more: 0 });
    }
}

/// Lines with one of these words may name a port.
const SPEAKS_OF_PORTS: [&str; 6] = ["bind", "listen", "port", "serve", "address", "connect"];

/// The port in a line of a program that listens or connects.
fn port(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if !SPEAKS_OF_PORTS.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'));
    let is_port = |word: &&str| word.parse::<u16>().is_ok_and(|port| port > 0);
    words.rfind(is_port).map(str::to_owned)
}

/// The host in quotes in a line of a program that connects.
fn host(text: &str) -> Option<String> {
    let is_host = |word: &&str| {
        let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
        is_plain && (word.contains('.') || *word == "localhost" || *word == "::1")
    };
    text.split(['"', '\'']).skip(1).step_by(2).find(is_host).map(str::to_owned)
}

/// The place that a line of a stack names: Go's `/x/main.go:12 +0x1d`, Java's `at a.B.c(B.java:12)`, Node's
/// `at f (/x/y.js:12:5)`.
fn place(text: &str) -> Option<String> {
    if let Some(frame) = text.strip_prefix("at ") {
        let inner = frame.rsplit_once('(').map_or(frame, |(_, inner)| inner);
        return Some(inner.trim_end_matches(')').to_owned());
    }
    let first = text.split_whitespace().next()?;
    let is_place = first.starts_with('/') && first.contains(".go:");
    is_place.then(|| first.to_owned())
}
