//! The tables' text.
//!
//! A case begins with its name in brackets. Then `key: value` on a line, or `key:` with a block of
//! lines that are indented by four blanks. Lines that begin with `#` are comments.

use super::{Case, Init, State};

/// A case while its lines are read.
struct Draft {
    line: usize,
    name: String,
    fields: Vec<(String, String)>,
}

/// The cases of a table.
pub(super) fn table(file: &str, text: &str) -> Result<Vec<Case>, String> {
    let mut drafts: Vec<Draft> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let wrong = |what: &str| format!("{file}:{}: {what}: {line:?}", index + 1);
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            drafts.push(Draft { line: index + 1, name: name.to_owned(), fields: Vec::new() });
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        let Some(draft) = drafts.last_mut() else {
            if line.is_empty() {
                continue;
            }
            return Err(wrong("stands before the first case"));
        };
        if let Some(more) = line.strip_prefix("    ").or_else(|| line.is_empty().then_some("")) {
            match draft.fields.last_mut() {
                Some((_, block)) => {
                    block.push_str(more);
                    block.push('\n');
                }
                None if line.is_empty() => {}
                None => return Err(wrong("belongs to no key")),
            }
        } else if let Some((key, value)) = line.split_once(':') {
            draft.fields.push((key.to_owned(), value.trim().to_owned()));
        } else {
            return Err(wrong("is neither a key nor part of a block"));
        }
    }
    drafts.into_iter().map(|draft| case(file, draft)).collect()
}

fn case(file: &str, draft: Draft) -> Result<Case, String> {
    let wrong = |what: String| format!("{file}:{}: [{}]: {what}", draft.line, draft.name);
    let mut case = Case {
        name: draft.name.clone(),
        on: Init::ALL.to_vec(),
        service: None,
        ask: None,
        state: State::Runs,
        rules: Vec::new(),
        words: Vec::new(),
        inject: String::new(),
        provoke: None,
        check: None,
        is_slow: false,
        options: Vec::new(),
        undo: String::new(),
    };
    let mut state = None;
    for (key, value) in draft.fields {
        let text = value.trim().to_owned();
        match key.as_str() {
            "on" => {
                let init = |name| Init::named(name).ok_or_else(|| format!("no init {name:?}"));
                let all: Result<_, String> = text.split_whitespace().map(init).collect();
                case.on = all.map_err(wrong)?;
            }
            "service" => case.service = Some(text),
            "ask" => case.ask = Some(text),
            "state" => {
                let known = match text.as_str() {
                    "broken" => State::Broken,
                    "runs" => State::Runs,
                    "rests" => State::Rests,
                    _ => return Err(wrong(format!("no state {text:?}"))),
                };
                state = Some(known);
            }
            "rules" => case.rules = text.split_whitespace().map(str::to_owned).collect(),
            "words" => case.words = text.split_whitespace().map(alternatives).collect(),
            "inject" => case.inject = value,
            "options" => case.options = text.split_whitespace().map(str::to_owned).collect(),
            "slow" => case.is_slow = true,
            "check" => case.check = Some(value),
            "provoke" => case.provoke = Some(value),
            "undo" => case.undo = value,
            _ => return Err(wrong(format!("no key {key:?}"))),
        }
    }
    let usual = if case.is_fault() { State::Broken } else { State::Runs };
    case.state = state.unwrap_or(usual);
    if case.is_fault() && case.words.is_empty() {
        return Err(wrong("a fault without words: what must be named?".to_owned()));
    }
    Ok(case)
}

/// `a|b`: one of them; `~` stands for a blank.
fn alternatives(entry: &str) -> Vec<String> {
    entry.split('|').map(|word| word.replace('~', " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_read() {
        let text = "# comment\n\n[a-b]\non: sysv openrc\nservice: nginx\nrules: x y\n\
            words: 80|eighty port~80\ninject:\n    one\n      two\n\n    three\n# more\n[c]\n";
        let cases = table("t", text).unwrap();
        assert_eq!(cases.len(), 2);
        let first = cases.first().unwrap();
        assert_eq!(first.on, [Init::Sysv, Init::OpenRc]);
        assert_eq!(first.inject, "one\n  two\n\nthree\n");
        assert_eq!(first.words, [vec!["80", "eighty"], vec!["port 80"]]);
        assert_eq!((first.state, first.is_fault()), (State::Broken, true));
        assert_eq!(cases.last().unwrap().state, State::Runs);
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, what) in [
            ("x: y\n", "t:1: stands before the first case"),
            ("[a]\nlost\n", "t:2: is neither a key"),
            ("[a]\n    lost\n", "t:2: belongs to no key"),
            ("\n[a]\ncolour: red\n", "t:2: [a]: no key"),
            ("[a]\non: upstart\n", "t:1: [a]: no init"),
            ("[a]\nstate: ill\n", "t:1: [a]: no state"),
            ("[a]\nrules: x\n", "t:1: [a]: a fault without words"),
        ] {
            let error = table("t", text).unwrap_err();
            assert!(error.starts_with(what), "{error}");
        }
    }

    #[test]
    fn the_tables_are_sound() {
        let cases = super::super::cases().unwrap();
        let count = |is_fault| cases.iter().filter(|case| case.is_fault() == is_fault).count();
        assert!(count(true) >= 90, "{} faults", count(true));
        assert!(count(false) >= 60, "{} controls", count(false));
    }
}
