//! Whether an action is allowed: by the runlevel's links, and by the administrator's policy-rc.d.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::common::{Init, World};
use super::grammar::Invocation;
use super::status;

/// What the runlevel says: nothing of actions that don't start anything. `Err`: links are broken.
pub fn by_runlevel(
    world: &World,
    invocation: &Invocation,
    level: Option<char>,
) -> Result<Option<u8>, u8> {
    let action = invocation.actions.first().map(String::as_str).unwrap_or_default();
    let starts = matches!(action, "start" | "restart" | "try-restart");
    if world.init() == Init::Systemd {
        let allowed = || {
            let service = world.service(&invocation.service).ok();
            let enabled = service.as_ref().and_then(|service| service.enablement.as_deref());
            let active = service.as_ref().is_some_and(|it| it.unit_state().active == "active");
            matches!(
                enabled,
                Some("enabled" | "enabled-runtime" | "static" | "alias" | "indirect" | "generated")
            ) || active
                || ['S', '2', '3', '4', '5']
                    .iter()
                    .any(|level| !links(world, *level, 'S', &invocation.service).is_empty())
        };
        return Ok(starts.then(|| if allowed() { status::ALLOWED } else { status::DENIED }));
    }
    let of = |level: Option<char>, kind| {
        level.map(|level| links(world, level, kind, &invocation.service)).unwrap_or_default()
    };
    let (start, stop, early) = (of(level, 'S'), of(level, 'K'), of(level.map(|_| 'S'), 'S'));
    verify(invocation, start.iter().chain(&stop).chain(&early))?;
    let runs = |links: &[PathBuf]| links.iter().any(|link| super::hand_over::is_executable(link));
    Ok(starts.then(|| match () {
        () if runs(&start) => status::ALLOWED,
        () if runs(&stop) => status::DENIED,
        () if runs(&early) => status::ALLOWED,
        () => status::DENIED,
    }))
}

/// The links of a service in a runlevel: `S20nginx` start it, `K20nginx` stop it.
fn links(world: &World, level: char, kind: char, service: &str) -> Vec<PathBuf> {
    let folder = world.root.join(format!("etc/rc{level}.d"));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut links: Vec<PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let number = name.get(1..3).is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
            name.starts_with(kind) && number && name.get(3..) == Some(service)
        })
        .map(|entry| entry.path())
        .collect();
    links.sort();
    links
}

fn verify<'a>(invocation: &Invocation, links: impl Iterator<Item = &'a PathBuf>) -> Result<(), u8> {
    let mut broken = false;
    for link in links {
        if !link.is_symlink() {
            invocation.complain(&format!("not a symlink: {}", link.display()));
            broken = true;
        }
        if !link.is_file() {
            invocation.complain(&format!("dangling symlink: {}", link.display()));
            broken = true;
        }
    }
    if broken && !invocation.retry { Err(status::SUBSYSTEM) } else { Ok(()) }
}

/// Actions for a message: the noun, and all of them.
pub fn listed(actions: &[String]) -> (&'static str, String) {
    (if actions.len() == 1 { "action" } else { "actions" }, actions.join(", "))
}

/// Asks the administrator's policy.
pub fn ask(
    invocation: &mut Invocation,
    policy: &Path,
    verdict: Option<u8>,
    level: Option<char>,
) -> u8 {
    let action = invocation.actions.join(" ");
    let starts = matches!(action.as_str(), "start" | "restart" | "try-restart");
    // Parentheses: the runlevel is against it already.
    let action =
        if verdict == Some(status::DENIED) && starts { format!("({action})") } else { action };
    let mut command = Command::new(policy);
    if invocation.quiet {
        command.arg("--quiet");
    }
    command.arg(&invocation.service).arg(action).args(level.map(String::from));
    let output = command.stderr(Stdio::inherit()).output();
    let (answer, said) = match output {
        Ok(output) => {
            let code = output.status.code().and_then(|code| u8::try_from(code).ok());
            (code.unwrap_or(status::SUBSYSTEM), output.stdout)
        }
        Err(error) => {
            let why = super::hand_over::why(policy, &error);
            invocation.complain(&format!("{}: {why}", policy.display()));
            (super::hand_over::status_of(&error), Vec::new())
        }
    };
    let fallback: Vec<String> =
        String::from_utf8_lossy(&said).split_whitespace().map(str::to_owned).collect();
    weigh(invocation, answer, fallback)
}

