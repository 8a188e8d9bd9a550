//! The services that words of the command line mean: names, patterns, pids, `:ports`, `/paths` and
//! states.
//!
//! A plain name costs one question to each manager. Processes are looked at only for a word that
//! is about one.

mod names;
mod near;
mod pattern;
mod processes;
mod states;

use std::collections::{HashMap, HashSet};

use host::Service;
use unit::UnitType;

use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{Chosen, Managers, Unanswered, option_of};
pub use names::unit_type;
pub use near::unknown;
pub use pattern::{Pattern, is_pattern};
use processes::Processes;

/// How words are understood.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Only services in one of these states, in any manager's words; without a WHAT, all of them.
    pub states: &'a [String],
    /// Patterns match what is installed and not loaded too.
    pub all: bool,
    /// A name that no manager knows is the first manager's.
    pub allow_unknown: bool,
    /// A name that several managers have means the service of each; else it is an error.
    pub every_manager: bool,
    /// What is told of single services is wanted too: where that is how a name is looked up, it is kept.
    pub fetch: bool,
    /// The subcommand and its options, to say what else could be typed: `restart`.
    pub verb: &'a str,
}

/// What came of the words.
#[derive(Debug, Default)]
pub struct Resolution {
    /// The services, in the order of the words, each once.
    pub chosen: Vec<Chosen>,
    /// What was told of some of them, where [`Options::fetch`] is on.
    pub fetched: HashMap<Chosen, Service>,
    /// Words that mean no service.
    pub unresolved: Vec<Unresolved>,
}

/// A word that means no service.
#[derive(Debug)]
pub struct Unresolved {
    /// As it was typed.
    pub word: String,
    /// No manager has such a service. Else a manager could not be asked, or the word is ambiguous.
    pub is_unknown: bool,
    /// What to say.
    pub failure: Failure,
}

impl Unresolved {
    fn new(word: &str, failure: Failure) -> Unresolved {
        Unresolved { word: word.to_owned(), is_unknown: false, failure }
    }

    fn unknown(word: &str, failure: Failure) -> Unresolved {
        Unresolved { is_unknown: true, ..Unresolved::new(word, failure) }
    }
}

/// The services that the words mean, each once, in the order of the words.
///
/// # Errors
/// A word that means none, or that two managers have a service for.
pub fn resolve(
    context: &Context,
    managers: &Managers,
    what: &[String],
    options: &Options<'_>,
) -> Result<Vec<Chosen>, Failure> {
    let resolution = resolve_each(context, managers, what, options)?;
    match resolution.unresolved.into_iter().next() {
        Some(unresolved) => Err(unresolved.failure),
        None => Ok(resolution.chosen),
    }
}

/// The same, word by word: what one word does not mean keeps nothing from the others.
///
/// # Errors
/// A state that there is not, or a manager that can't be asked for the states of its services.
pub fn resolve_each(
    context: &Context,
    managers: &Managers,
    what: &[String],
    options: &Options<'_>,
) -> Result<Resolution, Failure> {
    let mut resolver = Resolver {
        context,
        managers,
        options,
        processes: Processes::default(),
        lists: Vec::new(),
        fetched: HashMap::new(),
    };
    let mut resolution = Resolution::default();
    let mut seen = HashSet::new();
    let mut add = |found: Vec<Chosen>| {
        found.into_iter().filter(|chosen| seen.insert(chosen.clone())).collect::<Vec<_>>()
    };
    if what.is_empty() && !options.states.is_empty() {
        resolution.chosen = add(resolver.everything()?);
    }
    for word in what {
        match resolver.word(word) {
            Ok(found) => resolution.chosen.extend(add(found)),
            Err(unresolved) => resolution.unresolved.push(unresolved),
        }
    }
    if !options.states.is_empty() {
        resolver.keep_states(&mut resolution.chosen)?;
    }
    resolution.fetched = resolver.fetched;
    Ok(resolution)
}

fn shown(text: &str) -> std::borrow::Cow<'_, str> {
    present::text::clean(text.as_bytes())
}

/// What is asked for one run of words, each list once.
struct Resolver<'a> {
    context: &'a Context,
    managers: &'a Managers,
    options: &'a Options<'a>,
    processes: Processes,
    /// Names that patterns are held against, by manager, for services alone and for all types.
    lists: Vec<((usize, bool), Vec<String>)>,
    /// As [`Resolution::fetched`].
    fetched: HashMap<Chosen, Service>,
}

