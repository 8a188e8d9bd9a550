//! What options print that only ask: `--help`, `--output=help`, `--facility=help`.

use present::log::Format;

use super::super::getopt::{Opt, Takes};
use super::option_table::{Heading, TABLE};
use super::values;

const HEADINGS: &[(Heading, &str)] = &[
    (Heading::Source, "Where from"),
    (Heading::Filter, "Which entries"),
    (Heading::Output, "How they look"),
    (Heading::Pager, "The pager"),
    (Heading::Sealing, "Seals"),
    (Heading::Command, "Commands"),
];

/// `--help`, from the table of options.
pub fn text() -> String {
    let mut text = String::from(
        "journalctl [OPTIONS...] [MATCHES...]\n\n\
         journalctl(1) as daemonctl has it: shows what was logged. A match is FIELD=value, or the path\n\
         of a program or device; several of one field are alternatives, as are those around a \"+\".\n",
    );
    for (heading, title) in HEADINGS {
        text.push_str(&format!("\n{title}:\n"));
        let is_shown = |row: &Opt| !row.help.is_empty();
        for row in TABLE.iter().filter(|row| row.heading == *heading) {
            let option: &Opt = row.as_ref();
            if is_shown(option) {
                line(&mut text, option, row.argument);
            }
        }
    }
    text.push_str("\nExit status: 0 done; 1 failed, or nothing matches --grep.\n");
    text
}

fn line(text: &mut String, option: &Opt, argument: &str) {
    const LEFT: usize = 30;
    let short = match option.short {
        '\0' => "  ".to_owned(),
        letter => format!("-{letter}"),
    };
    let argument = match option.takes {
        Takes::Nothing => String::new(),
        Takes::Value => format!("={argument}"),
        Takes::PerhapsValue => format!("[={argument}]"),
    };
    let left = format!("{short} --{}{argument}", option.long);
    text.push_str(&format!("  {left:LEFT$} {}\n", option.help));
}

/// The formats' names, a line each.
pub fn formats() -> String {
    Format::all().map(|format| format!("{}\n", format.name())).collect()
}

/// The facilities' names, a line each.
pub fn facilities(quiet: bool) -> String {
    let mut text = String::new();
    if !quiet {
        text.push_str("Available facilities:\n");
    }
    (0..24).for_each(|number| text.push_str(&format!("{}\n", values::facility_name(number))));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_of_the_table_and_fits_a_terminal() {
        let text = text();
        assert!(text.contains("  -b --boot[=BOOT] "), "{text}");
        assert!(text.contains("     --since") || text.contains("  -S --since=TIME"), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 110, "{line}");
        }
    }

    #[test]
    fn facilities_without_a_name_are_numbers() {
        let text = facilities(true);
        assert!(text.starts_with("kern\nuser\n") && text.ends_with("local7\n"), "{text}");
        assert!(text.contains("ftp\n12\n13\n14\n15\nlocal0\n"), "{text}");
    }
}
