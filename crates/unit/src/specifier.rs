//! Specifiers: `%i` and its kin (systemd.unit(5), SPECIFIERS).
//!
//! [`Expander`] replaces them for one unit, from the unit's name and from [`Facts`]. As in systemd
//! an unknown letter costs the setting (or the word of a list) that it stands in, a `%` before
//! anything that is no letter or digit stays as it is, and so does one at the end. What is known of
//! no unit on disk (the boot id of a tree that does not run) stays in the text too:
//! [`Expander::remarks`] tells of it.

use std::borrow::Cow;

use memchr::memchr;

use crate::{diagnostic::Problem, escape, name::Name};

mod facts;
mod replacement;
mod wrong;

use replacement::{Replacement, folder_of, number, unescaped};
use wrong::{lone_percent, no_value, remark_on, too_long, unknown};

pub use facts::{Account, Directories, Facts, OsRelease, assignments};

/// What a text holds at most when its specifiers are replaced, in bytes: systemd's longest line.
pub const MAX_EXPANDED_BYTES: usize = 1 << 20;

/// Which specifiers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope<'a> {
    /// All.
    Text,
    /// Those that fit into a unit's name.
    Name,
    /// The same, in `[Install]`: a template's instance is the default one.
    Install(Option<&'a str>),
}

/// Replaces specifiers for one unit.
#[derive(Clone, Copy, Debug)]
pub struct Expander<'a> {
    facts: &'a Facts,
    name: &'a Name,
    fragment: Option<&'a str>,
    default_instance: Option<&'a str>,
    is_install: bool,
}

