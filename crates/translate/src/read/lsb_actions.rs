//! What an init script does when it is asked to start, to stop and to reload.

use super::account::account;
use super::call::Call;
use super::script::Script;
use super::signals::{sent_signal, signal_command};
use super::ssd_options::{Opt, Options};
use super::start_stop::{self, evaluated, words};
use super::steps::{When, is_noise, step};
use crate::shell::Field;
use crate::{Command, Definition, Lost, Readiness};

/// Everything that an action runs, functions followed.
fn calls(script: &mut Script, action: &str) -> Vec<Call> {
    let is_ours = |patterns: &[String]| patterns.iter().any(|pattern| pattern == action);
    let body = script.actions.iter().find(|(patterns, _)| is_ours(patterns));
    if let Some(body) = body.map(|(_, body)| body.clone()) {
        let mut calls = Vec::new();
        script.walk(&body, false, 1, &mut |_, call| calls.push(call));
        return calls;
    }
    // A script that hands its action to a function of that name.
    for name in [action.to_owned(), format!("do_{action}")] {
        let calls = script.calls_of(&name);
        if !calls.is_empty() {
            return calls;
        }
    }
    Vec::new()
}

/// The start. `true`: it says what is started.
pub(super) fn start(script: &mut Script, definition: &mut Definition, is_named: bool) -> bool {
    let mut is_started = is_named;
    for call in calls(script, "start") {
        match call.name().as_str() {
            "start-stop-daemon" => {
                let options = Options::of(call.rest(), false);
                if options.has(Opt::Test) || !options.has(Opt::Start) {
                    continue;
                }
                match is_started {
                    true => second(script, definition, &call),
                    false => is_started = start_stop::start(script, definition, &call, false),
                }
            }
            "daemon" | "start_daemon" | "startproc" => match is_started {
                true => second(script, definition, &call),
                false => is_started = by_function(script, definition, &call),
            },
            _ if is_noise(&call) => {}
            _ => {
                let when = if is_started { When::AfterStart } else { When::BeforeStart };
                step(script, definition, &call, when, "the start");
            }
        }
    }
    is_started || by_itself(script, definition)
}

/// A program that the script starts without any tool: the last command by an absolute path.
fn by_itself(script: &mut Script, definition: &mut Definition) -> bool {
    let calls = calls(script, "start");
    let is_program = |call: &&Call| {
        let path = call.words.first().and_then(Field::fixed).unwrap_or_default();
        path.starts_with('/') && !call.is_conditional && call.is_whole() && !is_noise(call)
    };
    let Some(call) = calls.iter().rev().find(is_program) else { return false };
    let argv = words(script, definition, &call.words, call.line);
    definition.pre.retain(|command| command.argv != argv);
    definition.start = vec![Command { argv, ..Command::default() }];
    let what = match call.is_background {
        true => "it is taken for the service's main program",
        false => {
            // As systemd's own generator for init scripts has it.
            definition.remains = true;
            "it is taken for a program that becomes a daemon, or does its work and ends"
        }
    };
    definition.readiness = if call.is_background { Readiness::Simple } else { Readiness::Forking };
    definition.places.extend(script.place(call.line).map(|place| ("start", place)));
    let why = format!("no tool says what it becomes: {what}");
    let change = Lost::change(call.source.clone(), why).at(script.place(call.line));
    // What was said of it as of a step is no longer so.
    script.lost.retain(|lost| lost.what != call.source);
    script.lost.push(change);
    if call.is_redirected {
        let why = "where its output goes is not carried over";
        script.lose(format!("redirections of {}", call.source), why, call.line);
    }
    true
}

/// A start behind the first one. Scripts that differ by a condition say the same program twice.
fn second(script: &mut Script, definition: &Definition, call: &Call) {
    let program = definition.start.first().and_then(Command::program);
    let is_same = call.words.iter().any(|word| word.fixed() == program && program.is_some());
    let (why, instead) = match is_same && call.is_conditional {
        true => ("the script starts its program in more than one way; the first is taken", None),
        false => (
            "only one program can be a service's main one",
            Some("make a service of its own of it"),
        ),
    };
    let lost = Lost::new(call.source.clone(), why).at(script.place(call.line));
    script.lost.push(match instead {
        Some(instead) => lost.instead(instead),
        None => lost,
    });
}