impl Resolver<'_> {
    fn word(&mut self, word: &str) -> Result<Vec<Chosen>, Unresolved> {
        let wrong = |failure| Unresolved::new(word, failure);
        if word.is_empty() {
            let failure = Failure::usage("an empty WHAT");
            return Err(wrong(failure.hint("give a service, a pattern, a pid, :port or /path")));
        }
        if word.starts_with(['/', ':']) || word.starts_with("./") || word.starts_with("../") {
            let found = self.processes.of_word(self.context, self.managers, word);
            return found.map_err(wrong);
        }
        if is_pattern(word) {
            return self.pattern(word);
        }
        match word.bytes().all(|byte| byte.is_ascii_digit()) {
            true => self.processes.of_word(self.context, self.managers, word).map_err(wrong),
            false => self.name(word),
        }
    }

    /// The service of that name, of the one manager that has it.
    fn name(&mut self, word: &str) -> Result<Vec<Chosen>, Unresolved> {
        let mut found = Vec::new();
        let mut unanswered: Option<Unanswered> = None;
        for manager in self.managers.indices() {
            let looked_up = match self.options.fetch && names::is_systemds(self.managers, manager) {
                true => self.fetch(manager, word),
                false => names::find(self.context, self.managers, manager, word),
            };
            match looked_up {
                Ok(Some(name)) => found.push(Chosen { manager, name }),
                Ok(None) => {}
                Err(error) => unanswered = unanswered.or(Some(error)),
            }
        }
        match (found.as_slice(), unanswered) {
            // Who did not answer might have one of that name too; the one that is known is meant.
            ([_], _) => Ok(found),
            ([], Some(error)) => Err(Unresolved::new(word, error.into())),
            ([], None) if self.options.allow_unknown => {
                let name = names::spelled(self.managers, 0, word);
                Ok(vec![Chosen { manager: 0, name }])
            }
            ([], None) => {
                Err(Unresolved::unknown(word, unknown(self.context, self.managers, word)))
            }
            _ if self.options.every_manager => Ok(found),
            _ => Err(Unresolved::new(word, self.ambiguous(word, &found))),
        }
    }

    /// Looks a name up by asking for all that its manager tells of the service.
    fn fetch(&mut self, manager: usize, word: &str) -> Result<Option<String>, Unanswered> {
        let name = names::spelled(self.managers, manager, word);
        match self.managers.ask(manager, |m| m.service(&name)) {
            Ok(service) => {
                let name = service.name.clone();
                self.fetched.insert(Chosen { manager, name: name.clone() }, service);
                Ok(Some(name))
            }
            Err(error) if error.is_no_such_service() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn ambiguous(&self, word: &str, found: &[Chosen]) -> Failure {
        let kinds: Vec<_> =
            found.iter().filter_map(|c| Some(self.managers.of(c)?.kind())).collect();
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        let verb = if self.options.verb.is_empty() { "VERB" } else { self.options.verb };
        let commands: Vec<String> = kinds
            .iter()
            .map(|kind| format!("daemonctl {verb} {} {}", option_of(*kind), shown(word)))
            .collect();
        Failure::failed(format_args!(
            "{} each have a service \"{}\"",
            names.join(" and "),
            shown(word)
        ))
        .hint(format_args!("say which: {}", commands.join("  or  ")))
    }

    fn pattern(&mut self, word: &str) -> Result<Vec<Chosen>, Unresolved> {
        let pattern = Pattern::new(word);
        // A pattern that ends in a type of unit means units of that type.
        let units = unit_type(word).is_some_and(|kind| kind != UnitType::Service);
        let mut found = Vec::new();
        for manager in self.managers.indices() {
            let names =
                self.names(manager, units).map_err(|error| Unresolved::new(word, error.into()))?;
            let names = names.iter().filter(|name| pattern.matches_service(name));
            found.extend(names.map(|name| Chosen { manager, name: name.clone() }));
        }
        if found.is_empty() && !self.options.allow_unknown {
            let failure =
                Failure::not_found(format_args!("no service matches \"{}\"", shown(word)));
            let failure = failure.hint(match self.options.all {
                true => "`daemonctl list --all` lists the services",
                false => "`daemonctl list --all` lists also what is not loaded",
            });
            return Err(Unresolved::unknown(word, failure));
        }
        Ok(found)
    }

    /// The names that a manager has, for patterns.
    fn names(&mut self, manager: usize, units: bool) -> Result<&[String], Unanswered> {
        let key = (manager, units);
        if !self.lists.iter().any(|(known, _)| *known == key) {
            let services = self.managers.ask(manager, |m| match units {
                true => m.units(),
                false => m.services_in_brief(),
            })?;
            let mut names: Vec<String> = services.into_iter().map(|s| s.name).collect();
            if self.options.all {
                let installed = self.managers.ask(manager, |m| m.installed())?;
                // A template is no service; its instances are.
                let names_of = installed.into_iter().map(|installed| installed.name);
                names.extend(names_of.filter(|name| {
                    !name.contains("@.")
                        && (units || unit_type(name).is_none_or(|t| t == UnitType::Service))
                }));
                names.sort_unstable();
                names.dedup();
            }
            self.lists.push((key, names));
        }
        let list = self.lists.iter().find(|(known, _)| *known == key);
        Ok(list.map_or(&[], |(_, names)| names))
    }
}

#[cfg(test)]
mod tests;
