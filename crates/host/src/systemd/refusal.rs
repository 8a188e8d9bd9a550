//! What the errors of a manager mean to whoever asked it for something.

use bus::BusError;

use crate::{ManagerKind, Refusal, RefusalKind, Verb};

/// An error's name, what it means and in which words. `{verb}` is the verb, `{name}` the unit.
struct Row {
    error: &'static str,
    kind: RefusalKind,
    message: &'static str,
    hint: &'static str,
}

const fn row(
    error: &'static str,
    kind: RefusalKind,
    message: &'static str,
    hint: &'static str,
) -> Row {
    Row { error, kind, message, hint }
}

/// The errors as org.freedesktop.systemd1(5) and its error map have them. An empty message: the
/// manager's own sentence says it best.
const ERRORS: [Row; 22] = [
    row(
        "NoSuchUnit",
        RefusalKind::NoSuchService,
        "there is no such unit",
        "see which there are: daemonctl list",
    ),
    row(
        "System.Error.ENOENT",
        RefusalKind::NoSuchService,
        "",
        "see which there are: daemonctl list",
    ),
    row(
        "FileNotFound",
        RefusalKind::NoSuchService,
        "there is no unit file of that name",
        "see which there are: daemonctl list",
    ),
    row("UnitMasked", RefusalKind::Masked, "it is masked", "daemonctl unmask {name}"),
    row("System.Error.ERFKILL", RefusalKind::Masked, "it is masked", "daemonctl unmask {name}"),
    row("LoadFailed", RefusalKind::Failed, "", "daemonctl verify {name}"),
    row(
        "BadUnitSetting",
        RefusalKind::Failed,
        "its unit file has a setting that systemd refuses",
        "daemonctl verify {name}",
    ),
    row(
        "OnlyByDependency",
        RefusalKind::Refused,
        "its definition lets other units {verb} it, and nobody by hand \
         (RefuseManualStart=, RefuseManualStop=)",
        "see which units want it: daemonctl deps --reverse {name}",
    ),
    row(
        "TransactionIsDestructive",
        RefusalKind::Refused,
        "a job that is queued already forbids it",
        "see what is queued: daemonctl jobs",
    ),
    row("TransactionJobsConflicting", RefusalKind::Refused, "", "daemonctl plan start {name}"),
    row("TransactionOrderIsCyclic", RefusalKind::Refused, "", "daemonctl verify {name}"),
    row(
        "JobTypeNotApplicable",
        RefusalKind::NotSupported,
        "units of its kind cannot do that: {verb}",
        "daemonctl restart {name}",
    ),
    row("NoIsolation", RefusalKind::Refused, "it may not be isolated (AllowIsolate=)", ""),
    row(
        "ShuttingDown",
        RefusalKind::ManagerUnavailable,
        "the machine or its D-Bus is shutting down",
        "",
    ),
    row("ScopeNotRunning", RefusalKind::Failed, "", ""),
    row(
        "UnitExists",
        RefusalKind::Failed,
        "",
        "what is in the way is the administrator's: --force replaces a link, not a file \
         (mask --runtime works beside it)",
    ),
    row(
        "UnitGenerated",
        RefusalKind::NotSupported,
        "its definition is transient or generated: there is no file to {verb}",
        "",
    ),
    row("UnitLinked", RefusalKind::NotSupported, "", ""),
    row("System.Error.EEXIST", RefusalKind::Failed, "", "--force replaces what is in the way"),
    row("InvalidArgs", RefusalKind::NoSuchService, "", ""),
    row("LimitsExceeded", RefusalKind::ManagerUnavailable, "", ""),
    row(
        "Disconnected",
        RefusalKind::ManagerUnavailable,
        "it hung up: it may be executing itself anew, or the machine is shutting down",
        "",
    ),
];

/// What is to be told of an error that came of `verb` for the unit `name`.
pub(super) fn refusal_of(
    error: &BusError,
    manager: ManagerKind,
    verb: &str,
    name: &str,
) -> Refusal {
    let mut refusal = match error {
        BusError::NotPermitted { .. } => not_permitted(error, manager),
        BusError::Failed { name: native, message, .. } => answered(native, message, verb, name),
        BusError::NotThere { .. } | BusError::TimedOut { .. } | BusError::Protocol { .. } => {
            Refusal::new(RefusalKind::ManagerUnavailable, error.to_string())
        }
    };
    if let Some((native, message)) = error.said() {
        refusal.native = Some(native.to_owned());
        refusal.output.push(message.to_owned());
    }
    refusal
}

/// Commands in a hint speak with the manager that the refusal came from.
pub(super) fn for_manager(mut refusal: Refusal, manager: ManagerKind) -> Refusal {
    if manager == ManagerKind::SystemdUser
        && let Some(hint) = refusal.hint.take()
    {
        refusal.hint = Some(hint.split("; ").map(of_user).collect::<Vec<_>>().join("; "));
    }
    refusal
}

fn of_user(part: &str) -> String {
    let Some(at) = part.find("daemonctl ") else {
        return part.to_owned();
    };
    let (before, command) = part.split_at(at);
    let mut words = command.splitn(3, ' ');
    let (program, verb) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match words.next() {
        Some(rest) => format!("{before}{program} {verb} --user {rest}"),
        None => format!("{before}{program} {verb} --user"),
    }
}

