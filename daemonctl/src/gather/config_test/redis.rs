//! redis.conf: Redis has no test of it. What is said here is what Redis would say.

mod words;

use super::subject::{Subject, base};
use super::{Complaint, Parsed};
use crate::gather::lookups;
use words::kind;

const FILE_BYTES: u64 = 4 * 1024 * 1024;
const FILES: [&str; 5] = [
    "/etc/redis/redis.conf",
    "/etc/redis.conf",
    "/etc/valkey/valkey.conf",
    "/etc/valkey.conf",
    "/etc/keydb/keydb.conf",
];
/// Files that include each other end here.
const DEPTH_MAX: usize = 10;

/// The file that the service reads, and those that it includes.
pub fn parse(subject: &Subject<'_>) -> Option<Parsed> {
    let commands = subject.commands();
    // Sentinel's language is another.
    let is_sentinel = |command: &super::subject::Command| {
        base(&command.program).contains("sentinel")
            || command.arguments.iter().any(|a| a == "--sentinel")
    };
    if commands.iter().any(is_sentinel) || subject.name().contains("sentinel") {
        return None;
    }
    let given = commands.iter().flat_map(|command| &command.arguments);
    let given = given.take_while(|word| !word.starts_with("--")).find(|word| word.starts_with('/'));
    let there = || FILES.iter().find(|file| subject.exists(file)).map(|file| (*file).to_owned());
    let file = given.cloned().or_else(there)?;
    let mut reader =
        Reader { subject, complaints: Vec::new(), is_broken: subject.service.is_broken() };
    reader.file(&file, None, 0);
    Some(Parsed { complaints: reader.complaints, harmless: false })
}

struct Reader<'s> {
    subject: &'s Subject<'s>,
    complaints: Vec<Complaint>,
    /// The service does not run: words that are not known here are what is wrong with it. Of one that runs, they are
    /// those of a newer version.
    is_broken: bool,
}

impl Reader<'_> {
    /// Reads a file; `from` is where it is included.
    fn file(&mut self, path: &str, from: Option<(&str, usize)>, depth: usize) {
        let fact = self.subject.resolver.look(path).fact;
        let Some(text) = lookups::start(self.subject.resolver, path, FILE_BYTES) else {
            let is_missing = fact.missing().is_some();
            if is_missing {
                let why = format!("can't open config file '{path}': No such file or directory");
                let (file, line) = from.unwrap_or((path, 0));
                self.complain(file, line, why);
            }
            return;
        };
        for (index, line) in text.lines().enumerate() {
            if let Err(why) = self.line(path, index + 1, line, depth) {
                self.complain(path, index + 1, why);
                // Redis reads no further.
                return;
            }
        }
    }

    fn complain(&mut self, file: &str, line: usize, why: String) {
        let line = u32::try_from(line).ok().filter(|line| *line > 0);
        self.complaints.push((Some(file.to_owned()), line, why));
    }

    fn line(&mut self, path: &str, number: usize, line: &str, depth: usize) -> Result<(), String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let words = split(line).ok_or("Unbalanced quotes in configuration line")?;
        let Some((name, values)) = words.split_first() else { return Ok(()) };
        let name = name.to_ascii_lowercase();
        let Some(kind) = kind(&name) else { return self.unknown(&name) };
        words::check(kind, values).map_err(|why| format!("{name}: {why}"))?;
        match (&*name, values.first()) {
            // A pattern may match nothing.
            ("include", Some(file))
                if depth < DEPTH_MAX
                    && file.starts_with('/')
                    && !file.contains(['*', '?', '[']) =>
            {
                self.file(file, Some((path, number)), depth + 1);
            }
            ("dir", Some(dir)) => self
                .must_be_there(dir)
                .map_err(|what| format!("dir: can't chdir to '{dir}': {what}"))?,
            ("loadmodule", Some(module)) => self
                .must_be_there(module)
                .map_err(|what| format!("can't load module from {module}: {what}"))?,
            ("logfile", Some(file)) if file.starts_with('/') => {
                let folder = file.rsplit_once('/').map_or("/", |(folder, _)| folder);
                self.must_be_there(if folder.is_empty() { "/" } else { folder })
                    .map_err(|what| format!("can't open the log file {file}: {what}"))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn must_be_there(&self, path: &str) -> Result<(), String> {
        let fact = self.subject.resolver.look(path).fact;
        match path.starts_with('/').then(|| fact.missing()).flatten() {
            Some(step) => Err(format!("No such file or directory ({})", step.path)),
            None => Ok(()),
        }
    }

    fn unknown(&self, name: &str) -> Result<(), String> {
        let near = lookups::nearest(name, words::names());
        let hint = near.first().map(|near| format!(" (is {near} meant?)")).unwrap_or_default();
        // Modules have settings of their own, with a dot or after their name.
        let may_be_foreign = name.contains('.') || (near.is_empty() && !self.is_broken);
        match may_be_foreign {
            true => Ok(()),
            false => Err(format!("Bad directive or wrong number of arguments: {name}{hint}")),
        }
    }
}

/// Words as `sdssplitargs` has them; `None`: quotes are not balanced.
fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut letters = line.chars().peekable();
    loop {
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        let Some(&first) = letters.peek() else { return Some(words) };
        let mut word = String::new();
        let quote = Some(first).filter(|first| matches!(first, '"' | '\''));
        if quote.is_some() {
            letters.next();
        }
        loop {
            let letter = letters.next();
            match (quote, letter) {
                (Some(_), None) => return None,
                (Some('"'), Some('\\')) => word.extend(letters.next()),
                (Some('\''), Some('\\')) if letters.peek() == Some(&'\'') => {
                    word.extend(letters.next())
                }
                (Some(open), Some(letter)) if letter == open => {
                    // After a closing quote there is a blank, or nothing.
                    if letters.peek().is_some_and(|next| !next.is_whitespace()) {
                        return None;
                    }
                    break;
                }
                (None, None) => break,
                (None, Some(letter)) if letter.is_whitespace() => break,
                // A quote within a word opens one too.
                (None, Some('"' | '\'')) => return split_inner(&words, line),
                (_, Some(letter)) => word.push(letter),
            }
        }
        words.push(word);
    }
}

