//! Lines of configuration files: a directive and its value, whatever stands between them.

use super::table::Daemon;

/// A line that is no comment.
pub struct Line<'l> {
    /// The line itself.
    text: &'l str,
    /// Its first word.
    word: &'l str,
    /// The first word behind that, without quotes; of directives of two words, see [`Line::is`].
    pub value: String,
}

impl<'l> Line<'l> {
    /// Takes a line apart.
    pub fn of(text: &'l str) -> Option<Line<'l>> {
        let text = text.trim();
        if text.is_empty() || text.starts_with(['#', ';']) || text.starts_with("//") {
            return None;
        }
        let is_end = |c: char| c.is_whitespace() || matches!(c, '=' | '(');
        let end = text.find(is_end).unwrap_or(text.len());
        let (word, rest) = text.split_at_checked(end)?;
        // YAML has its colon there.
        let word = word.strip_suffix(':').unwrap_or(word);
        let rest =
            rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | '(' | ':'));
        // rsyslog: `include(file="/etc/rsyslog.d/*.conf")`.
        let rest = rest.strip_prefix("file=").unwrap_or(rest);
        // mosquitto: `log_dest file /var/log/…`.
        let rest = rest.strip_prefix("file ").unwrap_or(rest);
        Some(Line { text, word, value: first_value(rest) })
    }

    /// Whether that is its directive.
    pub fn is(&self, directive: &str) -> bool {
        same(self.word, directive)
    }
}

/// The log files that a line names.
pub fn files_of(line: &Line<'_>, daemon: &Daemon) -> Vec<String> {
    let mut found = Vec::new();
    for file in daemon.files {
        if line.is(file) {
            found.push(without_module(&line.value));
        } else if file.contains(' ')
            && let Some((directive, value)) = line.text.split_once('=')
            && same(directive.trim(), file)
        {
            found.push(first_value(value.trim_start()));
        }
    }
    if daemon.has_selectors {
        found.extend(selected(line.text));
    }
    found
}

/// The file of a selector, or of rsyslog's action `omfile`.
fn selected(text: &str) -> Option<String> {
    if text.contains("omfile") {
        let (_, behind) = text.split_once("file=\"").or_else(|| text.split_once("File=\""))?;
        return behind.split_once('"').map(|(file, _)| file.to_owned());
    }
    let (selector, action) = text.split_once(char::is_whitespace)?;
    let action = action.trim_start();
    let path = action.strip_prefix('-').unwrap_or(action);
    let is_selector = selector.contains('.') && !selector.starts_with(['$', '/']);
    (is_selector && path.starts_with('/')).then(|| first_value(path))
}

/// squid's `stdio:/var/log/…` and `daemon:/var/log/…`.
fn without_module(value: &str) -> String {
    match value.split_once(":/") {
        Some((module, path)) if module.chars().all(|c| c.is_ascii_alphanumeric()) => {
            format!("/{path}")
        }
        _ => value.to_owned(),
    }
}

/// `log-error` and `Log_Error` are the same.
fn same(one: &str, other: &str) -> bool {
    let plain = |c: char| if c == '-' { '_' } else { c.to_ascii_lowercase() };
    one.chars().map(plain).eq(other.chars().map(plain))
}

/// A word, or what stands in quotes.
fn first_value(rest: &str) -> String {
    let quoted = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let found = match quoted {
        Some(quote) => rest.get(1..).and_then(|rest| rest.split(quote).next()),
        None => rest.split(|c: char| c.is_whitespace() || matches!(c, ';' | ')')).next(),
    };
    found.unwrap_or_default().to_owned()
}

/// Variables that a shell script sets: `export NAME=value`, `NAME="value"`.
pub fn exports(script: &str) -> Vec<(String, String)> {
    let assignments = script.lines().filter_map(|line| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        // `/var/log/apache2$SUFFIX`: the suffix is empty but for second instances.
        let value = first_value(value);
        let value = value.split('$').next().unwrap_or_default();
        (is_name && !value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
    });
    assignments.collect()
}

/// Puts in what `${NAME}` stands for.
pub fn substitute(value: &str, variables: &[(String, String)]) -> String {
    variables
        .iter()
        .fold(value.to_owned(), |value, (name, text)| value.replace(&format!("${{{name}}}"), text))
}

/// Puts `*` where the daemon fills in something: `%m`, `%Y-%m-%d`, `$host`, `${x}`.
pub fn with_patterns(value: &str) -> String {
    let mut out = String::new();
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '%' => {
                chars.next();
            }
            '$' if chars.peek() == Some(&'{') => {
                chars.by_ref().find(|c| *c == '}');
            }
            '$' => while chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_').is_some() {},
            other => {
                out.push(other);
                continue;
            }
        }
        out.push('*');
    }
    out
}
