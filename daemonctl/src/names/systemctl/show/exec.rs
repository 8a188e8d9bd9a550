//! Commands: `ExecStart=` and its kin, with how they went.

use bus::wire::{Typed, Value};
use unit::values::scalar::signal_name;

use super::Form;
use crate::names::systemctl::options::TimeStyle;
use crate::names::systemctl::times;

/// A command of a unit, as `a(sasbttttuii)` has it, or `a(sasasttttuii)` with more options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub path: String,
    pub argv: Vec<String>,
    /// `-`: a failure is none.
    pub ignores_errors: bool,
    /// The options of `Exec…Ex`; `None` for those that only have `-`.
    pub flags: Option<Vec<String>>,
    pub start_usec: u64,
    pub exit_usec: u64,
    pub pid: u64,
    /// How it ended: `si_code` of waitid(2).
    pub code: i64,
    pub status: i64,
}

/// The commands in a property.
pub fn commands(typed: &Typed) -> Option<Vec<Command>> {
    if !matches!(typed.signature(), "a(sasbttttuii)" | "a(sasasttttuii)") {
        return None;
    }
    typed.value().as_array()?.iter().map(command).collect()
}

fn command(row: &Value) -> Option<Command> {
    let texts = |value: &Value| {
        let texts = value.as_strings()?;
        Some(texts.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let flags = texts(row.field(2)?);
    let ignores_errors = match &flags {
        Some(flags) => flags.iter().any(|flag| flag == "ignore-failure"),
        None => row.field(2)?.as_bool()?,
    };
    let number = |at| row.field(at).and_then(Value::as_u64);
    Some(Command {
        path: row.field(0)?.as_str()?.to_owned(),
        argv: texts(row.field(1)?)?,
        ignores_errors,
        flags,
        start_usec: number(3)?,
        exit_usec: number(5)?,
        pid: number(7)?,
        code: row.field(8)?.as_i64()?,
        status: row.field(9)?.as_i64()?,
    })
}

/// How a process ended, in the kernel's word: `exited`, `killed` …
pub fn code_name(code: i64) -> Option<&'static str> {
    Some(match code {
        1 => "exited",
        2 => "killed",
        3 => "dumped",
        4 => "trapped",
        5 => "stopped",
        6 => "continued",
        _ => return None,
    })
}

const EXITED: i64 = 1;

/// Writes them, one a line.
pub fn write(out: &mut String, form: &Form<'_>, name: &str, commands: &[Command]) {
    for command in commands {
        form.line(out, name, &text(command, form.time));
    }
}

fn text(command: &Command, style: TimeStyle) -> String {
    let time = |usec| times::absolute(usec, style).unwrap_or_else(|| "n/a".to_owned());
    let options = match &command.flags {
        Some(flags) => format!("flags={}", flags.join(" ")),
        None => format!("ignore_errors={}", if command.ignores_errors { "yes" } else { "no" }),
    };
    let signal = match command.code {
        EXITED => String::new(),
        _ => format!("/{}", signal_text(command.status)),
    };
    format!(
        "{{ path={} ; argv[]={} ; {options} ; start_time=[{}] ; stop_time=[{}] ; pid={} ; \
         code={} ; status={}{signal} }}",
        command.path,
        command.argv.join(" "),
        time(command.start_usec),
        time(command.exit_usec),
        command.pid,
        code_name(command.code).unwrap_or("(null)"),
        command.status,
    )
}

/// A signal's name without `SIG`, as systemd writes it.
pub fn signal_text(signal: i64) -> String {
    let Ok(number) = i32::try_from(signal) else { return signal.to_string() };
    let name = signal_name(number);
    name.strip_prefix("SIG").unwrap_or(&name).to_owned()
}