/// A word with quotes inside (`a"b c"`) is rare: it is taken as it is where its quotes are balanced.
fn split_inner(before: &[String], line: &str) -> Option<Vec<String>> {
    let is_balanced = ['"', '\''].iter().all(|quote| line.matches(*quote).count() % 2 == 0);
    let rest = line.split_whitespace().skip(before.len()).map(str::to_owned);
    is_balanced.then(|| before.iter().cloned().chain(rest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_quotes() {
        let words = |line: &str| split(line).map(|words| words.join("|"));
        assert_eq!(words("save 900 1").as_deref(), Some("save|900|1"));
        assert_eq!(words("requirepass \"a b\\\"c\"").as_deref(), Some("requirepass|a b\"c"));
        assert_eq!(words("save \"\"").as_deref(), Some("save|"));
        assert_eq!(words("requirepass \"abc"), None);
        assert_eq!(words("requirepass 'abc'd"), None);
        assert_eq!(words("rename-command CONFIG ''").as_deref(), Some("rename-command|CONFIG|"));
    }

    #[test]
    fn values_that_redis_refuses() {
        let check = |name: &str, values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            words::check(kind(name).unwrap(), &values)
        };
        assert!(check("appendonly", &["yes"]).is_ok() && check("appendonly", &["maybe"]).is_err());
        assert!(check("maxmemory", &["2gb"]).is_ok() && check("maxmemory", &["lots"]).is_err());
        assert!(check("port", &["6379"]).is_ok() && check("port", &["abc"]).is_err());
        assert!(check("port", &["70000"]).is_err() && check("timeout", &[]).is_err());
        assert!(check("save", &["900", "1"]).is_ok() && check("save", &["900", "1", "2"]).is_err());
        assert!(check("save", &[""]).is_ok() && check("save", &["x", "y"]).is_err());
        assert!(
            check("appendfsync", &["everysec"]).is_ok() && check("appendfsync", &["x"]).is_err()
        );
        assert!(check("bind", &["127.0.0.1", "-::1"]).is_ok());
        assert!(check("maxmemory-policy", &["allkeys-lru"]).is_ok());
    }
}
