//! Requests to managers that break off, lie, hang, and tell things in an unusual order.

use std::time::{Duration, Instant};

use super::Systemd;
use super::fake::{self, Act, Asked, Tree, all, listed, removed, texts};
use crate::{Done, Event, Outcome, Refusal, RefusalKind, Request, ServiceManager as _, Verb};

const TIMEOUT: Duration = Duration::from_millis(300);

/// What every part of these plays answers, where the part itself says nothing.
fn usual(asked: &Asked) -> Vec<Act> {
    vec![match asked.member.as_str() {
        "Subscribe" => Act::Answer("", Vec::new()),
        "ListUnitsByNames" => listed("a.service", "loaded", "inactive", "dead"),
        "StartUnit" => Act::Answer("o", texts(&["/job/1"])),
        "GetAll" => all(&[("ActiveState", "active"), ("SubState", "running")], &[]),
        "Get" if asked.text(1) == "Job" => fake::job(1),
        "Get" => fake::text("activating"),
        other => panic!("{other} on {} was not expected", asked.path),
    }]
}

/// Has the service `a` started, with at most so many milliseconds to wait.
fn start(tree: &Tree, milliseconds: u64) -> (Result<Done, Refusal>, Vec<String>) {
    let systemd = Systemd::system(&tree.0, TIMEOUT);
    let names = ["a".to_owned()];
    let mut request = Request::new(Verb::Start, &names);
    request.timeout = Duration::from_millis(milliseconds);
    let mut at = Vec::new();
    let mut finished = 0;
    let mut outcomes: Vec<Outcome> = systemd.act(&request, &mut |event: &Event<'_>| match event {
        Event::Waiting { at: now, .. } => at.push((*now).to_owned()),
        Event::Finished(_) => finished += 1,
        Event::Output { .. } => {}
    });
    assert_eq!((outcomes.len(), finished), (1, 1), "one outcome, told once");
    let outcome = outcomes.remove(0);
    assert_eq!(outcome.name, "a.service");
    (outcome.result, at)
}

#[test]
fn a_job_that_ends_before_its_reply_comes_is_not_missed() {
    let tree = fake::play(|asked| match asked.member.as_str() {
        "StartUnit" => {
            let mut acts = vec![removed("/job/1", "done")];
            acts.extend(usual(asked));
            acts
        }
        _ => usual(asked),
    });
    let before = Instant::now();
    assert_eq!(start(&tree, 20_000).0, Ok(Done::default()));
    assert!(before.elapsed() < Duration::from_secs(1));
}

#[test]
fn signals_that_are_unknown_or_not_as_documented_are_passed_over() {
    let tree = fake::play(|asked| {
        let mut acts = usual(asked);
        if asked.member == "StartUnit" {
            acts.push(Act::Signal("Unheard", "s", texts(&["x"])));
            acts.push(Act::Signal("JobRemoved", "ss", texts(&["/job/1", "done"])));
            acts.push(Act::Signal("JobRemoved", "uoss", vec![1, 0, 0, 0]));
            acts.push(removed("/job/2", "failed"));
            acts.push(removed("/job/1", "done"));
        }
        acts
    });
    assert_eq!(start(&tree, 20_000).0, Ok(Done::default()));
}

#[test]
fn a_connection_that_breaks_is_made_anew_and_the_job_is_judged_by_its_unit() {
    let tree = fake::play(|asked| match (asked.connection, asked.member.as_str()) {
        // It executes itself anew while it is waited, and the job fails meanwhile.
        (0, "Get") => vec![Act::HangUp],
        (1.., "Get") if asked.text(1) == "Job" => vec![fake::job(0)],
        (1.., "Get") => vec![fake::text("failed")],
        (1.., "GetAll") => vec![all(
            &[("ActiveState", "failed"), ("Result", "oom-kill")],
            &[("StateChangeTimestampMonotonic", 5)],
        )],
        _ => usual(asked),
    });
    let (result, at) = start(&tree, 20_000);
    let refusal = result.expect_err("it failed");
    assert_eq!(refusal.kind, RefusalKind::Failed);
    assert_eq!(refusal.message, "the kernel killed it: out of memory");
    assert_eq!(refusal.native.as_deref(), Some("failed/oom-kill"));
    assert!(at.iter().any(|at| at == "waiting for systemd itself"), "{at:?}");
}

