//! The corpus of unit files: that it is whole, and that systemd says of it what is known.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;
use testkit::corpus::{Class, Corpus, Finding, Manager};

fn census(findings: &[Finding]) -> BTreeMap<Class, usize> {
    let mut census = BTreeMap::new();
    for finding in findings {
        *census.entry(finding.class).or_default() += 1;
    }
    census
}

/// Messages that no rule knows would be compared with nothing.
fn nothing_unknown(findings: &[Finding]) {
    let unknown: Vec<&Finding> =
        findings.iter().filter(|finding| finding.class == Class::Other).collect();
    assert!(unknown.is_empty(), "unknown messages: {unknown:#?}");
}

#[test]
fn units_of_packages() {
    let corpus = Corpus::get().unwrap();
    let missing = corpus.missing().unwrap();
    println!("{} packages, no longer there: {missing:?}", Corpus::packages());
    assert!(Corpus::packages() - missing.len() >= 200);
    assert_eq!(corpus.reference_version().unwrap(), "252");
    let (system, user) =
        (corpus.units(Manager::System).unwrap(), corpus.units(Manager::User).unwrap());
    assert!(system.len() > 800 && user.len() > 150, "{} and {}", system.len(), user.len());
    for (manager, units) in [(Manager::System, system), (Manager::User, user)] {
        let findings = corpus.reference(manager, &units).unwrap();
        println!("{}: {:?}", manager.name(), census(&findings));
        nothing_unknown(&findings);
        assert!(findings.iter().any(|finding| finding.class == Class::NotExecutable));
    }
}

#[test]
fn units_with_mistakes() {
    let corpus = Corpus::mutants().unwrap();
    let mutants = corpus.mutated().unwrap();
    assert!(mutants.len() >= 600, "{}", mutants.len());
    let names: Vec<String> = mutants.into_iter().map(|mutant| mutant.name).collect();
    let findings = corpus.reference(Manager::System, &names).unwrap();
    println!("{:?}", census(&findings));
    nothing_unknown(&findings);
    for class in [Class::Section, Class::Syntax, Class::UnknownDirective, Class::Value] {
        assert!(findings.iter().any(|finding| finding.class == class), "{}", class.name());
    }
}