impl<'a> Expander<'a> {
    /// For the unit of that name.
    pub fn new(facts: &'a Facts, name: &'a Name) -> Expander<'a> {
        Expander { facts, name, fragment: None, default_instance: None, is_install: false }
    }

    /// The same with the path of the unit's fragment, links followed: what `%y` and `%Y` stand for.
    #[must_use]
    pub fn with_fragment(self, path: Option<&'a str>) -> Expander<'a> {
        Expander { fragment: path.filter(|path| !path.is_empty()), ..self }
    }

    /// For `[Install]`, which takes only specifiers that fit into a name; the instance of a
    /// template is there what `DefaultInstance=` says.
    pub fn for_install(
        facts: &'a Facts,
        name: &'a Name,
        default_instance: Option<&'a str>,
    ) -> Expander<'a> {
        let default_instance = default_instance.filter(|_| name.is_template());
        Expander { facts, name, fragment: None, default_instance, is_install: true }
    }

    /// The text with all specifiers replaced, `%%` by `%`.
    ///
    /// # Errors
    /// A specifier that is unknown, or that has no value for this unit. systemd then ignores the
    /// whole setting, or the word of a list.
    pub fn expand<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Problem> {
        self.replace(text, self.scope())
    }

    /// The same for a text that names a unit: the specifiers that name paths are unknown there.
    ///
    /// # Errors
    /// As of [`Expander::expand`].
    pub fn expand_name<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Problem> {
        let scope = match self.scope() {
            Scope::Text => Scope::Name,
            scope => scope,
        };
        self.replace(text, scope)
    }

    /// What is worth a word about a text that [`Expander::expand`] takes: specifiers that stay
    /// because nobody knows their value, and a `%` that stands for itself.
    pub fn remarks(&self, text: &str) -> Vec<Problem> {
        let scope = self.scope();
        let remark = |at, letter: Option<char>| match letter {
            Some('%') => None,
            Some(letter) if letter.is_ascii_alphanumeric() => {
                let Replacement::Stays = self.value(letter, scope) else { return None };
                Some(remark_on(at, letter))
            }
            letter => Some(lone_percent(at..at + 1 + letter.map_or(0, char::len_utf8))),
        };
        specifiers(text).filter_map(|(at, letter)| remark(at, letter)).take(100).collect()
    }

    fn scope(&self) -> Scope<'a> {
        match self.is_install {
            true => Scope::Install(self.default_instance),
            false => Scope::Text,
        }
    }

    fn replace<'t>(&self, text: &'t str, scope: Scope<'a>) -> Result<Cow<'t, str>, Problem> {
        // Most texts have none.
        if memchr(b'%', text.as_bytes()).is_none() {
            return Ok(Cow::Borrowed(text));
        }
        let mut out = String::with_capacity(text.len().min(MAX_EXPANDED_BYTES) + 32);
        let mut copied = 0;
        for (at, letter) in specifiers(text) {
            out.push_str(text.get(copied..at).unwrap_or_default());
            let end = at + 1 + letter.map_or(0, char::len_utf8);
            let range = at..end;
            copied = end;
            let Some(letter) = letter.filter(char::is_ascii_alphanumeric) else {
                out.push_str(match letter {
                    Some('%') => "%",
                    _ => text.get(range).unwrap_or_default(),
                });
                continue;
            };
            match self.value(letter, scope) {
                Replacement::Text(value) => out.push_str(&value),
                Replacement::Stays => out.push_str(text.get(range).unwrap_or_default()),
                Replacement::Unknown => {
                    return Err(unknown(range, letter, scope == Scope::Text));
                }
                Replacement::Fails(why) => return Err(no_value(range, letter, &why)),
            }
            if out.len() > MAX_EXPANDED_BYTES {
                return Err(too_long(text));
            }
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        if out.len() > MAX_EXPANDED_BYTES { Err(too_long(text)) } else { Ok(Cow::Owned(out)) }
    }

    fn value(&self, letter: char, scope: Scope<'a>) -> Replacement<'a> {
        match self.of_name(letter, scope) {
            Replacement::Unknown => {}
            known => return known,
        }
        match self.of_machine(letter) {
            Replacement::Unknown if scope == Scope::Text => self.of_text(letter),
            known => known,
        }
    }

    /// What the unit's name says and fits into a name.
    fn of_name(&self, letter: char, scope: Scope<'a>) -> Replacement<'a> {
        let default = match scope {
            Scope::Install(default) => default,
            _ => None,
        };
        let with_default = |stem: &'a str| match default {
            Some(instance) => Replacement::from(format!("{stem}{instance}")),
            None => stem.into(),
        };
        match letter {
            'i' => default.or(self.name.instance()).unwrap_or_default().into(),
            'j' => self.last_component().into(),
            'n' => match default {
                None => self.name.as_str().into(),
                Some(instance) => match self.name.with_instance(instance) {
                    Some(name) => Replacement::from(name.as_str().to_owned()),
                    None => Replacement::Fails(format!("`{instance}` is no instance")),
                },
            },
            'N' => with_default(self.name.stem()),
            'p' => self.name.prefix().into(),
            _ => Replacement::Unknown,
        }
    }

    fn last_component(&self) -> &'a str {
        let prefix = self.name.prefix();
        prefix.rsplit_once('-').map_or(prefix, |(_, last)| last)
    }

    /// What is so on the machine and fits into a name.
    fn of_machine(&self, letter: char) -> Replacement<'a> {
        let facts = self.facts;
        let os = |field: fn(&OsRelease) -> &str| facts.os.as_ref().map(field).into();
        let account = facts.account.as_ref();
        match letter {
            'a' => facts.architecture.as_deref().into(),
            'b' => facts.boot_id.as_deref().into(),
            'm' => facts.machine_id.as_deref().into(),
            'H' => facts.host_name.as_deref().into(),
            'l' => facts.short_host_name().into(),
            'q' => facts.pretty_host_name.as_deref().or(facts.short_host_name()).into(),
            'v' => facts.kernel_release.as_deref().into(),
            'A' => os(|os| &os.image_version),
            'B' => os(|os| &os.build_id),
            'M' => os(|os| &os.image_id),
            'o' => os(|os| &os.id),
            'w' => os(|os| &os.version_id),
            'W' => os(|os| &os.variant_id),
            'u' => account.map(|account| &*account.user).into(),
            'g' => account.map(|account| &*account.group).into(),
            'U' => number(account.map(|account| account.uid)),
            'G' => number(account.map(|account| account.gid)),
            _ => Replacement::Unknown,
        }
    }

    /// What does not fit into a name: paths.
    fn of_text(&self, letter: char) -> Replacement<'a> {
        let directories = &self.facts.directories;
        let account = self.facts.account.as_ref();
        let name = self.name;
        match letter {
            'I' => unescaped(escape::unescape(name.instance().unwrap_or_default())),
            'J' => unescaped(escape::unescape(self.last_component())),
            'P' => unescaped(escape::unescape(name.prefix())),
            'f' if name.instance().is_none() && name.is_hashed() => {
                Replacement::Fails("the name stands for a path that was too long for it".into())
            }
            'f' => unescaped(escape::unescape_path(name.instance().unwrap_or(name.prefix()))),
            'y' => self.fragment_or_failure(|path| path),
            'Y' => self.fragment_or_failure(folder_of),
            'C' => directories.cache.as_deref().into(),
            'D' => directories.shared.as_deref().into(),
            'E' => directories.configuration.as_deref().into(),
            'L' => directories.logs.as_deref().into(),
            'S' => directories.state.as_deref().into(),
            't' => directories.runtime.as_deref().into(),
            'T' => directories.temporary.as_deref().into(),
            'V' => directories.large_temporary.as_deref().into(),
            'd' => match directories.runtime.as_deref() {
                Some(runtime) => format!("{runtime}/credentials/{name}").into(),
                None => Replacement::Stays,
            },
            'h' => account.map(|account| &*account.home).into(),
            's' => account.map(|account| &*account.shell).into(),
            // The unit's control group: obsolete, and only a running manager knows it.
            'c' | 'r' | 'R' => Replacement::Stays,
            _ => Replacement::Unknown,
        }
    }

    fn fragment_or_failure(&self, part: impl Fn(&str) -> &str) -> Replacement<'a> {
        match self.fragment {
            Some(path) => Replacement::Text(Cow::Borrowed(part(path))),
            None => Replacement::Fails("the unit has no file of its own".to_owned()),
        }
    }
}

/// Where each `%` stands that begins a specifier, and the character behind it.
fn specifiers(text: &str) -> impl Iterator<Item = (usize, Option<char>)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let at = from + memchr(b'%', rest.as_bytes())?;
        let letter = text.get(at + 1..)?.chars().next();
        from = at + 1 + letter.map_or(0, char::len_utf8);
        Some((at, letter))
    })
}