fn not_permitted(error: &BusError, manager: ManagerKind) -> Refusal {
    let message = match error.said() {
        // As polkit has it: it would have asked for a password, had that been allowed.
        Some((native, _)) if native.ends_with("InteractiveAuthorizationRequired") => {
            "not permitted: it takes a password (polkit), and nobody could be asked for it"
                .to_owned()
        }
        Some((_, text)) => format!("not permitted: {text}"),
        None => error.to_string(),
    };
    let hint = match manager {
        ManagerKind::SystemdUser => "only the user who owns that manager may",
        _ => {
            "run it as root (sudo), or let polkit allow it \
              (action org.freedesktop.systemd1.manage-units or manage-unit-files)"
        }
    };
    Refusal::new(RefusalKind::NotPermitted, message).hint(hint)
}

fn answered(native: &str, message: &str, verb: &str, name: &str) -> Refusal {
    let short = native
        .strip_prefix("org.freedesktop.systemd1.")
        .or_else(|| native.strip_prefix("org.freedesktop.DBus.Error."))
        .unwrap_or(native);
    let Some(row) = ERRORS.iter().find(|row| row.error == short) else {
        return Refusal::new(RefusalKind::Failed, sentence(message, native));
    };
    if let Some(other) = other_unit(message, name)
        && matches!(row.kind, RefusalKind::NoSuchService | RefusalKind::Masked)
        && verb_starts(verb)
    {
        // The unit is there; what it requires is not.
        let text = sentence(message, native);
        return Refusal::new(RefusalKind::DependencyFailed, format!("what it requires: {text}"))
            .hint(format!("daemonctl status {other}; daemonctl deps {name}"));
    }
    if row.error == "UnitExists" && verb_starts(verb) {
        return Refusal::new(RefusalKind::Failed, "there is such a unit already").hint(format!(
            "take another name; one that failed goes with: daemonctl reset-failed {name}"
        ));
    }
    let fill = |text: &str| text.replace("{verb}", verb).replace("{name}", name);
    let text = if row.message.is_empty() { sentence(message, native) } else { fill(row.message) };
    let refusal = Refusal::new(row.kind, text);
    if row.hint.is_empty() { refusal } else { refusal.hint(fill(row.hint)) }
}

fn verb_starts(verb: &str) -> bool {
    Verb::named(verb).is_some_and(|verb| !verb.is_of_files() && verb != Verb::Stop)
}

/// The unit that a sentence such as `Unit b.service not found.` speaks of, where it is not `name`.
fn other_unit<'m>(message: &'m str, name: &str) -> Option<&'m str> {
    let other = message.strip_prefix("Unit ")?.split(' ').next()?;
    (other != name && other.contains('.')).then_some(other)
}

fn sentence(message: &str, native: &str) -> String {
    let text = message.trim_end_matches(['.', ' ']);
    if text.is_empty() { native.to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use bus::BusError;

    use super::{for_manager, refusal_of};
    use crate::{ManagerKind, Refusal, RefusalKind};

    fn failed(name: &str, message: &str) -> BusError {
        BusError::Failed { call: "StartUnit".into(), name: name.into(), message: message.into() }
    }

    #[test]
    fn hints_speak_with_the_manager_that_refused() {
        let refusal = Refusal::new(RefusalKind::Failed, "x").hint(
            "see which: daemonctl list; daemonctl status a.service; daemonctl logs a.service",
        );
        assert_eq!(
            for_manager(refusal, ManagerKind::SystemdUser).hint.as_deref(),
            Some(
                "see which: daemonctl list --user; daemonctl status --user a.service; \
                 daemonctl logs --user a.service"
            )
        );
    }

    #[test]
    fn errors_are_told_in_our_words_and_keep_the_managers() {
        let of = |name: &str, message: &str, verb: &str| {
            refusal_of(&failed(name, message), ManagerKind::Systemd, verb, "a.service")
        };
        let refusal =
            of("org.freedesktop.systemd1.NoSuchUnit", "Unit a.service not found.", "start");
        assert_eq!(refusal.kind, RefusalKind::NoSuchService);
        assert_eq!(refusal.output, ["Unit a.service not found."]);
        assert_eq!(refusal.native.as_deref(), Some("org.freedesktop.systemd1.NoSuchUnit"));

        let refusal =
            of("org.freedesktop.systemd1.NoSuchUnit", "Unit b.service not found.", "start");
        assert_eq!(refusal.kind, RefusalKind::DependencyFailed);
        assert_eq!(refusal.message, "what it requires: Unit b.service not found");

        let refusal =
            of("org.freedesktop.systemd1.UnitMasked", "Unit a.service is masked.", "restart");
        assert_eq!((refusal.kind, refusal.message.as_str()), (RefusalKind::Masked, "it is masked"));
        assert_eq!(refusal.hint.as_deref(), Some("daemonctl unmask a.service"));

        let refusal = of("org.freedesktop.systemd1.Unheard", "", "start");
        assert_eq!(refusal.message, "org.freedesktop.systemd1.Unheard");
    }
}
