//! Makes a program a daemon: `cargo run -p launch --example detach -- /tmp/nap.pid sleep 60`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let (Some(pid_file), Some(program)) = (args.next(), args.next()) else {
        eprintln!("usage: detach PIDFILE PROGRAM [ARGUMENT…]");
        return ExitCode::from(2);
    };
    match launch::detach(program).args(args).pid_file(pid_file).launch() {
        Ok(daemon) => {
            println!("up, with pid {}", daemon.pid);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            if let Some(hint) = error.hint() {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}
