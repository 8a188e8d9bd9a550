//! The command line of invoke-rc.d.

use std::ffi::OsString;

/// The original's own help, in its own layout.
pub const HELP: &str = "
invoke-rc.d, Debian/SysVinit (/etc/rc?.d) initscript subsystem.

Usage:
  invoke-rc.d [options] <basename> <action> [extra parameters]

  basename - Initscript ID, as per update-rc.d(8)
  action   - Initscript action. Known actions are:
                start, [force-]stop, [try-]restart,
                [force-]reload, status

  extra parameters are given to the initscript as they are.

Options:
  --quiet
     No error messages.
  --force
     Run the initscript whatever policy and runlevel say.
  --try-anyway
     Run it although something non-fatal is wrong.
  --disclose-deny
     Exit status 101 instead of 0 where policy or runlevel
     deny the action.
  --query
     Exit status 100 to 106, and nothing is run. Implies
     --disclose-deny and --no-fallback.
  --no-fallback
     Do nothing that policy asks for instead.
  --skip-systemd-native
     Do nothing where systemd has a unit of its own for it.
  --help
     This text.
";

/// What is to be done, and how.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// No messages.
    pub quiet: bool,
    /// Whatever policy says.
    pub force: bool,
    /// Although something is wrong.
    pub retry: bool,
    /// A denial is told by the exit status.
    pub disclose: bool,
    /// Nothing is done.
    pub query: bool,
    /// Nothing is done instead.
    pub no_fallback: bool,
    /// Nothing is done with native units.
    pub skip_native: bool,
    /// The service.
    pub service: String,
    /// What to do; several where policy wants them tried one after the other.
    pub actions: Vec<String>,
    /// Given to the script as they are.
    pub extra: Vec<OsString>,
}

/// What a command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// The help.
    Help,
    /// It makes no sense.
    Problem {
        /// Why.
        text: String,
        /// The help is shown too.
        help: bool,
        /// Nothing is said.
        quiet: bool,
    },
    /// Something is to be done.
    Invoke(Box<Invocation>),
}

/// What the arguments mean. Options may stand before the action; what is behind it is the script's.
pub fn ask(args: &[OsString]) -> Asked {
    let mut invocation = Invocation::default();
    let problem = |text: &str, help: bool, quiet: bool| {
        let text = format!("syntax error: {text}");
        Asked::Problem { text, help, quiet }
    };
    if args.is_empty() {
        return problem("missing required parameter, --help assumed", true, false);
    }
    let mut rest = args.iter();
    let mut words: Vec<String> = Vec::new();
    while words.len() < 2 {
        let Some(arg) = rest.next() else {
            return problem("missing required parameter", false, invocation.quiet);
        };
        let text = arg.to_string_lossy();
        match text.as_ref() {
            "--help" => return Asked::Help,
            "--quiet" => invocation.quiet = true,
            "--force" => (invocation.force, invocation.retry) = (true, true),
            "--try-anyway" => invocation.retry = true,
            "--disclose-deny" => invocation.disclose = true,
            "--query" => (invocation.query, invocation.disclose) = (true, true),
            "--no-fallback" => invocation.no_fallback = true,
            "--skip-systemd-native" => invocation.skip_native = true,
            option if option.starts_with("--") => {
                let text = format!("unknown option \"{option}\"");
                return problem(&text, false, invocation.quiet);
            }
            "" => return problem("invalid empty parameter", false, invocation.quiet),
            word if word.contains(char::is_whitespace) => {
                let text = format!("embedded blanks are not allowed in \"{word}\"");
                return problem(&text, false, invocation.quiet);
            }
            word => words.push(word.to_owned()),
        }
    }
    let mut words = words.into_iter();
    invocation.service = words.next().unwrap_or_default();
    invocation.actions = words.collect();
    invocation.extra = rest.cloned().collect();
    Asked::Invoke(Box::new(invocation))
}

#[cfg(test)]
mod tests {
    use super::super::super::hand_over::words;
    use super::*;

    #[test]
    fn options_stand_before_the_action() {
        let Asked::Invoke(asked) =
            ask(&words(&["--quiet", "nginx", "--query", "start", "--x", "y"]))
        else {
            panic!("it makes sense");
        };
        assert!(asked.quiet && asked.query && asked.disclose && !asked.force);
        assert_eq!(
            (asked.service.as_str(), asked.actions.as_slice()),
            ("nginx", &["start".to_owned()][..])
        );
        assert_eq!(asked.extra, words(&["--x", "y"]));
    }

    #[test]
    fn nonsense_is_refused_in_the_originals_words() {
        let said = |args: &[&str]| match ask(&words(args)) {
            Asked::Problem { text, help, .. } => (text, help),
            other => panic!("{other:?}"),
        };
        let missing = "syntax error: missing required parameter";
        assert_eq!(said(&[]), (format!("{missing}, --help assumed"), true));
        assert_eq!(said(&["nginx"]), (missing.to_owned(), false));
        assert_eq!(said(&["--bogus"]).0, "syntax error: unknown option \"--bogus\"");
        assert!(said(&["a b", "start"]).0.contains("embedded blanks"));
        assert_eq!(ask(&words(&["--help"])), Asked::Help);
    }
}
