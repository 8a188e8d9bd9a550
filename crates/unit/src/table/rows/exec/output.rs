//! Standard input and output, logs and terminals: systemd.exec(5), LOGGING AND STANDARD
//! INPUT/OUTPUT, SYSTEM V COMPATIBILITY.

use crate::table::{
    Directive,
    kind::{
        Kind::{
            Choice, Input, InputData, InputText, LogFacility, LogFields, LogLevel, LogNamespace,
            LogPattern, Output, Path, Seconds, Text,
        },
        PathRule::Absolute,
        Zero::IsZero,
    },
    rows::build::{Computed, Is, Manager, NONE, SAME, UNSIGNED, off, on, row},
};

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    row("StandardInput", Input, Is("null"), 0, SAME, "Where standard input comes from"),
    row("StandardOutput", Output, Manager("DefaultStandardOutput"), 0, SAME, "Where standard output goes"),
    row("StandardError", Output, Manager("DefaultStandardError"), 0, SAME, "Where error output goes"),
    row("StandardInputText", InputText, NONE, 236, "StandardInputData", "Text for StandardInput=data, a line each").list("input"),
    row("StandardInputData", InputData, NONE, 236, SAME, "Base64 of bytes for StandardInput=data").list("input"),
    row("LogLevelMax", LogLevel, NONE, 236, SAME, "The least important level that is still logged"),
    row("LogExtraFields", LogFields, NONE, 236, SAME, "More journal fields for every line").append(),
    row("LogRateLimitIntervalSec", Seconds(IsZero), Computed("RateLimitIntervalSec= of the journal"), 240, "LogRateLimitIntervalUSec", "The span in which lines are counted for LogRateLimitBurst="),
    row("LogRateLimitBurst", UNSIGNED, Computed("RateLimitBurst= of the journal"), 240, SAME, "How many lines are kept within that span"),
    row("LogFilterPatterns", LogPattern, NONE, 253, SAME, "Regular expressions of lines that are kept; with ~ in front, dropped").append(),
    row("LogNamespace", LogNamespace, NONE, 245, SAME, "The journal namespace that its lines go to"),
    row("SyslogIdentifier", Text, Computed("the program's name"), 0, SAME, "The name that its lines bear"),
    row("SyslogFacility", LogFacility, Is("daemon"), 0, SAME, "The syslog facility of its lines"),
    row("SyslogLevel", LogLevel, Is("info"), 0, SAME, "The level of lines that do not name one"),
    on("SyslogLevelPrefix", 0, "A level in angle brackets at a line's start is taken for its level"),
    row("TTYPath", Path(Absolute), Is("/dev/console"), 0, SAME, "The terminal, where input or output is one"),
    off("TTYReset", 0, "Resets the terminal before and after"),
    off("TTYVHangup", 0, "Throws everybody off the terminal before and after"),
    row("TTYColumns", UNSIGNED, Computed("as the terminal has it"), 250, SAME, "The width of the terminal"),
    row("TTYRows", UNSIGNED, Computed("as the terminal has it"), 250, SAME, "The height of the terminal"),
    off("TTYVTDisallocate", 0, "Clears the terminal, scrollback too, before and after"),
    row("UtmpIdentifier", Text, NONE, 0, SAME, "The four characters of its entry in utmp and wtmp"),
    row("UtmpMode", Choice(&["init", "login", "user"]), Is("init"), 225, SAME, "The kind of that entry"),
];
