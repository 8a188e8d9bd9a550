//! The drop-in as text.

use super::{Observation, Proposed};

/// Comments are not longer.
const COMMENT_CHARS_MAX: usize = 200;

/// A drop-in with these settings, each below the reason for it. `heading` says what it is, line by line.
///
/// Reasons hold names that others chose: they are kept to one line each.
pub fn drop_in(heading: &[String], settings: &[Proposed]) -> String {
    let mut text = String::new();
    for line in heading {
        text.push_str(&format!("# {}\n", one_line(line)));
    }
    text.push_str("[Service]\n");
    let mut last = "";
    for setting in settings.iter().filter(|setting| is_one_line(setting)) {
        if setting.why != last {
            text.push_str(&format!("# {}\n", one_line(&setting.why)));
        }
        last = &setting.why;
        text.push_str(&format!("{}={}\n", setting.key, setting.value));
    }
    text
}

impl Observation {
    /// What the drop-in's first lines say of the observation.
    pub fn heading(&self, name: &str) -> Vec<String> {
        let of_what = match (self.start_seen, self.stop_seen) {
            (true, true) => "its start, its work and its stop",
            (true, false) => "its start and its work",
            _ => "its work, not of its start",
        };
        vec![
            format!("Proposed by daemonctl audit --observe for {name}"),
            format!("after {:.0} seconds of {of_what}.", self.seconds),
        ]
    }
}

/// Nothing of a setting may begin another line.
fn is_one_line(setting: &Proposed) -> bool {
    let is_plain = |text: &str| !text.chars().any(char::is_control);
    is_plain(&setting.value)
        && setting.key.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !setting.value.ends_with('\\')
}

fn one_line(text: &str) -> String {
    let plain = |character: char| if character.is_control() { '?' } else { character };
    // A backslash at the end would join the next line.
    let line: String = text.chars().map(plain).take(COMMENT_CHARS_MAX).collect();
    line.trim_end_matches('\\').to_owned()
}
