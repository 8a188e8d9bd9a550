//! What is known of a service whose configuration is to be tested.

use insight::snapshot::{Account, CommandRole, Lookups, Seen, Service};

use crate::gather::lookups::paths::Resolver;

/// A service, and where to look.
pub struct Subject<'s> {
    /// The service.
    pub service: &'s Service,
    /// What was looked up.
    pub lookups: &'s Lookups,
    /// Looks at paths.
    pub resolver: &'s Resolver,
}

/// A program of the service, with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its path, or its name.
    pub program: String,
    /// Its arguments, without the program.
    pub arguments: Vec<String>,
}

impl Command {
    /// The last name of its path.
    pub fn name(&self) -> &str {
        base(&self.program)
    }
}

impl<'s> Subject<'s> {
    /// That service.
    pub fn new(service: &'s Service, lookups: &'s Lookups, resolver: &'s Resolver) -> Subject<'s> {
        Subject { service, lookups, resolver }
    }

    /// What it runs: by its definition, then what its main process runs. Wrappers that only run another program
    /// (`systemd-notify`, `start-stop-daemon`, a shell) have both.
    pub fn commands(&self) -> Vec<Command> {
        let definition = self.service.definition.iter().flat_map(|definition| &definition.commands);
        let own = definition.filter(|command| command.role == CommandRole::Main).map(|command| {
            Command { program: command.program.clone(), arguments: command.arguments.clone() }
        });
        let main = self.service.processes.first().and_then(|process| {
            // Many daemons write a title over their arguments: only the program counts.
            let program = process.program.known()?.clone();
            let words = process.command.split_ascii_whitespace();
            let is_title = base(process.command.split_ascii_whitespace().next()?) != base(&program);
            let arguments =
                if is_title { Vec::new() } else { words.skip(1).map(str::to_owned).collect() };
            Some(Command { program, arguments })
        });
        own.chain(main).flat_map(with_inner).collect()
    }

    /// The service's name without suffix and instance: `nginx` of `nginx.service`.
    pub fn name(&self) -> &str {
        let name = self.service.name.as_str();
        let name = name.strip_suffix(".service").unwrap_or(name);
        name.split('@').next().unwrap_or(name)
    }

    /// The instance: `15-main` of `postgresql@15-main.service`.
    pub fn instance(&self) -> Option<&str> {
        let name = self.service.name.strip_suffix(".service").unwrap_or(&self.service.name);
        name.split_once('@').map(|(_, instance)| instance).filter(|instance| !instance.is_empty())
    }

    /// The service's variables, by its definition: those that change what a program loads are left out.
    pub fn environment(&self) -> Vec<(String, String)> {
        let definition = self.service.definition.iter().flat_map(|definition| &definition.settings);
        let own = definition.filter(|setting| setting.key == "Environment");
        let words = own.flat_map(|setting| split(&setting.value));
        let pairs = words.filter_map(|word| {
            let (name, value) = word.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        pairs.filter(|(name, _)| is_harmless(name)).collect()
    }

    /// A variable of the definition: `Environment=`, or one of a script's own.
    pub fn variable(&self, name: &str) -> Option<String> {
        let environment = self.environment().into_iter().rev().find(|(own, _)| own == name);
        let definition = self.service.definition.as_ref();
        let setting = || definition?.setting(name).map(|setting| setting.value.clone());
        environment.map(|(_, value)| value).or_else(setting)
    }

    /// The user that starts the service: `User=`, else root. `Err`: a user that does not exist.
    pub fn user(&self) -> Result<Account, String> {
        let name = self.service.definition.as_ref().and_then(|definition| definition.user.as_ref());
        match name {
            None => Ok(root()),
            Some((name, _)) if name == "root" || name == "0" => Ok(root()),
            Some((name, _)) => match self.lookups.users.get(name) {
                Some(Seen::Known(account)) => Ok(account.clone()),
                Some(_) => Err(format!("there is no user {name}")),
                None => Err(format!("the user {name} was not looked up")),
            },
        }
    }

    /// Whether there is something at a path.
    pub fn exists(&self, path: &str) -> bool {
        self.resolver.look(path).fact.target().is_some()
    }
}

/// root's account.
pub fn root() -> Account {
    Account { name: "root".to_owned(), home: "/root".to_owned(), ..Account::default() }
}

/// The last name of a path.
pub fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A command, and before it the one that it runs, if it only runs another.
fn with_inner(outer: Command) -> Vec<Command> {
    const WRAPPERS: [&str; 7] =
        ["env", "nice", "ionice", "setpriv", "chpst", "nohup", "start-stop-daemon"];
    if !WRAPPERS.contains(&outer.name()) {
        return vec![outer];
    }
    let mut words = outer.arguments.iter();
    let inner = words.by_ref().find(|word| word.starts_with('/')).map(|program| Command {
        program: program.clone(),
        arguments: words.filter(|word| *word != "--").cloned().collect(),
    });
    inner.into_iter().chain([outer]).collect()
}

/// Words of `Environment=`, which may be quoted.
fn split(value: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut is_word) = (String::new(), None, false);
    for letter in value.chars() {
        match (quote, letter) {
            (None, '"' | '\'') => (quote, is_word) = (Some(letter), true),
            (Some(open), _) if open == letter => quote = None,
            (None, ' ' | '\t' | '\n') => {
                if std::mem::take(&mut is_word) {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => {
                word.push(letter);
                is_word = true;
            }
        }
    }
    if is_word {
        words.push(word);
    }
    words
}

/// Variables that name code to load (ld.so(8), perlrun(1), python(1), bash(1)).
fn is_harmless(name: &str) -> bool {
    const HARMFUL: [&str; 12] = [
        "BASH_ENV",
        "ENV",
        "IFS",
        "SHELLOPTS",
        "BASHOPTS",
        "GCONV_PATH",
        "NLSPATH",
        "PATH",
        "OPENSSL_CONF",
        "OPENSSL_ENGINES",
        "OPENSSL_MODULES",
        "HOME",
    ];
    let prefixes = ["LD_", "PERL", "PYTHON", "RUBY", "NODE_", "JAVA_", "PHP", "DYLD_", "BASH_FUNC"];
    !HARMFUL.contains(&name) && !prefixes.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_environment() {
        let expected = ["A=b c", "D=e", "F="].map(str::to_owned);
        assert_eq!(split("\"A=b c\" D=e  F="), expected);
        assert!(is_harmless("CONFIG") && !is_harmless("LD_PRELOAD") && !is_harmless("PERL5LIB"));
    }

    #[test]
    fn the_program_inside_a_wrapper_comes_first() {
        let words = ["--start", "--exec", "/usr/sbin/nginx", "--", "-c", "/etc/x"];
        let outer = Command {
            program: "/sbin/start-stop-daemon".to_owned(),
            arguments: words.map(str::to_owned).to_vec(),
        };
        let found = with_inner(outer);
        assert_eq!(found[0].program, "/usr/sbin/nginx");
        assert_eq!(found[0].arguments, ["-c", "/etc/x"]);
        assert_eq!(found.len(), 2);
    }
}
