//! The options of start-stop-daemon(8), Debian's and OpenRC's, and of supervise-daemon(8).

use crate::shell::Field;

/// What an option says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opt {
    Start,
    Stop,
    Status,
    Test,
    Exec,
    StartAs,
    Name,
    PidFile,
    MakePidFile,
    Background,
    Chuid,
    User,
    Group,
    Chdir,
    Chroot,
    Umask,
    Nice,
    ProcSched,
    IoSched,
    IoNice,
    OomScore,
    Retry,
    Signal,
    Output,
    Stdout,
    Stderr,
    Env,
    NotifyAwait,
    NotifyTimeout,
    RespawnDelay,
    RespawnMax,
    RespawnPeriod,
    NoNewPrivs,
    /// It has no meaning for what a service is.
    Nothing,
    /// The same, with a value.
    NothingOf,
    /// No other language has it; with a value.
    ForeignOf,
}

impl Opt {
    fn takes_value(self) -> bool {
        use Opt::{
            Background, MakePidFile, NoNewPrivs, Nothing, NotifyAwait, Start, Status, Stop, Test,
        };
        !matches!(
            self,
            Start
                | Stop
                | Status
                | Test
                | MakePidFile
                | Background
                | NotifyAwait
                | NoNewPrivs
                | Nothing
        )
    }
}

/// Long names, letters.
const OPTIONS: [(&str, &str, Opt); 50] = [
    ("--start", "-S", Opt::Start),
    ("--stop", "-K", Opt::Stop),
    ("--status", "-T", Opt::Status),
    ("--test", "-t", Opt::Test),
    ("--exec", "-x", Opt::Exec),
    ("--startas", "-a", Opt::StartAs),
    ("--name", "-n", Opt::Name),
    ("--pidfile", "-p", Opt::PidFile),
    ("--make-pidfile", "-m", Opt::MakePidFile),
    ("--background", "-b", Opt::Background),
    ("--chuid", "-c", Opt::Chuid),
    ("--user", "-u", Opt::User),
    ("--group", "-g", Opt::Group),
    ("--chdir", "-d", Opt::Chdir),
    ("--chroot", "-r", Opt::Chroot),
    ("--umask", "-k", Opt::Umask),
    ("--nicelevel", "-N", Opt::Nice),
    ("--procsched", "-P", Opt::ProcSched),
    ("--iosched", "-I", Opt::IoSched),
    ("--ionice", "", Opt::IoNice),
    ("--oom-score-adj", "", Opt::OomScore),
    ("--retry", "-R", Opt::Retry),
    ("--signal", "-s", Opt::Signal),
    ("--output", "-O", Opt::Output),
    ("--stdout", "-1", Opt::Stdout),
    ("--stderr", "-2", Opt::Stderr),
    ("--env", "-e", Opt::Env),
    ("--notify-await", "", Opt::NotifyAwait),
    ("--notify-timeout", "", Opt::NotifyTimeout),
    ("--respawn-delay", "-D", Opt::RespawnDelay),
    ("--respawn-max", "", Opt::RespawnMax),
    ("--respawn-period", "", Opt::RespawnPeriod),
    ("--no-new-privs", "", Opt::NoNewPrivs),
    ("--no_new_privs", "", Opt::NoNewPrivs),
    ("--quiet", "-q", Opt::Nothing),
    ("--verbose", "-v", Opt::Nothing),
    ("--oknodo", "-o", Opt::Nothing),
    ("--no-close", "-C", Opt::Nothing),
    ("--remove-pidfile", "", Opt::Nothing),
    ("--progress", "", Opt::Nothing),
    ("--interpreted", "-i", Opt::Nothing),
    ("--wait", "-w", Opt::NothingOf),
    ("--pid", "", Opt::NothingOf),
    ("--ppid", "", Opt::NothingOf),
    ("--stdout-logger", "-3", Opt::ForeignOf),
    ("--stderr-logger", "-4", Opt::ForeignOf),
    ("--capabilities", "", Opt::ForeignOf),
    ("--secbits", "", Opt::ForeignOf),
    ("--healthcheck-timer", "", Opt::ForeignOf),
    ("--healthcheck-delay", "", Opt::ForeignOf),
];

