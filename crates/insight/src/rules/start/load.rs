//! The definition: whether there is one, whether it is taken, whether it lets the service start at all.

use super::common::{definition_file, is_systemd, restart};
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Diagnostic, Load, State};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "unit-not-found",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A service that has no definition.",
        needs: &[Need::State],
        about: "No unit file and no init script of that name: a typo, a package that is not installed, or a file in a \
                directory that the manager does not read.",
        read_more: &["systemd.unit(5)"],
        check: not_found,
    },
    Rule {
        name: "unit-bad-setting",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A definition that its manager refuses, or a line of it that it ignores.",
        needs: &[Need::State, Need::Definition],
        about: "systemd refuses a unit as a whole for some errors (load state bad-setting), and ignores single lines \
                for others. `daemonctl verify` shows each with file, line and column.",
        read_more: &["systemd.syntax(7)", "systemd.service(5)"],
        check: bad_setting,
    },
    Rule {
        name: "unit-masked",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A unit that is masked.",
        needs: &[Need::State],
        about: "A masked unit is a link to /dev/null, or an empty file: it can't be started by anybody until it is \
                unmasked. Somebody did that on purpose.",
        read_more: &["systemctl(1)"],
        check: masked,
    },
    Rule {
        name: "needs-daemon-reload",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A definition that was changed after its manager had read it.",
        needs: &[Need::State],
        about: "systemd uses the definition as it was when it was last read: a correction on the disk has no effect \
                until daemon-reload.",
        read_more: &["systemctl(1)"],
        check: needs_reload,
    },
];

fn not_found(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let service = case.service;
    if service.load != Load::NotFound {
        return;
    }
    let name = &service.name;
    let near = case.snapshot.lookups.near.get(name).map(Vec::as_slice).unwrap_or_default();
    let hint = match near {
        [] => String::new(),
        names => format!("; there is {}", names.join(", ")),
    };
    let what = if is_systemd(case) { "unit file" } else { "definition" };
    let title = format!("there is no service {name}");
    let finding = case
        .finding("unit-not-found", name.as_str())
        .sure(Confidence::Certain)
        .says(title, format!("no {what} of the name {name} was found{hint}"))
        .proof(Evidence::manager("LoadState", "not-found"));
    let bare = name.strip_suffix(".service").unwrap_or(name);
    findings.push(match near.first() {
        Some(near) => finding.fix("mean that one", [format!("daemonctl diagnose {}", shell(near))]),
        None => finding.fix(
            "look for the right name, or install the package",
            [format!("daemonctl list | grep -i {}", shell(bare))],
        ),
    });
}

/// Codes of diagnostics that say that a line is not taken as it was meant. Others (missing programs, users, units)
/// have rules of their own.
const IGNORED: [&str; 9] = [
    "unknown-directive",
    "section",
    "syntax",
    "value",
    "specifier",
    "bad-setting",
    "file",
    "long-line",
    "not-utf-8",
];

fn bad_setting(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let service = case.service;
    let is_refused = matches!(service.load, Load::BadSetting | Load::Error);
    let diagnostics = case.definition().map(|d| d.diagnostics.as_slice()).unwrap_or_default();
    let before = findings.len();
    for diagnostic in diagnostics {
        let is_known = IGNORED.contains(&diagnostic.code.as_str());
        if diagnostic.is_error && (is_refused || is_known) {
            findings.push(refused(case, diagnostic, is_refused));
        } else if is_known && !is_refused {
            findings.push(ignored(case, diagnostic));
        }
    }
    let has_named = findings.iter().skip(before).any(|f| f.severity == Severity::Error);
    if is_refused && !has_named {
        findings.push(unnamed(case));
    }
}

fn place_words(diagnostic: &Diagnostic) -> String {
    match &diagnostic.place {
        Some(place) if place.line > 0 => format!("{}:{}: ", place.path, place.line),
        Some(place) => format!("{}: ", place.path),
        None => String::new(),
    }
}

