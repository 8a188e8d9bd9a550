//! `chkconfig`, as chkconfig(8) has it: in which of the runlevels 0 to 6 services are on.
//!
//! Where systemd runs the machine, runlevels 2 to 4 stand for multi-user.target and 5 for
//! graphical.target, as systemd has it itself (runlevel(8)); OpenRC's `default` is 2 to 5.

mod grammar;
mod levels;

use std::ffi::OsString;
use std::process::ExitCode;

use host::{Refusal, RefusalKind, Verb};

use super::common::{Init, World, explain, unit_of};
use super::{hand_over, systemctl, terminal};
use grammar::Asked;
use levels::{Row, rows};

const USAGE: &str = "\
usage:   chkconfig [--list] [--type <type>] [name]
         chkconfig --add <name>
         chkconfig --del <name>
         chkconfig --override <name>
         chkconfig [--level <levels>] [--type <type>] <name> <on|off|reset|resetpriorities>";

const NOTE: &str = "
Note: Native systemd services are shown with the levels that their targets stand
      for: 2 to 4 are multi-user.target, 5 is graphical.target.

      If you want to list systemd services use 'systemctl list-unit-files'.
      To see services enabled on particular target use
      'systemctl list-dependencies [target]'.
";

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    let (asked, levels) = match grammar::read(args) {
        Ok(asked) => asked,
        Err(text) => {
            terminal::err(&text);
            return ExitCode::FAILURE;
        }
    };
    let world = World::open();
    let redirect = !args.iter().any(|arg| arg == "--no-redirect");
    let job = Job { world: &world, levels, redirect };
    ExitCode::from(job.carry_out(asked))
}

/// Whether a service is on or off anywhere already.
pub fn is_set_up(world: &World, name: &str) -> bool {
    let is_it = |row: &Row| row.name == name && is_known(world, row);
    rows(world).is_ok_and(|rows| rows.iter().any(is_it))
}

fn is_known(world: &World, row: &Row) -> bool {
    match world.init() {
        // OpenRC has no way to say that a service is off.
        Init::OpenRc => (0..7).any(|level| row.is_on(level)),
        Init::Systemd | Init::Scripts => row.is_set_up,
    }
}

struct Job<'a> {
    world: &'a World,
    /// The levels that were given; none were where it is empty.
    levels: Vec<u8>,
    /// What concerns a unit is asked of systemctl.
    redirect: bool,
}

