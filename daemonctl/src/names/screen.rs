//! What the output of systemd's tools may look like: colours, width, links.

use std::io::IsTerminal as _;
use std::os::unix::ffi::OsStrExt as _;

use present::log::{Colours, Links};
use rustix::termios::tcgetwinsize;
use unit::values::scalar::{parse_bool, parse_signed};

/// Colours as systemd's tools choose them: `$SYSTEMD_COLORS`, `$NO_COLOR`, whether standard output
/// and standard error are a terminal, and what `$TERM` says of it.
pub fn colours() -> Colours {
    let variable = |name| std::env::var_os(name);
    if let Some(said) = variable("SYSTEMD_COLORS").and_then(|value| of_word(value.to_str()?)) {
        return said;
    }
    let is_terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
    let is_dumb = variable("TERM").is_none_or(|term| term == "dumb");
    match variable("NO_COLOR").is_none() && is_terminal && !is_dumb {
        true => Colours::Many,
        false => Colours::Off,
    }
}

fn of_word(word: &str) -> Option<Colours> {
    match word {
        "16" => Some(Colours::Sixteen),
        "256" => Some(Colours::Many),
        word => parse_bool(word).map(|on| if on { Colours::Many } else { Colours::Off }),
    }
}

/// How many columns there are: `$COLUMNS`, else what the terminal says, else 80.
pub fn columns() -> u32 {
    let said = std::env::var("COLUMNS").ok().and_then(|text| parse_signed(&text).ok());
    let said = said.and_then(|number| u16::try_from(number).ok()).filter(|number| *number > 0);
    let of_terminal = || tcgetwinsize(std::io::stdout()).ok().map(|size| size.ws_col);
    said.or_else(of_terminal).filter(|columns| *columns > 0).map_or(80, u32::from)
}

/// Whether paths and addresses are made links (`$SYSTEMD_URLIFY`), and of what.
pub fn links(colours: Colours) -> Option<Links> {
    let said = std::env::var("SYSTEMD_URLIFY").ok().and_then(|text| parse_bool(&text));
    if !said.unwrap_or_else(|| colours.is_on()) {
        return None;
    }
    let name = rustix::system::uname();
    let directory = std::env::current_dir().unwrap_or_default();
    Some(Links {
        host: name.nodename().to_bytes().to_vec(),
        directory: directory.as_os_str().as_bytes().to_vec(),
    })
}
