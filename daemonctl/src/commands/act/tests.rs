use host::{ManagerKind, Refusal, RefusalKind, ServiceManager, ServiceState, Verb};
use present::Theme;

use super::carry_out::{Asked, Report, carry_out};
use super::fake::Fake;
use super::options::DoOptions;
use super::report::{self, Saying};
use crate::failure::of_refusal;
use crate::managers::Chosen;
use crate::progress::Manner;

const MANNER: Manner =
    Manner { theme: Theme::plain(), screen: None, verbose: false, is_answer: false };

fn options() -> DoOptions {
    DoOptions {
        dry_run: false,
        no_wait: false,
        timeout: None,
        job_mode: "replace".to_owned(),
        no_ask_password: false,
        quiet: false,
        verbose: false,
    }
}

fn saying<'a>() -> Saying<'a> {
    Saying { theme: Theme::plain(), names_managers: false, was_shown: false, command: None }
}

fn all(managers: Vec<Box<dyn ServiceManager>>) -> Vec<Box<dyn ServiceManager>> {
    managers
}

fn chosen(services: &[(usize, &str)]) -> Vec<Chosen> {
    let chosen =
        |(manager, name): &(usize, &str)| Chosen { manager: *manager, name: (*name).into() };
    services.iter().map(chosen).collect()
}

fn reports(fake: Fake, names: &[&str], verb: Verb) -> Vec<Report> {
    let managers = all(vec![Box::new(fake)]);
    let names: Vec<(usize, &str)> = names.iter().map(|name| (0, *name)).collect();
    carry_out(&managers, &chosen(&names), &Asked::verb(verb), &options(), MANNER)
}

fn sysv() -> Fake {
    Fake::new(
        ManagerKind::SysV,
        &[
            ("nginx", ServiceState::Running),
            ("nop", ServiceState::Running),
            ("bad", ServiceState::Failed),
            ("gone", ServiceState::Failed),
            ("later", ServiceState::Starting),
        ],
    )
}

#[test]
fn what_was_done_is_said_in_a_line_each() {
    let reports = reports(sysv(), &["nginx", "nop", "later"], Verb::Start);
    let lines: Vec<String> = reports.iter().map(|report| report::done(report, &saying())).collect();
    assert_eq!(
        lines,
        [
            "started nginx (main pid 42, 3.0 s)\n",
            "nothing to do: nop runs already\n",
            "starting later: under way, not waited for\n",
        ]
    );
    assert_eq!(report::notes(&reports[0], &saying()), "note: a \\e[31mnote\n");
}

#[test]
fn a_failure_says_why_what_the_script_wrote_and_what_to_do() {
    let reports = reports(sysv(), &["bad"], Verb::Restart);
    let text = report::refusal(&reports[0], &saying()).unwrap();
    assert!(
        text.starts_with(
            "daemonctl: cannot restart bad: its start script ended with status 7\n    \
             (5 lines before: --verbose shows them)\n    line 6 \\e[2J\n"
        ),
        "{text}"
    );
    assert!(text.contains("    line 25 \\e[2J\n  hint: daemonctl status bad shows "), "{text}");
    let shown = Saying { was_shown: true, ..saying() };
    assert!(!report::refusal(&reports[0], &shown).unwrap().contains("line 25"));
}

#[test]
fn a_service_that_came_up_and_ended_is_told() {
    let reports = reports(sysv(), &["gone"], Verb::Start);
    assert_eq!(
        report::notes(&reports[0], &saying()).lines().skip(1).collect::<Vec<_>>(),
        ["note: gone has ended since: exit code \\e[31m3", "  hint: daemonctl status gone"]
    );
}