impl Job<'_> {
    fn carry_out(&self, asked: Asked) -> u8 {
        match asked {
            Asked::Usage => {
                terminal::err(concat!("chkconfig (daemonctl) ", env!("CARGO_PKG_VERSION"), "\n"));
                terminal::err_text(USAGE);
                1
            }
            Asked::Version => {
                terminal::out(concat!(
                    "chkconfig version ",
                    env!("CARGO_PKG_VERSION"),
                    " (daemonctl)"
                ));
                0
            }
            Asked::List(name) => self.list(name.as_deref()),
            Asked::Query(name, level) => self.query(&name, level),
            Asked::Add(name) => self.add(&name),
            Asked::Delete(name) => self.delete(&name),
            Asked::On(name) => self.switch(&name, "enable", Verb::Enable),
            Asked::Off(name) => self.switch(&name, "disable", Verb::Disable),
            Asked::Reset(name) => self.change(&name, Verb::Enable, &[]),
            // The order of links is their manager's own business: nothing is out of it.
            Asked::ResetPriorities(name) | Asked::Override(name) => self.must_exist(&name),
        }
    }

    fn rows(&self) -> Result<Vec<Row>, u8> {
        rows(self.world).map_err(|error| {
            terminal::err(&format!("chkconfig: {error}"));
            1
        })
    }

    fn list(&self, name: Option<&str>) -> u8 {
        let rows = match self.rows() {
            Ok(rows) => rows,
            Err(status) => return status,
        };
        if self.world.init() == Init::Systemd {
            terminal::err_text(NOTE);
        }
        match name {
            None => rows
                .iter()
                .filter(|row| row.is_set_up)
                .for_each(|row| terminal::out_text(&row.text())),
            Some(name) => match rows.iter().find(|row| row.name == name) {
                Some(row) if row.is_set_up => terminal::out_text(&row.text()),
                Some(_) => {
                    terminal::err(&format!(
                        "service {name} supports chkconfig, but is not referenced in any runlevel (run 'chkconfig --add {name}')"
                    ));
                    return 1;
                }
                None => return self.unknown(name),
            },
        }
        0
    }

    fn unknown(&self, name: &str) -> u8 {
        terminal::err(&format!(
            "error reading information on service {name}: No such file or directory"
        ));
        1
    }

    fn must_exist(&self, name: &str) -> u8 {
        match self.rows() {
            Ok(rows) if rows.iter().any(|row| row.name == name) => 0,
            Ok(_) => self.unknown(name),
            Err(status) => status,
        }
    }

    fn query(&self, name: &str, level: Option<u8>) -> u8 {
        if level.is_none() && self.is_forwarded(name, "is-enabled") {
            return self.forward(name, "is-enabled");
        }
        let rows = match self.rows() {
            Ok(rows) => rows,
            Err(status) => return status,
        };
        let level = level.unwrap_or_else(|| levels::current(self.world));
        let is_on = rows.iter().any(|row| row.name == name && row.is_on(level));
        u8::from(!is_on)
    }

    fn is_forwarded(&self, name: &str, verb: &str) -> bool {
        let forwards = self.redirect
            && std::env::var_os("SYSTEMCTL_SKIP_REDIRECT").is_none()
            && self.world.init() == Init::Systemd
            && self.world.service(name).is_ok();
        if forwards {
            let unit = unit_of(name);
            terminal::err(&format!("Note: Forwarding request to 'systemctl {verb} {unit}'."));
        }
        forwards
    }

    /// To systemctl, in this very process's place: its exit status is ours.
    fn forward(&self, name: &str, verb: &str) -> u8 {
        let args = hand_over::words(&[verb, &unit_of(name)]);
        u8::from(systemctl::run(&args) != ExitCode::SUCCESS)
    }

    fn switch(&self, name: &str, word: &str, verb: Verb) -> u8 {
        if self.is_forwarded(name, word) {
            return self.forward(name, word);
        }
        let levels = if self.levels.is_empty() { vec![2, 3, 4, 5] } else { self.levels.clone() };
        self.change(name, verb, &levels)
    }

    /// A service becomes known: it is on where its own header says so. One that is on or off
    /// anywhere already stays as it is.
    fn add(&self, name: &str) -> u8 {
        let rows = match self.rows() {
            Ok(rows) => rows,
            Err(status) => return status,
        };
        match rows.iter().find(|row| row.name == name) {
            Some(row) if is_known(self.world, row) => 0,
            Some(_) => self.links(name, &["defaults"], Verb::Enable),
            None => self.unknown(name),
        }
    }

    /// All of a service's links go, those that stop it too.
    fn delete(&self, name: &str) -> u8 {
        match self.must_exist(name) {
            0 => self.links(name, &["remove"], Verb::Disable),
            status => status,
        }
    }

    /// Debian's tool knows more of links than that a service starts or doesn't.
    fn links(&self, name: &str, action: &[&str], verb: Verb) -> u8 {
        match hand_over::own_tool("update-rc.d") {
            Some(tool) if self.world.init() == Init::Scripts => {
                let mut command = std::process::Command::new(tool);
                command.args(["-f", name]).args(action);
                let output = command.stdin(std::process::Stdio::null()).output();
                let done = output.as_ref().is_ok_and(|output| output.status.success());
                if let Ok(output) = output
                    && !done
                {
                    String::from_utf8_lossy(&output.stderr).lines().for_each(terminal::err);
                }
                u8::from(!done)
            }
            _ => self.change(name, verb, &[]),
        }
    }

    fn change(&self, name: &str, verb: Verb, levels: &[u8]) -> u8 {
        if self.world.service(name).is_err() {
            return self.unknown(name);
        }
        let places = levels::places(self.world.init(), levels);
        if !levels.is_empty() && places.is_empty() && self.world.init() == Init::OpenRc {
            terminal::err(&format!("chkconfig: OpenRC has no runlevel for {levels:?}"));
            return 1;
        }
        match self.world.act_quietly(verb, name, &places) {
            Ok(_) => 0,
            Err(refusal) => self.refused(name, &refusal),
        }
    }

    fn refused(&self, name: &str, refusal: &Refusal) -> u8 {
        match refusal.kind {
            RefusalKind::NoSuchService => return self.unknown(name),
            RefusalKind::NotPermitted => {
                terminal::err("You do not have enough privileges to perform this operation.");
            }
            _ => {}
        }
        refusal.output.iter().for_each(|line| terminal::err(line));
        terminal::err(&format!("chkconfig: {name}: {}", explain(refusal)));
        1
    }
}
