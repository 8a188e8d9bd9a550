//! `daemonctl detach`: a program as a daemon, without a manager.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use launch::detach::Output;
use launch::detach::pid_file::PidFileError;
use launch::{Account, Daemon, Detach, DetachError};
use present::json::Document;
use present::{Value, Why};
use unit::time::span::{INFINITY, USEC_PER_SEC, parse_usec};

use crate::context::Context;
use crate::failure::{Failure, exit};

mod plan;

const AFTER_HELP: &str = "\
The program gets a session that it does not lead, no terminal, /dev/null for its input, output where
--log or --syslog says, no other descriptors, the working directory /, umask 022, default signals,
and in its environment PATH, what --env gives, and with --user also HOME, SHELL, USER and LOGNAME.
Limits, nice level, oom_score_adj and control group stay: a session's manager may still end what it
holds (for that see: daemonctl run, daemonctl install). The program must not detach by itself: most
have an option for that (nginx -g 'daemon off;', sshd -D, cron -f).

CMD without a slash is looked for along your PATH, then along the daemon's. --log is opened with your
rights and made for the daemon's user, mode 0640; the PID file stays yours. The PID file is locked as
long as the daemon lives (try: flock -n FILE true): an unlocked one is stale, whatever stands in it.
--name is its name in the syslog and in lists of processes (argv[0]).

Its pid is printed when it is up: when it was executed and did not end within --grace, or with
--wait-ready when it has said so (sd_notify(3)). If anything fails before, nothing is left of it.

Examples:
  daemonctl detach -- nginx -g 'daemon off;'
  daemonctl detach --pidfile /run/web.pid --user www-data --log /var/log/web.log -- ./server --port 80
  daemonctl detach --syslog --name backup -- rsync --daemon --no-detach
  daemonctl detach --wait-ready --timeout 30s -- redis-server --supervised systemd
  daemonctl detach --dry-run --user nobody -- sleep 60

Exit status: 0 it is up (or ended within --grace with status 0), 1 it could not be launched, 2 wrong
usage, 4 not permitted, 7 it ended or was not ready in time, 8 an instance has the PID file, 126 CMD
can't be executed, 127 there is no CMD.";

/// Options of `detach`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Its pid goes into this file, which stays locked; refuses to start where another has it.
    #[arg(long, value_name = "FILE", visible_alias = "pid-file")]
    pidfile: Option<PathBuf>,
    /// Run as that user, with that group in place of its own; by name or number.
    #[arg(long, value_name = "USER[:GROUP]")]
    user: Option<OsString>,
    /// Working directory.
    #[arg(long, value_name = "DIR", default_value = "/")]
    chdir: PathBuf,
    /// Mode bits that new files do not get, in octal.
    #[arg(long, value_name = "MASK", default_value = "022", value_parser = octal)]
    umask: u32,
    /// Append its output to this file.
    #[arg(long, value_name = "FILE", conflicts_with = "syslog")]
    log: Option<PathBuf>,
    /// Send its output to the syslog, line by line.
    #[arg(long)]
    syslog: bool,
    /// Its name.
    #[arg(long, value_name = "NAME")]
    name: Option<OsString>,
    /// Put a variable into its environment; without a value, yours.
    #[arg(long, value_name = "NAME[=VALUE]")]
    env: Vec<OsString>,
    /// Wait until it says that it is ready, as sd_notify(3) has it.
    #[arg(long)]
    wait_ready: bool,
    /// How long to wait for that.
    #[arg(long, value_name = "SPAN", default_value = "90s", value_parser = span)]
    timeout: Duration,
    /// How long it must live to count as up.
    #[arg(long, value_name = "SPAN", default_value = "200ms", value_parser = span)]
    grace: Duration,
    /// Show what would be done.
    #[arg(long)]
    dry_run: bool,
    /// The program and its arguments.
    #[arg(
        value_name = "CMD",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    command: Vec<OsString>,
}

/// Launches a program, and prints its pid.
///
/// # Errors
/// It did not come up.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let detach = asked(args)?;
    if args.dry_run {
        let plan = detach.plan().map_err(|error| failure(&error, args))?;
        plan::show(context, args, &plan)?;
        return Ok(ExitCode::SUCCESS);
    }
    let daemon = detach.launch().map_err(|error| failure(&error, args))?;
    match context.common.json {
        true => json(args, &detach, &daemon)?,
        false => context.print(&format!("{}\n", daemon.pid))?,
    }
    if daemon.ended.is_some() && !context.common.json {
        let note = "it has ended already, with status 0. If it detaches by itself, see its options";
        eprintln!("daemonctl: {note} for running in the foreground");
    }
    Ok(ExitCode::SUCCESS)
}

