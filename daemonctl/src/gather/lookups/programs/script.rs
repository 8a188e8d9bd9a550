//! A script's first line, as `fs/binfmt_script.c` reads it.

use insight::snapshot::Program;

/// The kernel looks at so many bytes (`BINPRM_BUF_SIZE`, since Linux 5.1).
const LINE_BYTES: usize = 256;

/// Fills in interpreter and argument. `head` begins with `#!`.
pub fn fill(program: &mut Program, head: &[u8]) {
    let seen = head.get(..LINE_BYTES).unwrap_or(head);
    let end = seen.iter().position(|byte| *byte == b'\n');
    let is_cut = end.is_none() && head.len() > seen.len();
    let line = seen.get(2..end.unwrap_or(seen.len())).unwrap_or_default();
    program.has_crlf = line.last() == Some(&b'\r');
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = trim(line);
    let blank = line.iter().position(|byte| matches!(byte, b' ' | b'\t'));
    let (interpreter, argument) = line.split_at(blank.unwrap_or(line.len()));
    if interpreter.is_empty() {
        program.damage = Some("its first line names no interpreter after #!".to_owned());
        return;
    }
    if is_cut && blank.is_none() {
        program.damage = Some("the interpreter's path in its first line is too long".to_owned());
        return;
    }
    program.interpreter = Some(String::from_utf8_lossy(interpreter).into_owned());
    let argument = trim(argument);
    if !argument.is_empty() {
        program.interpreter_argument = Some(String::from_utf8_lossy(argument).into_owned());
    }
}

fn trim(mut line: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = line {
        line = rest;
    }
    line
}

/// The program that env(1) is to look up.
pub fn by_env(program: &Program) -> Option<String> {
    let interpreter = program.interpreter.as_deref()?;
    if program.format != "script" || interpreter.rsplit('/').next() != Some("env") {
        return None;
    }
    let argument = program.interpreter_argument.as_deref()?;
    // Without -S all of it is one word.
    let is_split = argument.starts_with("-S") || argument.starts_with("--split-string");
    if !is_split {
        return Some(argument.to_owned())
            .filter(|word| !word.starts_with('-') && !word.contains('='));
    }
    let words = argument.strip_prefix("-S").unwrap_or(argument).split_ascii_whitespace();
    words
        .map(|word| word.trim_start_matches("--split-string="))
        .find(|word| !word.starts_with('-') && !word.contains('='))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(head: &str) -> Program {
        let mut program = Program { format: "script".to_owned(), ..Program::default() };
        fill(&mut program, head.as_bytes());
        program
    }

    #[test]
    fn interpreter_and_argument() {
        let seen = |head: &str| {
            let program = script(head);
            (program.interpreter, program.interpreter_argument, program.has_crlf)
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(seen("#!/bin/sh\nx"), (text("/bin/sh"), None, false));
        assert_eq!(seen("#! /bin/sh -e -x \n"), (text("/bin/sh"), text("-e -x"), false));
        assert_eq!(seen("#!/bin/sh\r\nx\r\n"), (text("/bin/sh"), None, true));
        assert_eq!(
            seen("#!/usr/bin/env python3\r\n"),
            (text("/usr/bin/env"), text("python3"), true)
        );
        assert_eq!(seen("#!/bin/sh"), (text("/bin/sh"), None, false));
        assert!(script("#!  \n").damage.is_some() && script("#!").damage.is_some());
        assert!(script(&format!("#!/{}\n", "x".repeat(300))).damage.is_some());
    }

    #[test]
    fn what_env_looks_up() {
        let of = |line: &str| by_env(&script(line));
        assert_eq!(of("#!/usr/bin/env python3\n").as_deref(), Some("python3"));
        assert_eq!(of("#!/usr/bin/env -S LANG=C node --x\n").as_deref(), Some("node"));
        assert_eq!(of("#!/usr/bin/env -Sperl -w\n").as_deref(), Some("perl"));
        assert_eq!(of("#!/usr/bin/env\n"), None);
        assert_eq!(of("#!/bin/sh python3\n"), None);
        // One word to the kernel, and no program is called that.
        assert_eq!(of("#!/usr/bin/env python3 -u\n").as_deref(), Some("python3 -u"));
    }
}
