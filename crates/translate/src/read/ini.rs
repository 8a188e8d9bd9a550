//! Files of sections and `key = value` lines, as supervisord reads them: `;` and `#` begin comments,
//! indented lines go on with the value before.

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub name: String,
    pub line: u32,
    pub entries: Vec<Entry>,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub key: String,
    pub value: String,
    pub line: u32,
}

impl Entry {
    /// As it is written, in one line.
    pub fn source(&self) -> String {
        format!("{}={}", self.key, self.value.replace('\n', " "))
    }
}

/// Reads a file; lines that are nothing are given to `wrong`.
pub(super) fn read(text: &str, wrong: &mut dyn FnMut(&str, u32)) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (line, number) in text.lines().zip(1_u32..) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with([';', '#']) {
            continue;
        }
        if let Some((name, _)) = trimmed.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let name = name.trim().to_owned();
            sections.push(Section { name, line: number, entries: Vec::new() });
            continue;
        }
        let last = sections.last_mut();
        if line.starts_with([' ', '\t'])
            && let Some(entry) = last.and_then(|section| section.entries.last_mut())
        {
            entry.value.push('\n');
            entry.value.push_str(without_comment(trimmed));
            continue;
        }
        let pair = trimmed.split_once(['=', ':']);
        match (pair, sections.last_mut()) {
            (Some((key, value)), Some(section)) => section.entries.push(Entry {
                key: key.trim().to_owned(),
                value: without_comment(value).trim().to_owned(),
                line: number,
            }),
            _ => wrong(trimmed, number),
        }
    }
    sections
}

/// A semicolon behind a blank begins a comment.
fn without_comment(value: &str) -> &str {
    let mut found = value.match_indices(';').map(|(at, _)| value.get(..at).unwrap_or_default());
    found.find(|before| before.is_empty() || before.ends_with([' ', '\t'])).unwrap_or(value)
}
