//! Signals that scripts send to their program.

use super::account::signal;
use super::call::Call;
use super::ssd_options::{Opt, Options};
use crate::shell::Field;
use crate::{Command, Word};

/// A signal that is sent with `start-stop-daemon --stop --signal`, `supervise-daemon --signal`,
/// `kill` or `killproc`: a reload.
pub(super) fn sent_signal(call: &Call) -> Option<String> {
    match call.name().as_str() {
        "start-stop-daemon" | "supervise-daemon" => {
            let options = Options::of(call.rest(), false);
            signal(&options.value(Opt::Signal)?)
        }
        "kill" | "killproc" | "killall" | "pkill" => {
            let mut words = call.rest().iter().filter_map(Field::fixed);
            let first = words.find(|word| word.starts_with('-') && word != "-p")?;
            match first.as_str() {
                "-s" | "--signal" => signal(&words.next()?),
                "-0" => None,
                given => signal(given),
            }
        }
        _ => None,
    }
}

/// The command with which the main process is sent a signal.
pub(super) fn signal_command(signal: &str) -> Command {
    let signal = signal.trim_start_matches("SIG");
    let mut command = Command::of(["/bin/kill".to_owned(), format!("-{signal}")]);
    let mut pid = Word::default();
    pid.push_variable("MAINPID");
    command.argv.push(pid);
    command
}
