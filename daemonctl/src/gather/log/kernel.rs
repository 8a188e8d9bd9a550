//! Lines of the kernel's log that name a service's processes or programs.

use insight::snapshot::Line;

use super::Subject;
use crate::gather::Gatherer;

/// The kernel cuts names of processes.
const NAME_BYTES: usize = 15;

/// Those of the machine's lines that are about the service.
pub fn lines(gatherer: &Gatherer<'_>, subject: &Subject) -> Vec<Line> {
    let names: Vec<String> = subject
        .identifiers
        .iter()
        .map(|name| name.get(..NAME_BYTES).unwrap_or(name).to_owned())
        .chain([subject.name.clone()])
        .collect();
    let pids: Vec<String> = subject.pids.iter().map(u32::to_string).collect();
    let is_about = |line: &&Line| {
        names.iter().any(|name| has_word(&line.message, name))
            || pids.iter().any(|pid| has_word(&line.message, pid))
    };
    let from = subject.start_usec.unwrap_or(0);
    let mark = |line: &Line| Line {
        is_of_last_run: line.time_usec.is_some_and(|at| at >= from),
        ..line.clone()
    };
    gatherer.machine().kernel_lines.iter().filter(is_about).map(mark).collect()
}

/// Whether a text has a word, and not only as a part of another.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(word)) {
        let (start, end) = (from + at, from + at + word.len());
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let behind = text.get(end..).and_then(|behind| behind.chars().next());
        if !word.is_empty() && !is_part(before) && !is_part(behind) {
            return true;
        }
        from = end.max(start + 1);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn words_are_whole() {
        assert!(has_word("nginx[812]: segfault at 0", "nginx"));
        assert!(has_word("nginx[812]: segfault at 0", "812"));
        assert!(!has_word("nginx2[8120]: segfault at 0", "nginx"));
        assert!(!has_word("nginx2[8120]: segfault at 0", "812"));
        assert!(has_word("task_memcg=/system.slice/a.service,task=x", "a.service"));
        assert!(!has_word("anything", ""));
    }
}