fn with_place(case: &Case<'_>, mut finding: Finding, diagnostic: &Diagnostic) -> Finding {
    finding = match &diagnostic.place {
        Some(place) => finding.proof(Evidence::place(place, diagnostic.message.clone())),
        None => finding.proof(Evidence::manager("verify", diagnostic.message.clone())),
    };
    let file = diagnostic.place.as_ref().map(|place| place.path.as_str());
    let file = file.or(definition_file(case)).unwrap_or("its definition");
    let what = match &diagnostic.hint {
        Some(hint) => format!("correct {file}: {hint}"),
        None => format!("correct {file}"),
    };
    let verify = format!("daemonctl verify {}", shell(&case.service.name));
    finding.fix(what, [verify, "daemonctl daemon-reload".to_owned(), restart(case)])
}

fn refused(case: &Case<'_>, diagnostic: &Diagnostic, is_refused: bool) -> Finding {
    let at = place_words(diagnostic);
    let name = &case.service.name;
    let message = &diagnostic.message;
    let refuses = if is_refused { "refuses" } else { "would refuse" };
    let sentence = format!("the manager {refuses} {name}: {at}{message}");
    let finding = case.finding("unit-bad-setting", subject(diagnostic));
    let finding = match is_refused {
        true => finding.sure(Confidence::Certain),
        // It was loaded before the line was spoilt.
        false => finding.severity(Severity::Warning),
    };
    with_place(case, finding.says(format!("{at}{message}"), sentence), diagnostic)
}

fn ignored(case: &Case<'_>, diagnostic: &Diagnostic) -> Finding {
    let at = place_words(diagnostic);
    let name = &case.service.name;
    let message = &diagnostic.message;
    let is_broken = case.is_broken();
    let finding = case
        .finding("unit-bad-setting", subject(diagnostic))
        .severity(if is_broken { Severity::Warning } else { Severity::Info })
        .sure(Confidence::Possible)
        .role(if is_broken { Role::Cause } else { Role::Separate })
        .says(
            format!("ignored: {at}{message}"),
            format!("the manager ignores a line of {name}, which then lacks it: {at}{message}"),
        );
    with_place(case, finding, diagnostic)
}

fn subject(diagnostic: &Diagnostic) -> String {
    match &diagnostic.place {
        Some(place) => format!("{}:{}", place.path, place.line),
        None => diagnostic.message.clone(),
    }
}

fn unnamed(case: &Case<'_>) -> Finding {
    let name = &case.service.name;
    let error = case.service.unit.load_error.as_deref();
    let why = error.unwrap_or("it has a setting with which it can't be started");
    let sentence = format!("the manager refuses the definition of {name}: {why}");
    let state = if case.service.load == Load::Error { "error" } else { "bad-setting" };
    let verify = format!("daemonctl verify {}", shell(name));
    case.finding("unit-bad-setting", name.as_str())
        .sure(Confidence::Certain)
        .says(format!("the definition is refused: {why}"), sentence)
        .proof(Evidence::manager("LoadState", state))
        .proof_if(error.map(|error| Evidence::manager("LoadError", error)))
        .fix("see what is wrong, then correct it", [verify, "daemonctl daemon-reload".to_owned()])
}

fn masked(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let service = case.service;
    let by_word = service.enablement.as_deref().is_some_and(|word| word.starts_with("masked"));
    if service.load != Load::Masked && !by_word {
        return;
    }
    let name = &service.name;
    let is_up = service.is_healthy();
    let sentence = match is_up {
        true => format!("{name} runs, and is masked: once stopped, it can't be started again"),
        false => format!("{name} is masked: nobody can start it until it is unmasked"),
    };
    let evidence = match definition_file(case) {
        Some(file) => Evidence::path(file, "leads to /dev/null"),
        None => Evidence::manager("LoadState", "masked"),
    };
    let severity = match service.state {
        State::Failed | State::Crashed => Severity::Error,
        _ => Severity::Warning,
    };
    let finding = case
        .finding("unit-masked", name.as_str())
        .severity(severity)
        .sure(Confidence::Certain)
        .role(if is_up { Role::Separate } else { Role::Cause })
        .says(format!("{name} is masked"), sentence)
        .proof(evidence)
        .fix(
            "unmask it, if that was not on purpose",
            [
                format!("daemonctl unmask {}", shell(name)),
                format!("daemonctl start {}", shell(name)),
            ],
        );
    findings.push(finding);
}

