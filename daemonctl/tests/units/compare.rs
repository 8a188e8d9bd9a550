//! Two lists of findings, side by side.

use super::ours::Ours;
use std::fmt::Write as _;
use testkit::corpus::{Class, Corpus, Finding};

/// How alike two findings have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The same place and the same code.
    Code,
    /// The same place: of a line with several mistakes, one may see another.
    Place,
}

/// A kind of finding that we make and systemd 252 does not, on purpose.
pub struct OnPurpose {
    /// Why, as docs/differences.md has it.
    pub reason: &'static str,
    /// Whether a finding of ours that has no counterpart is one of these.
    pub is_one: fn(&Corpus, &Ours) -> bool,
}

/// What is found by one alone, for people; and how often each difference on purpose was seen.
pub struct Differences {
    pub text: String,
    pub count: usize,
    pub on_purpose: Vec<usize>,
}

/// Compares.
pub fn compare(
    corpus: &Corpus,
    theirs: &[Finding],
    ours: &[Ours],
    measure: Measure,
    on_purpose: &[OnPurpose],
) -> Differences {
    let mut found =
        Differences { text: String::new(), count: 0, on_purpose: vec![0; on_purpose.len()] };
    for finding in theirs.iter().filter(|finding| finding.class != Class::Masked) {
        if ours.iter().any(|own| is_same(finding, own, measure)) {
            continue;
        }
        found.add("systemd alone", &their_line(finding));
    }
    for own in ours {
        if theirs.iter().any(|finding| is_same(finding, own, measure)) {
            continue;
        }
        match on_purpose.iter().position(|known| (known.is_one)(corpus, own)) {
            Some(known) => found.on_purpose[known] += 1,
            None => found.add("ours alone   ", &own_line(own)),
        }
    }
    found
}

impl Differences {
    fn add(&mut self, whose: &str, line: &str) {
        self.count += 1;
        // The first ones say what is wrong.
        if self.count <= 200 {
            writeln!(self.text, "{whose} {line}").unwrap();
        }
    }
}

fn is_same(finding: &Finding, own: &Ours, measure: Measure) -> bool {
    let code = finding.class.name();
    if let Some(place) = &finding.place {
        // What is deprecated in one version is obsolete or no value in a later one.
        let is_later = code == "deprecated" && ["obsolete", "value"].contains(&&*own.code);
        let is_code = own.code == code || is_later;
        return own.place.as_ref() == Some(place) && (measure == Measure::Place || is_code);
    }
    let about_it = template(&finding.unit) == template(&own.unit);
    let names = |subject: &Option<String>| {
        subject.as_ref().is_some_and(|subject| {
            // Above the root there is the root.
            let plain = subject.strip_prefix("/..").unwrap_or(subject);
            [subject, plain, &template(subject)].iter().any(|name| own.message.contains(*name))
        })
    };
    match finding.class {
        Class::NotExecutable => own.code == code && about_it && names(&finding.subject),
        // systemd names the unit that was asked for, we the one that needs what is missing. And of
        // several that are missing it names one, by chance.
        Class::NoSuchUnit => own.code == code && (about_it || names(&finding.subject)),
        // Whatever it is that keeps the unit from loading.
        Class::BadSetting => own.severity == "error" && about_it,
        Class::Cycle => own.code == code,
        _ => own.code == code && about_it,
    }
}

/// The template's name for the instances that stand for it: `i`, and `internal` for a connection.
fn template(unit: &str) -> String {
    unit.replacen("@i.", "@.", 1).replacen("@internal.", "@.", 1)
}

fn their_line(finding: &Finding) -> String {
    let Finding { unit, place, class, message, .. } = finding;
    match place {
        Some((file, line)) => format!("{file}:{line}: [{}] {message}", class.name()),
        None => format!("{unit}: [{}] {message}", class.name()),
    }
}

fn own_line(own: &Ours) -> String {
    let Ours { severity, code, unit, place, message } = own;
    match place {
        Some((file, line)) => format!("{file}:{line}: [{code}] {severity}: {message} ({unit})"),
        None => format!("{unit}: [{code}] {severity}: {message}"),
    }
}