/// `daemon --user=x --pidfile=/run/x.pid program args`, and LSB's and SUSE's kin.
fn by_function(script: &mut Script, definition: &mut Definition, call: &Call) -> bool {
    let mut rest = call.rest();
    while let Some((first, behind)) = rest.split_first() {
        let Some(text) = first.fixed().filter(|text| text.starts_with(['-', '+'])) else { break };
        rest = behind;
        let (option, given) = match text.split_once('=') {
            Some((option, value)) => (option.to_owned(), Some(value.to_owned())),
            None => (text.clone(), None),
        };
        let takes = ["--user", "--pidfile", "--check", "-p", "-u", "-n", "-l"];
        let value = given.or_else(|| {
            let value =
                rest.first().and_then(Field::fixed).filter(|_| takes.contains(&&*option))?;
            rest = rest.get(1..).unwrap_or_default();
            Some(value)
        });
        if !option_of_function(definition, &option, value) {
            script.lose(text, "no such option is known", call.line);
        }
    }
    // The function hands its words to a shell: one word may hold a whole command.
    let argv = match rest {
        [one] => evaluated(script, definition, one, call.line),
        many => words(script, definition, many, call.line),
    };
    if argv.is_empty() {
        return false;
    }
    definition.start = vec![Command { argv, ..Command::default() }];
    definition.readiness = Readiness::Forking;
    definition.places.extend(script.place(call.line).map(|place| ("start", place)));
    true
}

fn option_of_function(definition: &mut Definition, option: &str, value: Option<String>) -> bool {
    match (option, value) {
        ("--user" | "-u", Some(user)) => account(definition, &user),
        ("--pidfile" | "-p", Some(path)) => definition.pid_file = Some(path),
        ("-n", Some(nice)) => definition.nice = nice.parse().ok(),
        ("--check" | "-f" | "--force", _) => {}
        (number, None) => {
            let Ok(nice) = number.trim_start_matches('+').parse::<i64>() else { return false };
            definition.nice = Some(nice);
        }
        _ => return false,
    }
    true
}

/// The stop.
pub(super) fn stop(script: &mut Script, definition: &mut Definition) {
    let mut is_over = false;
    for call in calls(script, "stop") {
        match call.name().as_str() {
            "start-stop-daemon" => {
                is_over = true;
                start_stop::stop(script, definition, &call);
            }
            "killproc" | "kill" | "killall" | "pkill" => {
                is_over = true;
                let is_own = |signal: &String| signal != "SIGTERM" && signal != "SIGKILL";
                if let Some(signal) = sent_signal(&call).filter(is_own) {
                    definition.stop_signal = Some(signal);
                }
            }
            _ if is_noise(&call) => {}
            _ => {
                let when = if is_over { When::AfterStop } else { When::BeforeStop };
                step(script, definition, &call, when, "the stop");
            }
        }
    }
}

/// The reload; a forced one is a restart where it ends the program.
pub(super) fn reload(script: &mut Script, definition: &mut Definition) {
    for action in ["reload", "force-reload"] {
        if !definition.reload.is_empty() {
            return;
        }
        for call in calls(script, action) {
            let place = script.place(call.line);
            match sent_signal(&call) {
                Some(signal) if signal != "SIGTERM" && signal != "SIGKILL" => {
                    if definition.reload.is_empty() {
                        definition.reload.push(signal_command(&signal));
                        definition.places.extend(place.map(|place| ("reload", place)));
                    }
                }
                Some(_) => {}
                None => {
                    let is_restart = matches!(
                        call.name().as_str(),
                        "start-stop-daemon" | "daemon" | "startproc" | "killproc" | "kill"
                    );
                    if action == "reload" && !is_restart && !is_noise(&call) {
                        let why = "what else reloading does is known only when the script runs";
                        script.lose(call.source.clone(), why, call.line);
                    }
                }
            }
        }
    }
}
