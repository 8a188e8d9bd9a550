//! Names that resemble one that there is not.

use super::{names, shown};
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::Managers;

/// Most names that are suggested.
const MOST: usize = 5;

/// That no manager has a service of this name, with the nearest names of all of them.
pub fn unknown(context: &Context, managers: &Managers, name: &str) -> Failure {
    let who = match managers.all.as_slice() {
        [_] => format!("{} has no service", managers.word(0)),
        [] => "no service manager runs here: there is no service".to_owned(),
        _ => format!("none of {} has a service", managers.words(", ")),
    };
    let failure = Failure::not_found(format_args!("{who} called \"{}\"", shown(name)));
    let mut known: Vec<String> = Vec::new();
    for index in managers.indices() {
        // Names are a help only: without them the message still says what is wrong.
        let services =
            managers.ask(index, |manager| manager.services_in_brief()).unwrap_or_default();
        known.extend(services.into_iter().map(|service| service.name));
        let installed = managers.ask(index, |manager| manager.installed()).unwrap_or_default();
        known.extend(installed.into_iter().map(|installed| installed.name));
    }
    known.extend(names::provided(context, managers));
    known.sort_unstable();
    known.dedup();
    let near = nearest(known.iter().map(String::as_str), name);
    match near.is_empty() {
        true => failure.hint("`daemonctl list --all` lists the services"),
        false => failure.hint(format_args!("did you mean {}?", near.join(", "))),
    }
}

/// The nearest of the names, the nearest first, safe for a terminal.
fn nearest<'a>(names: impl Iterator<Item = &'a str>, wanted: &str) -> Vec<String> {
    let wanted = stem(wanted).to_lowercase();
    let mut scored: Vec<(usize, &str)> = names
        .filter_map(|name| Some((score(&stem(name).to_lowercase(), &wanted)?, name)))
        .collect();
    scored.sort_unstable();
    scored.dedup();
    let names = scored.into_iter().take(MOST);
    names.map(|(_, name)| present::text::clean(name.as_bytes()).into_owned()).collect()
}

fn stem(name: &str) -> &str {
    name.strip_suffix(".service").unwrap_or(name)
}

/// How far a name is from what was wanted; `None`: nobody would mean it.
fn score(name: &str, wanted: &str) -> Option<usize> {
    if name == wanted {
        return Some(0);
    }
    let length = wanted.chars().count();
    // One mistake in a short word, two in a longer one.
    let most = if length <= 4 { 1 } else { 2 };
    let distance = distance(name, wanted, most);
    let part = wanted.len() > 1 && name.contains(wanted) || name.len() > 2 && wanted.contains(name);
    match distance {
        Some(distance) if length > 2 => Some(distance),
        _ => part.then_some(most + 1),
    }
}

/// Letters that were changed, added, left out or swapped with the next one (the optimal string
/// alignment); `None` for more than `most`.
fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let width = other.len() + 1;
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..width).collect();
    for (i, a) in one.iter().enumerate() {
        let mut line = Vec::with_capacity(width);
        line.push(i + 1);
        for (j, b) in other.iter().enumerate() {
            let at = |line: &[usize], j: usize| line.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, j) + usize::from(a != b))
                .min(at(&last, j + 1) + 1)
                .min(at(&line, j) + 1);
            let swapped =
                i > 0 && j > 0 && one.get(i - 1) == Some(b) && other.get(j - 1) == Some(a);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(wanted: &str) -> Vec<String> {
        let names = ["nginx", "redis-server", "ssh", "cron", "rsyslog", "php8.2-fpm.service", "a"];
        nearest(names.into_iter(), wanted)
    }

    #[test]
    fn what_was_misspelt_comes_first() {
        assert_eq!(near("ngnix"), ["nginx"]);
        assert_eq!(near("ngixn.service"), ["nginx"]);
        assert_eq!(near("redis"), ["redis-server"]);
        assert_eq!(near("php-fpm"), Vec::<String>::new());
        assert_eq!(near("php"), ["php8.2-fpm.service"]);
        assert_eq!(near("sshd"), ["ssh"]);
        assert_eq!(near("syslog"), ["rsyslog"]);
        assert_eq!(near("CRON"), ["cron"]);
        assert_eq!(near("zzz"), Vec::<String>::new());
    }

    #[test]
    fn what_is_suggested_is_harmless() {
        assert_eq!(nearest(["ng\x1b[31minx"].into_iter(), "ng\x1b[31mix"), ["ng\\e[31minx"]);
    }
}
