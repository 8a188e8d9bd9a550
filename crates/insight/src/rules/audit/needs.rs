//! What services are known to need: nobody is blamed for that.

mod all;
mod some;

/// Why a service is as privileged as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privilege {
    /// It needs all that root can: it starts what others ask for, or is part of the system itself.
    All,
    /// One process of it needs root, and these capabilities only.
    Some(&'static [&'static str]),
}

/// A known need.
#[derive(Debug)]
pub(crate) struct Needs {
    /// Names of programs.
    pub(crate) programs: &'static [&'static str],
    /// What it must be allowed.
    pub(crate) privilege: Privilege,
    /// Why, as the rest of a sentence that begins with its name.
    pub(crate) why: &'static str,
    /// Settings that would disturb it, by directive.
    pub(crate) not: &'static [&'static str],
}

const fn all(programs: &'static [&'static str], why: &'static str) -> Needs {
    Needs { programs, privilege: Privilege::All, why, not: &[] }
}

const fn some(
    programs: &'static [&'static str],
    capabilities: &'static [&'static str],
    why: &'static str,
    not: &'static [&'static str],
) -> Needs {
    Needs { programs, privilege: Privilege::Some(capabilities), why, not }
}

/// What is known of a program: by the name of its file, or of its process.
pub(crate) fn of(program: &str) -> Option<&'static Needs> {
    let name = program.rsplit('/').next().unwrap_or(program);
    all::NEEDS.iter().chain(some::NEEDS).find(|needs| needs.programs.contains(&name))
}