#[test]
fn garbage_in_the_middle_ends_the_wait_when_its_time_is_over() {
    let tree = fake::play(|asked| match asked.member.as_str() {
        "Get" => vec![Act::Raw(vec![0xa5; 64])],
        _ => usual(asked),
    });
    let before = Instant::now();
    let refusal = start(&tree, 900).0.expect_err("garbage");
    assert!(
        matches!(refusal.kind, RefusalKind::ManagerUnavailable | RefusalKind::TimedOut),
        "{refusal:?}"
    );
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_manager_that_falls_silent_costs_the_timeout() {
    let tree = fake::play(|asked| match asked.member.as_str() {
        "Get" => Vec::new(),
        _ => usual(asked),
    });
    let before = Instant::now();
    let refusal = start(&tree, 800).0.expect_err("silence");
    assert!(
        matches!(refusal.kind, RefusalKind::ManagerUnavailable | RefusalKind::TimedOut),
        "{refusal:?}"
    );
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_job_that_takes_too_long_is_left_and_said_to_be_at_what() {
    let tree = fake::play(|asked| match asked.member.as_str() {
        "Get" if asked.text(1) == "SubState" => vec![fake::text("start-pre")],
        _ => usual(asked),
    });
    let (result, at) = start(&tree, 500);
    let refusal = result.expect_err("not in time");
    assert_eq!(refusal.kind, RefusalKind::TimedOut);
    assert_eq!(
        refusal.message,
        "it is still activating (start-pre) after 500ms; systemd goes on with it (job 1)"
    );
    assert!(at.len() >= 3, "told about ten times a second: {at:?}");
}

#[test]
fn an_endless_timeout_does_not_overflow() {
    let tree = fake::play(|asked| {
        let mut acts = usual(asked);
        if asked.member == "StartUnit" {
            acts.push(removed("/job/1", "done"));
        }
        acts
    });
    let systemd = Systemd::system(&tree.0, TIMEOUT);
    let names = ["a".to_owned()];
    let mut request = Request::new(Verb::Start, &names);
    request.timeout = Duration::MAX;
    let outcomes = systemd.act(&request, &mut |_: &Event<'_>| {});
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()), "{outcomes:?}");
}

#[test]
fn what_is_so_already_is_nothing_to_do() {
    let tree = fake::play(|asked| match asked.member.as_str() {
        "ListUnitsByNames" => vec![listed("a.service", "loaded", "active", "running")],
        "StartUnit" => {
            let mut acts = usual(asked);
            acts.push(removed("/job/1", "done"));
            acts
        }
        _ => usual(asked),
    });
    let done = start(&tree, 20_000).0.expect("done");
    assert!(done.nothing_to_do && done.notes.is_empty(), "{done:?}");
}

#[test]
fn results_of_jobs_have_their_kinds() {
    for (result, kind) in [
        ("canceled", RefusalKind::Cancelled),
        ("timeout", RefusalKind::TimedOut),
        ("dependency", RefusalKind::DependencyFailed),
        ("assert", RefusalKind::Refused),
        ("unsupported", RefusalKind::NotSupported),
        ("once", RefusalKind::Refused),
        ("collected", RefusalKind::Cancelled),
        ("something-new", RefusalKind::Failed),
    ] {
        let tree = fake::play(move |asked| {
            let mut acts = usual(asked);
            if asked.member == "StartUnit" {
                acts.push(removed("/job/1", result));
            }
            acts
        });
        let refusal = start(&tree, 20_000).0.expect_err(result);
        assert_eq!((refusal.kind, refusal.native.as_deref()), (kind, Some(result)));
    }
}

#[test]
fn a_refused_job_keeps_the_managers_words() {
    let tree = fake::play(|asked| match asked.member.as_str() {
        "StartUnit" => vec![Act::Refuse(
            "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
            "Interactive authentication required.",
        )],
        _ => usual(asked),
    });
    let refusal = start(&tree, 20_000).0.expect_err("refused");
    assert_eq!(refusal.kind, RefusalKind::NotPermitted);
    assert_eq!(refusal.output, ["Interactive authentication required."]);
    assert!(refusal.hint.is_some_and(|hint| hint.contains("sudo")));
}

#[test]
fn nobody_there_is_a_manager_that_is_not_available() {
    let tree = fake::play(|_| Vec::new());
    std::fs::remove_file(tree.0.join("run/systemd/private")).expect("the socket");
    let refusal = start(&tree, 20_000).0.expect_err("nobody");
    assert_eq!(refusal.kind, RefusalKind::ManagerUnavailable);
}