fn asked(args: &Args) -> Result<Detach, Failure> {
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(Failure::usage("give the program after --"));
    };
    if program.is_empty() {
        return Err(Failure::usage("the program's name is empty"));
    }
    let mut detach = launch::detach(program).args(arguments.iter().cloned());
    detach = detach.directory(&args.chdir).umask(args.umask).grace(args.grace);
    if let Some(user) = &args.user {
        let account = Account::parse(user).map_err(|error| {
            Failure::failed(error).hint("see which there are with: getent passwd, getent group")
        })?;
        detach = detach.account(account);
    }
    if !args.chdir.is_absolute() {
        let here = std::env::current_dir().map_err(|error| {
            Failure::failed(format_args!("cannot learn the working directory: {error}"))
        })?;
        detach = detach.directory(here.join(&args.chdir));
    }
    for variable in &args.env {
        let (name, value) = variable_of(variable)?;
        detach = detach.env(name, value);
    }
    if let Some(name) = &args.name {
        detach = detach.name(name);
    }
    if let Some(path) = &args.pidfile {
        detach = detach.pid_file(path);
    }
    if let Some(path) = &args.log {
        detach = detach.log(path);
    }
    if args.syslog {
        detach = detach.syslog();
    }
    if args.wait_ready {
        detach = detach.wait_ready(args.timeout);
    }
    Ok(detach)
}

/// `NAME=VALUE`, or the caller's value.
fn variable_of(text: &OsString) -> Result<(OsString, OsString), Failure> {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    let bytes = text.as_bytes();
    let (name, value) = match bytes.iter().position(|byte| *byte == b'=') {
        Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..)),
        None => (bytes, None),
    };
    let name = OsString::from_vec(name.to_vec());
    if name.is_empty() {
        let text = text.to_string_lossy();
        return Err(Failure::usage(format_args!("--env {text}: a variable needs a name")));
    }
    let value = match value {
        Some(value) => OsString::from_vec(value.to_vec()),
        None => std::env::var_os(&name).ok_or_else(|| {
            let name = name.to_string_lossy();
            Failure::usage(format_args!("--env {name}: you have no such variable"))
                .hint(format_args!("give its value: --env {name}=VALUE"))
        })?,
    };
    Ok((name, value))
}

fn octal(text: &str) -> Result<u32, String> {
    let number = u32::from_str_radix(text, 8).ok().filter(|mask| *mask <= 0o777);
    number.ok_or_else(|| "give an octal number up to 777, such as 027".to_owned())
}

fn span(text: &str) -> Result<Duration, String> {
    match parse_usec(text, USEC_PER_SEC) {
        Ok(INFINITY) => Ok(Duration::MAX),
        Ok(usec) => Ok(Duration::from_micros(usec)),
        Err(_) => Err("give a time span such as 30s, 500ms or infinity".to_owned()),
    }
}

fn failure(error: &DetachError, args: &Args) -> Failure {
    let program = args.command.first().map(|name| name.to_string_lossy()).unwrap_or_default();
    let message = match error {
        // These name the program themselves.
        DetachError::NotFound { .. } | DetachError::NotExecutable { .. } => error.to_string(),
        _ => format!("{program}: {error}"),
    };
    let mut failure = Failure::failed(message).with_status(status(error));
    if let Some(hint) = error.hint() {
        failure = failure.hint(hint);
    }
    failure
}

fn status(error: &DetachError) -> u8 {
    let is_denied = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    match error {
        DetachError::NotFound { .. } => exit::NO_PROGRAM,
        DetachError::NotExecutable { .. } => exit::NOT_EXECUTABLE,
        DetachError::AlreadyRuns { .. } => exit::ALREADY_RUNS,
        DetachError::Ended { .. } | DetachError::NotReady { .. } => exit::NOT_RUNNING,
        DetachError::Step { is_privilege: true, .. } => exit::NOT_PERMITTED,
        DetachError::PidFile { source: PidFileError::Io(source), .. }
        | DetachError::Log { source, .. }
            if is_denied(source) =>
        {
            exit::NOT_PERMITTED
        }
        _ => exit::FAILED,
    }
}

fn json(args: &Args, detach: &Detach, daemon: &Daemon) -> Result<(), Failure> {
    let plan = detach.plan().map_err(|error| failure(&error, args))?;
    let mut document = Document::begin(io::stdout().lock(), "detach")?;
    let mut object = plan::json(args, &plan);
    object.put("pid", daemon.pid);
    let ended = daemon.ended.map(|status| status.into_raw() >> 8);
    object.put("exit_status", Value::or_missing(ended.map(i64::from), Why::NotApplicable));
    let said = daemon.status.as_deref();
    object.put("status_text", Value::or_missing(said, Why::NotApplicable));
    document.put_json("daemon", &object.build())?;
    document.finish(&[])?;
    Ok(())
}

/// What is written where: for a person and for JSON.
fn output_of(output: &Output) -> (&'static str, Option<&std::path::Path>) {
    match output {
        Output::Null => ("null", None),
        Output::File(path) | Output::PlainFile(path) => ("file", Some(path)),
        Output::Syslog => ("syslog", None),
    }
}