fn weigh(invocation: &mut Invocation, answer: u8, fallback: Vec<String>) -> u8 {
    let (_, asked) = listed(&invocation.actions);
    let mut verdict = match answer {
        0 => status::ALLOWED,
        1 => status::UNDEFINED,
        status::DENIED if invocation.force => {
            invocation.complain(&format!("Overriding policy-rc.d denied execution of {asked}."));
            status::ALLOWED
        }
        status::DENIED => {
            invocation.complain(&format!("policy-rc.d denied execution of {asked}."));
            status::DENIED
        }
        other => other,
    };
    if !invocation.query && verdict == status::UNDEFINED {
        invocation.complain("policy-rc.d query returned \"behaviour undefined\",");
        invocation.complain(&format!("assuming \"{asked}\" is allowed."));
        verdict = status::ALLOWED;
    }
    if !invocation.query && verdict == status::FALLBACK {
        let (word, instead) = listed(&fallback);
        let ignored = format!("ignoring policy-rc.d fallback request: {instead}.");
        if invocation.force {
            invocation.complain(&ignored);
            verdict = status::ALLOWED;
        } else if invocation.no_fallback {
            invocation.complain(&ignored);
            verdict = status::DENIED;
        } else {
            invocation.actions = fallback;
            invocation.complain(&format!(
                "executing {word} \"{instead}\" instead due to policy-rc.d request."
            ));
            verdict = status::ALLOWED;
        }
    }
    if (100..=106).contains(&verdict) {
        return verdict;
    }
    invocation.complain(&format!(
        "WARNING: policy-rc.d returned unexpected error status {verdict}, 102 used instead."
    ));
    status::SUBSYSTEM
}

/// Without a policy the runlevel's word counts; without any init nothing is started.
pub fn without(world: &World, invocation: &Invocation, verdict: Option<u8>) -> u8 {
    let no_init = !world.root.join("sbin/init").exists();
    if no_init && invocation.force {
        invocation.complain(
            "WARNING: No init system and policy-rc.d missing, but force specified so proceeding.",
        );
    } else if no_init {
        invocation
            .complain("WARNING: No init system and policy-rc.d missing! Defaulting to block.");
        return status::DENIED;
    }
    verdict.unwrap_or(status::ALLOWED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(answer: u8, set: fn(&mut Invocation)) -> (u8, Vec<String>) {
        let mut invocation = Invocation {
            quiet: true,
            actions: vec!["restart".to_owned()],
            ..Invocation::default()
        };
        set(&mut invocation);
        let verdict = weigh(&mut invocation, answer, vec!["stop".to_owned(), "start".to_owned()]);
        (verdict, invocation.actions)
    }

    #[test]
    fn answers_of_the_policy() {
        assert_eq!(weighed(0, |_| ()).0, 104);
        assert_eq!(weighed(104, |_| ()).0, 104);
        assert_eq!(weighed(1, |_| ()).0, 104);
        assert_eq!(weighed(1, |it| it.query = true).0, 105);
        assert_eq!(weighed(101, |_| ()).0, 101);
        assert_eq!(weighed(101, |it| it.force = true).0, 104);
        assert_eq!(weighed(102, |_| ()).0, 102);
        assert_eq!(weighed(42, |_| ()).0, 102);
        assert_eq!(weighed(106, |_| ()), (104, vec!["stop".to_owned(), "start".to_owned()]));
        assert_eq!(weighed(106, |it| it.no_fallback = true), (101, vec!["restart".to_owned()]));
        assert_eq!(weighed(106, |it| it.query = true).0, 106);
    }
}
