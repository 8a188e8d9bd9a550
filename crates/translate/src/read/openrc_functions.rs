//! The functions of an OpenRC script: `depend`, what runs before and after, and its own commands.

use super::script::Script;
use super::signals::{sent_signal, signal_command};
use super::ssd_options::{Opt, Options};
use super::start_stop::{start, stop, words};
use super::steps::{When, is_noise, own_program, step};
use crate::facility::{self, Meaning};
use crate::{Command, Definition, Link, Lost, Native, System};

/// `depend()`.
pub(super) fn depend(script: &mut Script, definition: &mut Definition) {
    for call in script.calls_of("depend") {
        let verb = call.name();
        let Some(names) = call.arguments() else {
            own_program(script, &call.source, call.line, "depend()");
            continue;
        };
        for name in names.iter().flat_map(|names| names.split_whitespace()) {
            let is_known = depends_on(script, definition, &verb, name, call.line);
            if !is_known {
                own_program(script, &call.source, call.line, "depend()");
                break;
            }
        }
    }
}

/// `false`: there is no such verb.
fn depends_on(
    script: &mut Script,
    definition: &mut Definition,
    verb: &str,
    name: &str,
    line: u32,
) -> bool {
    let place = script.place(line);
    let link = match verb {
        "need" => Link::Needs,
        "want" => Link::Wants,
        "use" | "after" => Link::After,
        "before" => Link::Before,
        "provide" => {
            definition.provides.push(name.to_owned());
            return true;
        }
        "keyword" | "config" => {
            let (system, section) = (System::OpenRc, "depend".to_owned());
            let (key, value) = (verb.to_owned(), name.to_owned());
            definition.natives.push(Native { system, section, key, value, place });
            return true;
        }
        _ => return false,
    };
    // What an earlier line asked for is taken back.
    if let Some(name) = name.strip_prefix('!') {
        definition.dependencies.retain(|known| known.link != link || known.name != name);
        return true;
    }
    match facility::of_openrc(name) {
        Meaning::Name(known) => {
            if link == Link::Wants {
                definition.depends(Link::After, known.clone(), place.clone());
            }
            definition.depends(link, known, place);
        }
        Meaning::Implied => {}
        Meaning::Foreign => {
            let why = "there is no name for all services; only the order of the start differs";
            script.lose(format!("{verb} {name}"), why, line);
        }
    }
    true
}

/// What runs before and after start and stop, and commands of the script's own.
pub(super) fn hooks(script: &mut Script, definition: &mut Definition) {
    let hooks = [
        ("start_pre", When::BeforeStart),
        ("start_post", When::AfterStart),
        ("stop_pre", When::BeforeStop),
        ("stop_post", When::AfterStop),
    ];
    for (name, when) in hooks {
        for call in script.calls_of(name) {
            step(script, definition, &call, when, &format!("{name}()"));
        }
    }
    for variable in ["extra_commands", "extra_started_commands", "extra_stopped_commands", "opts"] {
        let names = script.variables.text(variable).unwrap_or_default();
        for name in names.split_whitespace() {
            let line = script.function_line(name).unwrap_or(1);
            if name == "reload" && reload(script, definition, line) {
                continue;
            }
            let why = "it is a command of the script's own, which only OpenRC has";
            let lost = Lost::new(format!("{variable}: {name}"), why).at(script.place(line));
            script.lost.push(lost.instead("run what it runs by hand, or as a service of its own"));
        }
    }
}

/// `false`: what it does can't be carried over.
fn reload(script: &mut Script, definition: &mut Definition, line: u32) -> bool {
    for call in script.calls_of("reload") {
        if is_noise(&call) {
            continue;
        }
        if let Some(signal) = sent_signal(&call) {
            definition.reload.push(signal_command(&signal));
            continue;
        }
        if call.is_redirected || call.is_conditional || !call.is_whole() {
            own_program(script, &call.source, call.line, "reload()");
            continue;
        }
        let argv = words(script, definition, &call.words, call.line);
        definition.reload.push(Command { argv, as_root: true, ..Command::default() });
    }
    definition.places.extend(script.place(line).map(|place| ("reload", place)));
    !definition.reload.is_empty()
}

/// Functions that take the place of OpenRC's own. `false`: nothing says what is started.
pub(super) fn own(script: &mut Script, definition: &mut Definition, is_named: bool) -> bool {
    let mut is_started = is_named;
    if let Some(line) = script.function_line("start") {
        let mut is_found = false;
        let mut has_default = false;
        for call in script.calls_of("start") {
            let is_tool = matches!(call.name().as_str(), "start-stop-daemon" | "supervise-daemon");
            has_default |= call.name() == "default_start";
            let options = Options::of(call.rest(), true);
            if is_tool && options.has(Opt::Start) && !options.has(Opt::Test) && !is_found {
                is_found = start(script, definition, &call, true);
                continue;
            }
            let when = if is_found || has_default { When::AfterStart } else { When::BeforeStart };
            step(script, definition, &call, when, "start()");
        }
        if !is_found && !has_default && is_named {
            own_program(script, "start()", line, "it");
        }
        is_started |= is_found;
    }
    let mut is_over = false;
    for call in script.calls_of("stop") {
        match call.name().as_str() {
            "start-stop-daemon" | "supervise-daemon" => {
                is_over = true;
                stop(script, definition, &call);
            }
            "default_stop" => is_over = true,
            _ => {
                let when = if is_over { When::AfterStop } else { When::BeforeStop };
                step(script, definition, &call, when, "stop()");
            }
        }
    }
    for name in ["status", "restart"] {
        if let Some(line) = script.function_line(name) {
            own_program(script, &format!("{name}()"), line, "it");
        }
    }
    is_started
}
