use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;

use super::*;
use crate::cli::Cli;
use crate::managers::ManagerOptions;

/// A machine with init scripts and nothing that runs.
struct Root(PathBuf);

impl Root {
    fn new(name: &str) -> Root {
        let path = std::env::temp_dir().join(format!("resolve-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("etc/init.d")).unwrap();
        Root(path)
    }

    fn script(&self, name: &str, text: &str) -> &Self {
        fs::write(self.0.join("etc/init.d").join(name), text).unwrap();
        self
    }

    fn resolve(&self, what: &[&str], options: &Options<'_>) -> Result<Vec<String>, String> {
        let root = self.0.display().to_string();
        let cli = Cli::try_parse_from(["daemonctl", "--system-root", &root, "ps"]).unwrap();
        let context = Context::new(cli.common);
        let asked = ManagerOptions { manager: Some(crate::managers::Which::Sysv), user: false };
        let managers = Managers::open(&context, &asked).map_err(|f| f.to_string())?;
        let what: Vec<String> = what.iter().map(|word| (*word).to_owned()).collect();
        let chosen = resolve(&context, &managers, &what, options).map_err(|f| f.to_string())?;
        Ok(chosen.into_iter().map(|chosen| chosen.name).collect())
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn machine(name: &str) -> Root {
    let root = Root::new(name);
    let pid_file = Path::new("/run/gone-for-sure.pid");
    root.script("nginx", "#!/bin/sh\nDAEMON=/usr/sbin/nginx\n")
        .script("ssh", "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: sshd\n### END INIT INFO\n")
        .script("php7-fpm", &format!("#!/bin/sh\nPIDFILE={}\n", pid_file.display()))
        .script("php8-fpm", "#!/bin/sh\n")
        .script("README", "not a script\n");
    root
}

#[test]
fn names_patterns_and_what_is_provided() {
    let root = machine("names");
    let all = |what: &[&str]| root.resolve(what, &Options::default());
    assert_eq!(all(&["nginx"]).unwrap(), ["nginx"]);
    assert_eq!(all(&["nginx.service", "sshd", "nginx"]).unwrap(), ["nginx", "ssh"]);
    assert_eq!(all(&["php*", "nginx", "*"]).unwrap(), ["php7-fpm", "php8-fpm", "nginx", "ssh"]);
    assert_eq!(all(&["/etc/init.d/nginx"]).unwrap(), ["nginx"]);
    assert_eq!(all(&["/run/gone-for-sure.pid"]).unwrap(), ["php7-fpm"]);
}

#[test]
fn what_there_is_not_says_what_there_is() {
    let root = machine("unknown");
    let one = |what: &str| root.resolve(&[what], &Options::default()).unwrap_err();
    assert!(one("ngnix").contains("did you mean nginx?"), "{}", one("ngnix"));
    assert!(one("README").contains("no service called \"README\""), "{}", one("README"));
    assert!(one("mysql*").contains("no service matches"), "{}", one("mysql*"));
    assert!(one("..").contains("no service called"), "{}", one(".."));
    assert!(one("nginx.timer").contains("no service called"), "{}", one("nginx.timer"));
    let wild = one("a\x1b[31m\nb");
    assert!(!wild.contains('\x1b') && wild.lines().count() == 2, "{wild}");
    let lenient = Options { allow_unknown: true, ..Options::default() };
    assert_eq!(root.resolve(&["mysql.service"], &lenient).unwrap(), ["mysql"]);
}

#[test]
fn states_choose_among_the_words_or_among_all() {
    let root = machine("states");
    let in_state = |states: &[&str], what: &[&str]| {
        let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
        root.resolve(what, &Options { states: &states, ..Options::default() }).unwrap()
    };
    assert_eq!(in_state(&["stopped"], &[]), ["php7-fpm"]);
    assert_eq!(in_state(&["not running", "failed"], &["php*"]), ["php7-fpm"]);
    assert_eq!(in_state(&["failed"], &[]), Vec::<String>::new());
}

#[test]
fn script_names_are_not_led_astray() {
    let root = machine("types");
    assert_eq!(unit_type("a.b.service"), Some(UnitType::Service));
    assert_eq!(unit_type(".service"), None);
    assert_eq!(unit_type("php8.2-fpm"), None);
    assert!(root.resolve(&["etc/init.d/nginx"], &Options::default()).is_err());
}

/// A manager with services of these names; or one that hangs.
struct Fake {
    kind: host::ManagerKind,
    names: &'static [&'static str],
    hangs: bool,
    asked: std::sync::Arc<std::sync::atomic::AtomicU32>,
}

fn fake(kind: host::ManagerKind, names: &'static [&'static str]) -> Box<Fake> {
    Box::new(Fake { kind, names, hangs: false, asked: Default::default() })
}

impl Fake {
    fn ask<T>(&self, answer: T) -> Result<T, host::HostError> {
        self.asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if !self.hangs {
            return Ok(answer);
        }
        let address = bus::Address::direct("/run/systemd/private");
        let waited = std::time::Duration::from_secs(5);
        let source = bus::BusError::TimedOut { address, waited };
        Err(host::HostError::Bus { manager: self.kind, source })
    }
}

impl host::ServiceManager for Fake {
    fn kind(&self) -> host::ManagerKind {
        self.kind
    }

    fn services(&self) -> Result<Vec<host::Service>, host::HostError> {
        self.ask(self.names.iter().map(|name| host::Service::new(name, self.kind)).collect())
    }

    fn service(&self, name: &str) -> Result<host::Service, host::HostError> {
        self.ask(())?;
        match self.names.contains(&name) {
            true => Ok(host::Service::new(name, self.kind)),
            false => {
                let name = name.to_owned();
                Err(host::HostError::NoSuchService { manager: self.kind, name })
            }
        }
    }

    fn installed(&self) -> Result<Vec<host::Installed>, host::HostError> {
        self.ask(Vec::new())
    }

    fn jobs(&self) -> Result<Vec<host::Job>, host::HostError> {
        self.ask(Vec::new())
    }

    fn dependencies(&self, _: &str, _: bool) -> Result<Vec<host::Dependency>, host::HostError> {
        self.ask(Vec::new())
    }

    fn ability(&self, _: host::Verb) -> host::Ability {
        host::Ability::Can
    }

    fn act(&self, _: &host::Request<'_>, _: &mut dyn host::Watch) -> Vec<host::Outcome> {
        Vec::new()
    }

    fn reload_definitions(&self) -> Result<host::Done, host::Refusal> {
        Ok(host::Done::default())
    }
}

fn two() -> Managers {
    use host::ManagerKind::{Systemd, SystemdUser};
    Managers::of_all(vec![
        fake(Systemd, &["dbus.service", "nginx.service", "php8.2-fpm.service"]),
        fake(SystemdUser, &["dbus.service", "pipewire.service"]),
    ])
}

fn among(managers: &Managers, what: &[&str], options: &Options<'_>) -> Result<Vec<Chosen>, String> {
    let cli = Cli::try_parse_from(["daemonctl", "ps"]).unwrap();
    let what: Vec<String> = what.iter().map(|word| (*word).to_owned()).collect();
    resolve(&Context::new(cli.common), managers, &what, options).map_err(|f| f.to_string())
}

#[test]
fn a_name_that_two_managers_have_is_never_guessed() {
    let managers = two();
    let options = Options { verb: "restart", ..Options::default() };
    let error = among(&managers, &["nginx", "dbus"], &options).unwrap_err();
    assert!(error.contains("systemd and systemd-user"), "{error}");
    assert!(error.contains("daemonctl restart --manager systemd dbus"), "{error}");
    assert!(error.contains("daemonctl restart --user dbus"), "{error}");
    let reading = Options { every_manager: true, ..options };
    let found = among(&managers, &["dbus"], &reading).unwrap();
    assert_eq!(found.iter().map(|chosen| chosen.manager).collect::<Vec<_>>(), [0, 1]);
    let own = among(&managers, &["pipewire"], &options).unwrap();
    assert_eq!(own, [Chosen { manager: 1, name: "pipewire.service".into() }]);
    // A dot in a name is no type.
    let php = among(&managers, &["php8.2-fpm"], &options).unwrap();
    assert_eq!(php, [Chosen { manager: 0, name: "php8.2-fpm.service".into() }]);
    let error = among(&managers, &["pipewrie"], &options).unwrap_err();
    assert!(error.contains("none of systemd, systemd-user"), "{error}");
    assert!(error.contains("did you mean pipewire.service?"), "{error}");
}

#[test]
fn a_manager_that_hangs_is_asked_once() {
    let hanging = Fake {
        kind: host::ManagerKind::Systemd,
        names: &[],
        hangs: true,
        asked: Default::default(),
    };
    let managers = Managers::of_all(vec![Box::new(hanging)]);
    let context = Context::new(Cli::try_parse_from(["daemonctl", "ps"]).unwrap().common);
    let what: Vec<String> = ["a", "b", "c", "d*"].map(str::to_owned).into();
    let found = resolve_each(&context, &managers, &what, &Options::default()).unwrap();
    assert_eq!(found.unresolved.len(), 4);
    assert!(found.unresolved.iter().all(|unresolved| !unresolved.is_unknown));
    let asked = managers.ask(0, |_| -> Result<(), host::HostError> { panic!("asked again") });
    assert!(matches!(asked, Err(Unanswered::Silent(_))));
}

#[test]
fn a_plain_name_is_one_question() {
    let nginx = fake(host::ManagerKind::Systemd, &["nginx.service"]);
    let asked = std::sync::Arc::clone(&nginx.asked);
    let managers = Managers::of_all(vec![nginx]);
    let found = among(&managers, &["nginx"], &Options::default()).unwrap();
    assert_eq!((found.len(), asked.load(std::sync::atomic::Ordering::SeqCst)), (1, 1));
}

#[test]
fn what_was_told_while_a_name_was_looked_up_is_not_asked_again() {
    let nginx = fake(host::ManagerKind::Systemd, &["nginx.service", "redis.service"]);
    let asked = std::sync::Arc::clone(&nginx.asked);
    let managers = Managers::of_all(vec![nginx]);
    let context = Context::new(Cli::try_parse_from(["daemonctl", "ps"]).unwrap().common);
    let what = ["nginx", "redis", "nginx.service"].map(str::to_owned);
    let options = Options::default();
    let looked = crate::service_view::lookup::look(&context, &managers, &what, &options, 0);
    let looked = looked.unwrap();
    let names: Vec<&str> = looked.filled.views.iter().map(|view| view.name.as_str()).collect();
    assert_eq!(names, ["nginx.service", "redis.service"]);
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 3, "one question a word");
}
