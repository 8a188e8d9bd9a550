//! What an invocation of start-stop-daemon says of a service.

use super::account::{account, mode, retry, seconds, signal};
use super::call::Call;
use super::script::Script;
use super::ssd_options::{Opt, Options};
use crate::shell::{Field, words_of};
use crate::{Command, Definition, Lost, Native, Output, Readiness, RestartPolicy, System, Word};

/// Words of a command, with what is lost where only running a command would tell.
pub(super) fn words(
    script: &mut Script,
    definition: &mut Definition,
    fields: &[Field],
    line: u32,
) -> Vec<Word> {
    let mut words = Vec::new();
    for field in fields {
        let Some((word, needed)) = field.to_word() else {
            let why = "what it comes to is known only when the script runs";
            let lost = Lost::new(field.to_source(), why).at(script.place(line));
            script.lost.push(lost.instead("add the argument by hand"));
            continue;
        };
        if word.variables().next().is_some() {
            definition.environment_files.clone_from(&script.variables.files);
        }
        for (name, value) in needed {
            let is_known = definition.environment.iter().any(|(known, _)| *known == name);
            // A variable that is not there is as good as an empty one.
            if !is_known && !value.is_empty() {
                definition.environment.push((name, value));
            }
        }
        for (name, default) in field.settings() {
            if default.is_some() && word.variables().all(|variable| variable != name) {
                say_fixed(script, name, line);
            }
        }
        words.push(word);
    }
    words
}

/// The script's own value of a variable is taken, whatever a settings file says.
fn say_fixed(script: &mut Script, name: &str, line: u32) {
    let what = format!("${name}");
    if script.lost.iter().any(|lost| lost.what == what) {
        return;
    }
    let files: Vec<&str> = script.variables.files.iter().map(|file| file.path.as_str()).collect();
    let why =
        format!("{} may give it another value; the script's own is taken", files.join(" or "));
    let lost = Lost::change(what, why).at(script.place(line));
    script.lost.push(lost);
}

/// A text that must be known: a path, a user.
pub(super) fn fixed(script: &mut Script, field: &Field, line: u32) -> Option<String> {
    let text = field.fixed();
    match &text {
        Some(_) => {
            for (name, _) in field.settings() {
                say_fixed(script, name, line);
            }
        }
        None => {
            let why = "its value is known only when the script runs";
            script.lose(field.to_source(), why, line);
        }
    }
    text.filter(|text| !text.is_empty())
}

/// Arguments that a script keeps in a variable and hands to `eval`.
pub(super) fn evaluated(
    script: &mut Script,
    definition: &mut Definition,
    field: &Field,
    line: u32,
) -> Vec<Word> {
    match words_of(&field.to_source()) {
        Ok(parsed) => {
            let settings: Vec<String> = field.settings().map(|(name, _)| name.to_owned()).collect();
            let fields = script.variables.fields_with_settings(&parsed, &settings);
            words(script, definition, &fields, line)
        }
        Err(wrong) => {
            let why = format!("there is no {} to what begins in it", wrong.what);
            script.lose(field.to_source(), why, line);
            Vec::new()
        }
    }
}

/// The start of a service. `false`: the invocation names no program.
pub(super) fn start(
    script: &mut Script,
    definition: &mut Definition,
    call: &Call,
    is_openrc: bool,
) -> bool {
    let options = Options::of(call.rest(), is_openrc);
    let named = |option: Opt| options.given.iter().rev().find(|(given, _)| *given == option);
    let mut arguments = options.arguments.as_slice();
    let program = match named(Opt::StartAs).or_else(|| named(Opt::Exec)) {
        Some((_, field)) => field.clone(),
        None => match arguments.split_first() {
            Some((first, rest)) => {
                arguments = rest;
                first.clone()
            }
            None => return false,
        },
    };
    let Some(program) = fixed(script, &program, call.line) else { return false };
    let mut argv = vec![Word::text(program)];
    argv.extend(words(script, definition, arguments, call.line));
    definition.start = vec![Command { argv, ..Command::default() }];
    definition.readiness = match (options.has(Opt::NotifyAwait), options.has(Opt::Background)) {
        (true, _) => Readiness::Notify,
        (false, true) => Readiness::Simple,
        (false, false) => Readiness::Forking,
    };
    definition.is_pid_file_made = options.has(Opt::MakePidFile);
    for field in ["start", "readiness"] {
        definition.places.extend(script.place(call.line).map(|place| (field, place)));
    }
    apply(script, definition, &options, call.line);
    true
}

/// What options say besides the program.
pub(super) fn apply(
    script: &mut Script,
    definition: &mut Definition,
    options: &Options,
    line: u32,
) {
    for (option, value) in &options.given {
        if matches!(option, Opt::Exec | Opt::StartAs | Opt::Name) {
            continue;
        }
        let text = match value.fixed() {
            Some(text) if text.is_empty() => text,
            _ => fixed(script, value, line).unwrap_or_default(),
        };
        if !one(definition, *option, &text) {
            let what = format!("{} {}", Options::name(*option), value.to_source());
            let why = "its value is not one that could be read, or only this tool has it";
            script.lose(what.trim_end(), why, line);
        }
    }
    for unread in &options.unread {
        let why = match unread.strip_prefix('$') {
            Some(_) => "what a settings file puts there is not known; it is taken for nothing",
            None => "no such option is known",
        };
        script.lose(unread.clone(), why, line);
    }
}