fn needs_reload(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if !case.service.unit.needs_daemon_reload || case.service.load == Load::NotFound {
        return;
    }
    let name = &case.service.name;
    let file = definition_file(case).unwrap_or("its definition");
    let sentence = format!(
        "{file} or a drop-in of {name} is newer than what the manager has loaded, which goes on with the old one"
    );
    let is_broken = case.is_broken();
    let finding = case
        .finding("needs-daemon-reload", name.as_str())
        .severity(Severity::Warning)
        .role(if is_broken { Role::Cause } else { Role::Separate })
        .sure(if is_broken { Confidence::Possible } else { Confidence::Certain })
        .says("its definition was changed and not loaded again", sentence)
        .proof(Evidence::manager("NeedDaemonReload", "yes"))
        .fix("load it", ["daemonctl daemon-reload".to_owned(), restart(case)]);
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn diagnostic(code: &str, is_error: bool) -> Diagnostic {
        Diagnostic {
            is_error,
            code: code.into(),
            message: "ExecStart=x is no absolute path".into(),
            hint: None,
            place: Some(place(6)),
        }
    }

    #[test]
    fn a_refused_definition_is_named_by_its_line() {
        let mut snapshot = failed();
        none(&snapshot, "unit-bad-setting");
        service(&mut snapshot).load = Load::BadSetting;
        service(&mut snapshot).unit.load_error = Some("Unit has a bad unit file setting".into());
        service(&mut snapshot).state = State::Stopped;
        assert!(one(&snapshot, "unit-bad-setting").title.starts_with("the definition is refused"));
        definition(&mut snapshot).diagnostics.push(diagnostic("bad-setting", true));
        let finding = one(&snapshot, "unit-bad-setting");
        assert_eq!(
            finding.title,
            "/etc/systemd/system/x.service:6: ExecStart=x is no absolute path"
        );
        assert_eq!((finding.severity, finding.confidence), (Severity::Error, Confidence::Certain));
    }

    #[test]
    fn an_ignored_line_is_no_error() {
        let mut snapshot = failed();
        definition(&mut snapshot).diagnostics.push(diagnostic("unknown-directive", false));
        assert_eq!(one(&snapshot, "unit-bad-setting").severity, Severity::Warning);
        service(&mut snapshot).state = State::Running;
        assert_eq!(one(&snapshot, "unit-bad-setting").severity, Severity::Info);
        definition(&mut snapshot).diagnostics = vec![diagnostic("not-executable", true)];
        none(&snapshot, "unit-bad-setting");
    }

    #[test]
    fn not_found_and_masked() {
        let mut snapshot = failed();
        none(&snapshot, "unit-not-found");
        none(&snapshot, "unit-masked");
        service(&mut snapshot).state = State::Stopped;
        service(&mut snapshot).load = Load::NotFound;
        snapshot.lookups.near.insert("x.service".into(), vec!["xd.service".into()]);
        let finding = one(&snapshot, "unit-not-found");
        assert_eq!(finding.severity, Severity::Error);
        assert!(finding.sentence.ends_with("there is xd.service"));
        service(&mut snapshot).load = Load::Masked;
        none(&snapshot, "unit-not-found");
        assert_eq!(one(&snapshot, "unit-masked").severity, Severity::Warning);
    }

    #[test]
    fn a_newer_definition_is_a_warning() {
        let mut snapshot = running();
        none(&snapshot, "needs-daemon-reload");
        service(&mut snapshot).unit.needs_daemon_reload = true;
        let finding = one(&snapshot, "needs-daemon-reload");
        assert_eq!((finding.severity, finding.role), (Severity::Warning, Role::Separate));
    }
}
