//! Asking before more is stopped than was named.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use host::Verb;
use present::text::clean;

use crate::failure::Failure;
use crate::managers::Chosen;

/// Asks on a terminal, where a reason is: several services that were not named one by one, or the
/// one that this very login came through. Who can't be asked is not: scripts say what they mean.
///
/// # Errors
/// The answer was no.
pub fn confirm(verb: Verb, by_name: bool, chosen: &[Chosen]) -> Result<(), Failure> {
    let came_by_ssh = std::env::var_os("SSH_CONNECTION").is_some();
    let Some(question) = question(verb, by_name, chosen, came_by_ssh) else { return Ok(()) };
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(());
    }
    let mut stderr = std::io::stderr().lock();
    stderr.write_all(format!("{question} [y/N] ").as_bytes())?;
    stderr.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::usage("nothing was done").hint("--yes does not ask")),
    }
}

fn question(verb: Verb, by_name: bool, chosen: &[Chosen], came_by_ssh: bool) -> Option<String> {
    let stops = matches!(verb, Verb::Stop | Verb::Restart | Verb::TryRestart);
    if !stops {
        return None;
    }
    if !by_name && chosen.len() > 1 {
        let names: Vec<_> = chosen.iter().map(|c| clean(c.name.as_bytes())).collect();
        return Some(format!("{} {}: {}?", verb.name(), chosen.len(), names.join(", ")));
    }
    let ssh = chosen.iter().find(|chosen| {
        let name = chosen.name.strip_suffix(".service").unwrap_or(&chosen.name);
        ["ssh", "sshd", "dropbear"].contains(&name)
    });
    let ssh = ssh.filter(|_| came_by_ssh && verb == Verb::Stop)?;
    let name = clean(ssh.name.as_bytes());
    Some(format!("You came in by ssh, and nobody can once {name} is stopped. Stop it?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Vec<Chosen> {
        names.iter().map(|name| Chosen { manager: 0, name: (*name).to_owned() }).collect()
    }

    #[test]
    fn what_was_named_is_done() {
        let two = chosen(&["a.service", "b"]);
        assert_eq!(question(Verb::Stop, true, &two, true), None);
        assert_eq!(question(Verb::Start, false, &two, true), None);
        assert_eq!(question(Verb::Stop, false, &chosen(&["a"]), false), None);
        let question = question(Verb::Stop, false, &chosen(&["a\x1b[2J", "b"]), false).unwrap();
        assert_eq!(question, "stop 2: a\\e[2J, b?");
    }

    #[test]
    fn the_way_in_is_not_closed_unasked() {
        let ssh = chosen(&["ssh.service"]);
        assert!(question(Verb::Stop, true, &ssh, true).is_some());
        assert_eq!(question(Verb::Restart, true, &ssh, true), None);
        assert_eq!(question(Verb::Stop, true, &ssh, false), None);
    }
}
