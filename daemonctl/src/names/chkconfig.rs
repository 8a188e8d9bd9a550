//! `chkconfig`, as chkconfig(8) has it: in which of the runlevels 0 to 6 services are on.
//!
//! Where systemd runs the machine, runlevels 2 to 4 stand for multi-user.target and 5 for
//! graphical.target, as systemd has it itself (runlevel(8)); OpenRC's `default` is 2 to 5.

mod levels;

use std::ffi::OsString;
use std::process::ExitCode;

use host::{Refusal, RefusalKind, Verb};

use super::common::{Init, World, explain, plain, unit_of};
use super::getopt::{self, Line, Opt, Order, flag, valued};
use super::{hand_over, systemctl, terminal};
use levels::{Row, digits, rows};

const OPTIONS: &[Opt] = &[
    flag('A', "add", ""),
    flag('D', "del", ""),
    flag('O', "override", ""),
    flag('N', "no-redirect", ""),
    flag('L', "list", ""),
    valued('l', "level", ""),
    valued('l', "levels", ""),
    valued('T', "type", ""),
    flag('h', "help", ""),
    flag('v', "version", ""),
];

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

/// What a command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Usage,
    Version,
    /// All services, or one.
    List(Option<String>),
    Add(String),
    Delete(String),
    Override(String),
    /// Whether it is on in a level, or in the current one.
    Query(String, Option<u8>),
    On(String),
    Off(String),
    Reset(String),
    /// Levels are left as they are, the order of the links is worked out anew.
    ResetPriorities(String),
}

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    if let Some(letter) = args.iter().map(|arg| arg.to_string_lossy()).find(|arg| is_letter(arg)) {
        return problem(&format!("{letter}: unknown option"));
    }
    let line = match getopt::parse(OPTIONS, args, Order::Anywhere) {
        Ok(line) => line,
        Err(text) => return problem(&popt(args, &text)),
    };
    let (asked, levels) = match ask(&line) {
        Ok(asked) => asked,
        Err(text) => return problem(&text),
    };
    let world = World::open();
    let job = Job { world: &world, levels, redirect: !line.has('N') };
    ExitCode::from(job.carry_out(asked))
}

fn problem(text: &str) -> ExitCode {
    terminal::err(text);
    ExitCode::FAILURE
}

/// The letters of the table are for looking up: only two of them can be typed.
fn is_letter(arg: &str) -> bool {
    arg.starts_with('-') && !arg.starts_with("--") && !matches!(arg, "-h" | "-v" | "-")
}

/// Problems of the command line, as the library that the original uses words them.
fn popt(args: &[OsString], text: &str) -> String {
    if text.contains("requires an argument") {
        let option = args.last().map(|arg| arg.to_string_lossy()).unwrap_or_default();
        return format!("{option}: missing argument");
    }
    let unknown = args.iter().map(|arg| arg.to_string_lossy()).find(|arg| {
        arg.starts_with('-') && !OPTIONS.iter().any(|option| **arg == format!("--{}", option.long))
    });
    format!("{}: unknown option", unknown.unwrap_or_default())
}

/// What is asked for, and the levels that were given.
fn ask(line: &Line) -> Result<(Asked, Vec<u8>), String> {
    if line.has('v') {
        return Ok((Asked::Version, Vec::new()));
    }
    if line.has('h') {
        return Ok((Asked::Usage, Vec::new()));
    }
    let kind = line.value('T').map(|kind| kind.to_string_lossy().into_owned());
    if kind.is_some_and(|kind| kind != "sysv" && kind != "xinetd") {
        return Err("--type must be 'sysv' or 'xinetd'".to_owned());
    }
    if ['L', 'A', 'D', 'O'].iter().filter(|letter| line.has(**letter)).count() > 1 {
        return Err("only one of --list, --add, --del, or --override may be specified".to_owned());
    }
    let levels = match line.value('l') {
        Some(text) => match digits(&text.to_string_lossy()) {
            Some(levels) => levels,
            None => return Ok((Asked::Usage, Vec::new())),
        },
        None => Vec::new(),
    };
    let words = line.texts();
    let names: Vec<&str> = words.iter().map(|word| plain(base_name(word))).collect();
    let one = |make: fn(String) -> Asked| match names.as_slice() {
        [name] if !name.is_empty() => make((*name).to_owned()),
        _ => Asked::Usage,
    };
    let asked = match () {
        () if line.has('A') => one(Asked::Add),
        () if line.has('D') => one(Asked::Delete),
        () if line.has('O') => one(Asked::Override),
        () if line.has('L') && names.len() > 1 => Asked::Usage,
        () if line.has('L') => Asked::List(names.first().map(|&name| name.to_owned())),
        () => change(&words, &levels)?,
    };
    Ok((asked, levels))
}

fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn change(words: &[String], levels: &[u8]) -> Result<Asked, String> {
    let Some(name) = words.first().map(|name| plain(name).to_owned()) else {
        let asked = if levels.is_empty() { Asked::List(None) } else { Asked::Usage };
        return Ok(asked);
    };
    Ok(match words.get(1).map(String::as_str) {
        None if levels.len() > 1 => {
            return Err("only one runlevel may be specified for a chkconfig query".to_owned());
        }
        None => Asked::Query(name, levels.first().copied()),
        Some("on") => Asked::On(name),
        Some("off") => Asked::Off(name),
        Some("reset") => Asked::Reset(name),
        Some("resetpriorities") => Asked::ResetPriorities(name),
        Some(_) => Asked::Usage,
    })
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
                terminal::out(concat!("chkconfig version ", env!("CARGO_PKG_VERSION"), " (daemonctl)"));
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
            None => rows.iter().filter(|row| row.is_set_up).for_each(|row| terminal::out_text(&row.text())),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(args: &[&str]) -> Result<(Asked, Vec<u8>), String> {
        let line = getopt::parse(OPTIONS, &hand_over::words(args), Order::Anywhere)?;
        ask(&line)
    }

    #[test]
    fn the_grammar_is_chkconfig_8s() {
        let nginx = || "nginx".to_owned();
        let plain = |asked| Ok((asked, Vec::new()));
        assert_eq!(asked(&[]), plain(Asked::List(None)));
        assert_eq!(asked(&["--list"]), plain(Asked::List(None)));
        assert_eq!(asked(&["--list", "nginx"]), plain(Asked::List(Some(nginx()))));
        assert_eq!(asked(&["nginx"]), plain(Asked::Query(nginx(), None)));
        assert_eq!(asked(&["nginx", "on"]), plain(Asked::On(nginx())));
        assert_eq!(asked(&["--add", "nginx"]), plain(Asked::Add(nginx())));
        assert_eq!(asked(&["--add"]), plain(Asked::Usage));
        assert_eq!(asked(&["nginx", "bogus"]), plain(Asked::Usage));
        assert_eq!(
            asked(&["--level", "35", "nginx", "off"]),
            Ok((Asked::Off(nginx()), vec![3, 5]))
        );
        assert_eq!(asked(&["--levels=3", "nginx"]), Ok((Asked::Query(nginx(), Some(3)), vec![3])));
        assert!(asked(&["--level", "35", "nginx"]).unwrap_err().contains("only one runlevel"));
        assert!(asked(&["--add", "--del", "x"]).unwrap_err().contains("only one of"));
        assert!(asked(&["--type", "bogus", "x"]).unwrap_err().contains("--type must be"));
    }
}
