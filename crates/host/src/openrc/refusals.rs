//! Why OpenRC did not do it, in words.

use std::path::Path;

use crate::script::{Source, Unfit, read_source};
use crate::service::{Field, Service};
use crate::tool::{Attempt, End, signal_words};
use crate::{Refusal, RefusalKind};

pub(super) fn no_command(command: &str, source: &Source) -> Refusal {
    let path = source.script.path.display();
    let message = format!("its script {path} has no command \"{}\"", command.escape_debug());
    let names: Vec<&str> = source.declared.commands.iter().map(|c| c.name.as_str()).collect();
    let refusal = Refusal::new(RefusalKind::NotSupported, message);
    refusal.hint(match (names.is_empty(), command) {
        (_, "reload") => "reload-or-restart restarts what can't be reloaded".to_owned(),
        (true, _) => "it has none of its own".to_owned(),
        (false, _) => format!("it has {}", names.join(", ")),
    })
}

pub(super) fn gone(service: &Service, attempt: &mut Attempt<'_>) -> Refusal {
    let why = service
        .gap(Field::MainPid)
        .map_or_else(|| "its process is gone".to_owned(), |gap| gap.detail.clone().into_owned());
    let message = format!("OpenRC said success, but it crashed at once: {why}");
    let mut refusal = attempt.refusal(Refusal::new(RefusalKind::Failed, message));
    refusal.exit_status = Some(0);
    refusal
}

pub(super) fn failed(step: &str, end: End, attempt: &mut Attempt<'_>) -> Refusal {
    let says = |words: &str| attempt.output.iter().any(|line| line.contains(words));
    let dependency = says("would not start") || says("needs service(s)") || says("is still up");
    let kind = match end {
        End::TimedOut => RefusalKind::TimedOut,
        _ if dependency => RefusalKind::DependencyFailed,
        _ => RefusalKind::Failed,
    };
    let message = format!("rc-service {step} failed{}", status_words(end));
    // OpenRC's own last word says more than its status.
    let word = |what: &str| {
        attempt.output.iter().rev().find_map(|line| Some(line.split_once(what)?.1.to_owned()))
    };
    let own = word("ERROR: ").or_else(|| word("WARNING: "));
    let message = match own {
        Some(own) => format!("{} ({message})", own.trim()),
        None => message,
    };
    let mut refusal = attempt.refusal(Refusal::new(kind, message));
    refusal.exit_status = end.code();
    if end == End::TimedOut {
        refusal.hint = Some("--timeout gives it more time".to_owned());
    }
    refusal
}

/// ` with status 1`.
pub(super) fn status_words(end: End) -> String {
    match end {
        End::Exit(code) => format!(" with status {code}"),
        End::Signal(signal) => format!(": it was ended by {}", signal_words(signal)),
        End::TimedOut => ": it did not end in time and was ended".to_owned(),
    }
}

pub(super) fn no_tool(tool: &str) -> Refusal {
    Refusal::new(RefusalKind::ManagerUnavailable, format!("OpenRC's {tool} is not installed"))
        .hint("install the package openrc again")
}

pub(super) fn unfit_refusal(unfit: &Unfit, name: &str) -> Refusal {
    let (message, hint) = unfit.words(&Path::new("/etc/init.d").join(name));
    let refusal = Refusal::new(RefusalKind::Failed, message);
    match hint {
        Some(hint) => refusal.hint(hint),
        None => refusal,
    }
}

/// OpenRC has it in a runlevel or counts it as started, and its script is not to be had.
pub(super) fn unreadable(root: &Path, name: &str) -> Refusal {
    match read_source(root, name) {
        Err(unfit) if unfit != Unfit::Missing => unfit_refusal(&unfit, name),
        _ => Refusal::new(
            RefusalKind::Failed,
            format!("its script /etc/init.d/{name} is gone, though OpenRC still knows it"),
        )
        .hint(format!("daemonctl disable {name} takes it out of the runlevels")),
    }
}