#[test]
fn each_manager_is_asked_once_and_reports_keep_the_order_of_the_words() {
    let systemd = Fake::new(ManagerKind::Systemd, &[("a.service", ServiceState::Running)]);
    let user = Fake::new(
        ManagerKind::SystemdUser,
        &[("b.service", ServiceState::Running), ("c.service", ServiceState::Running)],
    );
    let (systemd, user) = (std::sync::Arc::new(systemd), std::sync::Arc::new(user));
    let managers = all(vec![
        Box::new(super::fake::Shared(systemd.clone())),
        Box::new(super::fake::Shared(user.clone())),
    ]);
    let words = chosen(&[(1, "c.service"), (0, "a.service"), (1, "b.service")]);
    let reports = carry_out(&managers, &words, &Asked::verb(Verb::Stop), &options(), MANNER);
    let names: Vec<&str> = reports.iter().map(|report| report.outcome.name.as_str()).collect();
    assert_eq!(names, ["c.service", "a.service", "b.service"]);
    let far = u32::MAX;
    assert_eq!(*user.asked.lock().unwrap(), [format!("stop c.service,b.service replace {far}s")]);
    assert_eq!(*systemd.asked.lock().unwrap(), [format!("stop a.service replace {far}s")]);
    let named = Saying { names_managers: true, ..saying() };
    assert_eq!(report::done(&reports[0], &named), "stopped c.service (systemd-user) (3.0 s)\n");
}

#[test]
fn scripts_are_not_waited_for_without_end() {
    let fake = std::sync::Arc::new(sysv());
    let managers = all(vec![Box::new(super::fake::Shared(fake.clone()))]);
    let words = chosen(&[(0, "nginx")]);
    carry_out(&managers, &words, &Asked::verb(Verb::Start), &options(), MANNER);
    let patient = DoOptions { timeout: Some(std::time::Duration::MAX), ..options() };
    carry_out(&managers, &words, &Asked::verb(Verb::Start), &patient, MANNER);
    let far = u32::MAX;
    assert_eq!(
        *fake.asked.lock().unwrap(),
        ["start nginx replace 90s".to_owned(), format!("start nginx replace {far}s")]
    );
}

#[test]
fn what_a_manager_does_not_have_has_its_own_status() {
    let reports = reports(sysv().cannot(Verb::Mask), &["nginx"], Verb::Mask);
    assert_eq!(
        report::refusal(&reports[0], &saying()).unwrap(),
        "daemonctl: cannot mask nginx: it has no such thing\n"
    );
    assert_eq!(of_refusal(reports[0].outcome.result.as_ref().unwrap_err()), 3);
    let refusal = super::carry_out::inability(&sysv().cannot(Verb::Mask), Verb::Mask, "nginx");
    assert_eq!(refusal.unwrap().hint.unwrap(), "daemonctl disable nginx itself");
}

#[test]
fn exit_statuses_are_those_of_systemctl_and_the_lsb() {
    let of = |kind, status| {
        of_refusal(&Refusal { exit_status: status, ..Refusal::new(kind, String::new()) })
    };
    for (kind, status, wanted) in [
        (RefusalKind::NoSuchService, None, 5),
        (RefusalKind::NotPermitted, Some(1), 4),
        (RefusalKind::NotSupported, Some(2), 3),
        (RefusalKind::Masked, None, 1),
        (RefusalKind::Failed, None, 1),
        (RefusalKind::Failed, Some(5), 5),
        (RefusalKind::Failed, Some(6), 6),
        (RefusalKind::Failed, Some(7), 7),
        (RefusalKind::Failed, Some(127), 1),
        (RefusalKind::TimedOut, Some(7), 1),
        (RefusalKind::ManagerUnavailable, None, 1),
    ] {
        assert_eq!(of(kind, status), wanted, "{kind:?} {status:?}");
    }
    let native = |name: &str| {
        let refusal = Refusal::new(RefusalKind::Refused, String::new());
        of_refusal(&Refusal { native: Some(format!("org.freedesktop.systemd1.{name}")), ..refusal })
    };
    assert_eq!(native("LoadFailed"), 6);
    assert_eq!(native("OnlyByDependency"), 4);
    assert_eq!(native("UnitMasked"), 1);
}