/// One option. `false`: it can't be carried over.
fn one(definition: &mut Definition, option: Opt, value: &str) -> bool {
    let text = || (!value.is_empty()).then(|| value.to_owned());
    match option {
        Opt::PidFile => definition.pid_file = text(),
        Opt::Chuid => account(definition, value),
        Opt::Group => definition.group = text(),
        Opt::Chdir => definition.directory = text(),
        Opt::Chroot => definition.root = text().filter(|path| path != "/"),
        Opt::Umask => {
            definition.umask = mode(value);
            return definition.umask.is_some();
        }
        Opt::Nice | Opt::OomScore | Opt::ProcSched | Opt::IoSched | Opt::IoNice => {
            return scheduling(definition, option, value);
        }
        Opt::Output => {
            definition.output = text().map(stream);
            definition.error = definition.output.clone();
        }
        Opt::Stdout => definition.output = text().map(stream),
        Opt::Stderr => definition.error = text().map(stream),
        Opt::Env => match value.split_once('=') {
            Some((name, value)) => {
                definition.environment.push((name.to_owned(), value.to_owned()));
            }
            None => return false,
        },
        Opt::Retry => return set_retry(definition, value),
        Opt::NotifyTimeout => definition.start_timeout_usec = seconds(value),
        Opt::RespawnDelay => {
            definition.restart.policy = RestartPolicy::Always;
            definition.restart.delay_usec = seconds(value);
        }
        Opt::RespawnMax => definition.restart.burst = value.parse().ok(),
        Opt::RespawnPeriod => definition.restart.interval_usec = seconds(value),
        Opt::NoNewPrivs => definition.natives.push(no_new_privileges(None)),
        Opt::ForeignOf => return false,
        // How the tool finds what it has started before: others know that better.
        Opt::Name | Opt::User | Opt::Nothing | Opt::NothingOf | Opt::Test => {}
        Opt::Start | Opt::Stop | Opt::Status | Opt::Exec | Opt::StartAs | Opt::Background => {}
        Opt::MakePidFile | Opt::Signal | Opt::NotifyAwait => {}
    }
    true
}

/// What OpenRC and systemd say in different words.
pub(super) fn no_new_privileges(place: Option<crate::Place>) -> Native {
    Native {
        system: System::Systemd,
        section: "Service".to_owned(),
        key: "NoNewPrivileges".to_owned(),
        value: "yes".to_owned(),
        place,
    }
}

fn scheduling(definition: &mut Definition, option: Opt, value: &str) -> bool {
    let (name, priority) = match value.split_once(':') {
        Some((name, priority)) => (name.to_owned(), priority.parse().ok()),
        None => (value.to_owned(), None),
    };
    match option {
        Opt::Nice => {
            definition.nice = value.parse().ok();
            return definition.nice.is_some();
        }
        Opt::OomScore => {
            definition.oom_score_adjust = value.parse().ok();
            return definition.oom_score_adjust.is_some();
        }
        Opt::ProcSched => definition.cpu_scheduling = Some((name, priority)),
        Opt::IoSched => {
            let class = if name == "real-time" { "realtime".to_owned() } else { name };
            definition.io_scheduling = Some((class, priority));
        }
        _ => {
            // ionice's numbers are the kernel's.
            let class = match name.as_str() {
                "1" => "realtime",
                "2" => "best-effort",
                "3" => "idle",
                _ => return false,
            };
            definition.io_scheduling = Some((class.to_owned(), priority));
        }
    }
    true
}

/// A file that output is appended to.
pub(super) fn stream(path: String) -> Output {
    if path == "/dev/null" { Output::Null } else { Output::Append(path) }
}

/// `false`: it says more than a signal, a time and a kill.
pub(super) fn set_retry(definition: &mut Definition, value: &str) -> bool {
    let Some((signal, usec, is_more)) = retry(value) else { return false };
    if signal.is_some() {
        definition.stop_signal = signal;
    }
    definition.stop_timeout_usec = Some(usec);
    !is_more
}

/// What `start-stop-daemon --stop` says: the signal and the time of a stop.
pub(super) fn stop(script: &mut Script, definition: &mut Definition, call: &Call) {
    let options = Options::of(call.rest(), false);
    if let Some(given) = options.value(Opt::Signal) {
        match signal(&given) {
            // Signal 0 only asks, and a kill is what every stop ends with.
            Some(signal) if signal != "SIGKILL" => definition.stop_signal = Some(signal),
            Some(_) => {}
            None if given == "0" => {}
            None => script.lose(format!("--signal {given}"), "it is no signal's name", call.line),
        }
    }
    if let Some(retry) = options.value(Opt::Retry)
        && definition.stop_timeout_usec.is_none()
        && !set_retry(definition, &retry)
    {
        let why = "only a signal, a time and a kill can be carried over";
        let change = Lost::change(format!("--retry {retry}"), why).at(script.place(call.line));
        script.lost.push(change);
    }
}