/// An invocation.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    /// What it says, with values.
    pub given: Vec<(Opt, Field)>,
    /// What stands behind `--`, and before it where no option takes it.
    pub arguments: Vec<Field>,
    /// What could not be read, as it is written.
    pub unread: Vec<String>,
}

impl Options {
    /// Reads what stands behind the name. OpenRC's letters are those of its own program.
    pub fn of(words: &[Field], is_openrc: bool) -> Options {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(text) = word.fixed() else {
                match word.settings().next() {
                    // A variable of a settings file that is usually empty.
                    Some((name, _)) => options.unread.push(format!("${name}")),
                    None => options.unread.push(word.to_source()),
                }
                continue;
            };
            if text == "--" {
                options.arguments.extend(words.cloned());
                break;
            }
            if !text.starts_with('-') || text == "-" {
                options.arguments.push(word.clone());
                continue;
            }
            match text.starts_with("--") {
                true => options.long(&text, is_openrc, &mut words),
                false => options.letters(&text, is_openrc, &mut words),
            }
        }
        options
    }

    fn long<'w>(
        &mut self,
        text: &str,
        is_openrc: bool,
        words: &mut impl Iterator<Item = &'w Field>,
    ) {
        let (name, given) = match text.split_once('=') {
            Some((name, value)) => (name, Some(Field::known(value))),
            None => (text, None),
        };
        // Long names may be cut short.
        let exact = OPTIONS.iter().find(|row| row.0 == name);
        let found = exact.or_else(|| OPTIONS.iter().find(|row| row.0.starts_with(name)));
        // Debian's only looks for processes of that user.
        let found = found.map(|row| match row.2 {
            Opt::User if is_openrc => Opt::Chuid,
            option => option,
        });
        match found {
            Some(option) if option.takes_value() => {
                let value = given.or_else(|| words.next().cloned()).unwrap_or_default();
                self.given.push((option, value));
            }
            Some(option) => self.given.push((option, Field::default())),
            None => self.unread.push(text.to_owned()),
        }
    }

    fn letters<'w>(
        &mut self,
        text: &str,
        is_openrc: bool,
        words: &mut impl Iterator<Item = &'w Field>,
    ) {
        let mut letters = text.chars().skip(1);
        while let Some(letter) = letters.next() {
            match by_letter(letter, is_openrc) {
                Some(option) if option.takes_value() => {
                    let rest: String = letters.by_ref().collect();
                    let value = match rest.is_empty() {
                        true => words.next().cloned().unwrap_or_default(),
                        false => Field::known(&rest),
                    };
                    self.given.push((option, value));
                }
                Some(option) => self.given.push((option, Field::default())),
                None => self.unread.push(format!("-{letter}")),
            }
        }
    }

    /// Whether an option is given.
    pub fn has(&self, option: Opt) -> bool {
        self.given.iter().any(|(given, _)| *given == option)
    }

    /// The value that is given last, where it is known.
    pub fn value(&self, option: Opt) -> Option<String> {
        let found = self.given.iter().rev().find(|(given, _)| *given == option);
        found.and_then(|(_, value)| value.fixed()).filter(|value| !value.is_empty())
    }

    /// How an option is called.
    pub fn name(option: Opt) -> &'static str {
        OPTIONS.iter().find(|row| row.2 == option).map_or("", |row| row.0)
    }
}

fn by_letter(letter: char, is_openrc: bool) -> Option<Opt> {
    if is_openrc && letter == 'u' {
        return Some(Opt::Chuid);
    }
    OPTIONS.iter().find(|row| row.1.chars().nth(1) == Some(letter)).map(|row| row.2)
}
