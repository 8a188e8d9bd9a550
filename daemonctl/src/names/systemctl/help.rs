//! `--help`, from the tables of verbs and options.

use super::getopt::{Spelled as _, Takes};
use super::option_table::TABLE;
use super::verbs::VERBS;

/// What `--help` prints.
pub fn text() -> String {
    let mut text = String::from(
        "systemctl [OPTIONS...] COMMAND ...\n\n\
         systemctl(1) as daemonctl has it: carried out by the service manager of this machine,\n\
         whichever it is.\n\nCommands:\n",
    );
    for verb in VERBS.iter().filter(|verb| !verb.help.is_empty()) {
        row(&mut text, &format!("{} {}", verb.name, verb.arguments), verb.help);
    }
    text.push_str("\nOptions:\n");
    for option in TABLE.iter().filter(|option| !option.help.is_empty()) {
        let short = option.short().map_or("  ".to_owned(), |letter| format!("-{letter}"));
        let long = option.long().map_or(String::new(), |long| format!(" --{long}"));
        let argument = match (option.takes(), option.long()) {
            (Takes::Argument, Some(_)) => format!("={}", option.argument),
            (Takes::Argument, None) => format!(" {}", option.argument),
            _ => String::new(),
        };
        row(&mut text, &format!("{short}{long}{argument}"), option.help);
    }
    text.push_str(
        "\nExit status: 0 done, or so; 1 failed; 3 not running; 4 no such unit, or not permitted;\n\
         5 not installed.\n",
    );
    text
}

fn row(text: &mut String, left: &str, right: &str) {
    const LEFT: usize = 38;
    let left = left.trim_end();
    text.push_str(&match left.chars().count() < LEFT {
        true => format!("  {left:LEFT$}{right}\n"),
        false => format!("  {left}\n  {:LEFT$}{right}\n", ""),
    });
}
