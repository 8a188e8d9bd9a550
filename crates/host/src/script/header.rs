//! The comment block of the LSB ("Comment Conventions for Init Scripts") and chkconfig(8)'s line.

/// Most words that are kept of one key.
const MOST_WORDS: usize = 128;
/// Most lines that are kept of a description.
const MOST_LINES: usize = 40;

/// What stands in a script's header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// There is an LSB block: `### BEGIN INIT INFO`.
    pub is_lsb: bool,
    /// `Provides:`.
    pub provides: Vec<String>,
    /// `Required-Start:`.
    pub required_start: Vec<String>,
    /// `Should-Start:`.
    pub should_start: Vec<String>,
    /// `X-Start-Before:`.
    pub start_before: Vec<String>,
    /// `Default-Start:` or, without it, chkconfig's runlevels.
    pub default_start: Vec<String>,
    /// `Default-Stop:`.
    pub default_stop: Vec<String>,
    /// `Required-Stop:`.
    pub required_stop: Vec<String>,
    /// `Should-Stop:`.
    pub should_stop: Vec<String>,
    /// `X-Interactive: true`: it may speak with who sits at the console.
    pub is_interactive: bool,
    /// `Description:`, all its lines.
    pub description: Option<String>,
}

/// Reads the header of a script.
pub(crate) fn parse(text: &str) -> Header {
    let mut header = Header::default();
    let mut inside = false;
    let mut in_description = false;
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let Some(comment) = line.strip_prefix('#') else { continue };
        let comment = comment.trim_end();
        if comment.starts_with("## BEGIN INIT INFO") {
            (inside, header.is_lsb) = (true, true);
            continue;
        }
        if comment.starts_with("## END INIT INFO") {
            inside = false;
        }
        // "Continuation": a tab, or at least two blanks, after the #.
        let continues = comment.starts_with('\t') || comment.starts_with("  ");
        if inside && in_description && continues && lines.len() < MOST_LINES {
            lines.push(comment.trim().to_owned());
            continue;
        }
        in_description = false;
        let Some((key, value)) = comment.split_once(':') else { continue };
        let (key, value) = (key.trim(), value.trim());
        if inside && key == "Description" {
            in_description = true;
            lines = vec![value.to_owned()];
        } else if inside {
            header.lsb(key, value);
        } else if key == "chkconfig" && header.default_start.is_empty() {
            // "-": not started by default, in any runlevel.
            let levels = value.split_whitespace().next().unwrap_or_default();
            header.default_start =
                levels.chars().filter(char::is_ascii_digit).map(String::from).collect();
        }
    }
    let description = lines.join(" ");
    header.description = Some(description.trim().to_owned()).filter(|d| !d.is_empty());
    header
}

impl Header {
    fn lsb(&mut self, key: &str, value: &str) {
        // Some separate their words by commas.
        let words = value.split(|c: char| c.is_ascii_whitespace() || c == ',');
        let words = words.filter(|w| !w.is_empty()).take(MOST_WORDS).map(str::to_owned);
        let target = match key {
            "Provides" => &mut self.provides,
            "Required-Start" => &mut self.required_start,
            "Required-Stop" => &mut self.required_stop,
            "Should-Start" => &mut self.should_start,
            "Should-Stop" => &mut self.should_stop,
            "X-Start-Before" => &mut self.start_before,
            "Default-Start" => &mut self.default_start,
            "Default-Stop" => &mut self.default_stop,
            "X-Interactive" => {
                self.is_interactive = value.eq_ignore_ascii_case("true");
                return;
            }
            _ => return,
        };
        *target = words.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let header = parse(
            "#!/bin/sh\n# chkconfig: 35 80 20\n### BEGIN INIT INFO\n# Provides: a\n\
             # Required-Start:\t$network, $syslog\n# Should-Start: b c\n# Required-Stop: d\n\
             # X-Start-Before: e\n# X-Interactive: true\n# Default-Start: 2 3\n# Default-Stop:\n\
             # Description: one\n#   two: with a colon\n#\tthree\n# Should-Stop: f\n\
             ### END INIT INFO\n# Required-Start: not_this\n",
        );
        assert!(header.is_lsb && header.is_interactive);
        assert_eq!(header.required_start, ["$network", "$syslog"]);
        assert_eq!(header.should_start, ["b", "c"]);
        assert_eq!((header.required_stop.len(), header.should_stop.len()), (1, 1));
        assert_eq!(header.start_before, ["e"]);
        assert_eq!((header.default_start.len(), header.default_stop.len()), (2, 0));
        assert_eq!(header.description.as_deref(), Some("one two: with a colon three"));
    }

    #[test]
    fn chkconfigs_line_stands_in() {
        assert_eq!(parse("#!/bin/sh\n# chkconfig: 345 80 20\n").default_start, ["3", "4", "5"]);
        assert!(parse("#!/bin/sh\n# chkconfig: - 80 20\n").default_start.is_empty());
    }
}
