//! What `daemonctl diagnose --json` answered, and whether that is right.

use super::{Case, State};
use serde_json::Value;

/// What is said first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct First {
    /// The rule.
    pub rule: String,
    /// `error`, `warning`, `info`.
    pub severity: String,
    /// The title and the sentence.
    pub text: String,
}

/// An answer, as far as it is judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The findings in their order, without those below others.
    pub findings: Vec<First>,
    /// Rule and title of every finding of severity error, those below others too.
    pub errors: Vec<String>,
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// When it is no JSON or has no findings, not even none.
    pub fn read(text: &str) -> Result<Self, String> {
        let document: Value =
            serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
        let lists = document.get("services").and_then(Value::as_array);
        let lists: Vec<&Value> = match lists {
            Some(services) => services.iter().filter_map(|one| one.get("findings")).collect(),
            None => document.get("findings").into_iter().collect(),
        };
        if lists.is_empty() {
            return Err("no list of findings".to_owned());
        }
        let mut answer = Self::default();
        for finding in lists.iter().filter_map(|list| list.as_array()).flatten() {
            answer.findings.push(first(finding));
            errors_in(finding, &mut answer.errors);
        }
        Ok(answer)
    }
}

fn first(finding: &Value) -> First {
    let text = |key: &str| finding.get(key).and_then(Value::as_str).unwrap_or_default();
    First {
        rule: text("rule").to_owned(),
        severity: text("severity").to_owned(),
        text: format!("{}: {}", text("title"), text("sentence")),
    }
}

fn errors_in(finding: &Value, errors: &mut Vec<String>) {
    let this = first(finding);
    if this.severity == "error" {
        errors.push(format!("{}: {}", this.rule, this.text));
    }
    let below = finding.get("consequences").and_then(Value::as_array);
    for finding in below.into_iter().flatten() {
        errors_in(finding, errors);
    }
}

/// How a trial came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Right,
    /// Not: what is wrong with the answer.
    Wrong(String),
    /// The case could not be tried as it is meant: that is the table's fault.
    Unfit(String),
}

/// Whether an answer is right for a case.
#[must_use]
pub fn judge(case: &Case, answer: &Answer) -> Verdict {
    if !case.is_fault() {
        return match answer.errors.first() {
            Some(error) => Verdict::Wrong(format!("nothing is wrong, yet: {error}")),
            None => Verdict::Right,
        };
    }
    let Some(first) = answer.findings.first() else {
        return Verdict::Wrong("no finding".to_owned());
    };
    if !case.rules.contains(&first.rule) {
        return Verdict::Wrong(format!("{}: {}", first.rule, first.text));
    }
    let said = first.text.to_lowercase();
    let is_named =
        |words: &&Vec<String>| words.iter().any(|word| said.contains(&word.to_lowercase()));
    if let Some(missing) = case.words.iter().find(|words| !is_named(words)) {
        let missing = missing.join(" or ");
        return Verdict::Wrong(format!("{} does not name {missing}: {}", first.rule, first.text));
    }
    if case.state == State::Broken && first.severity != "error" {
        return Verdict::Wrong(format!("{} is no {}: {}", first.rule, first.severity, first.text));
    }
    Verdict::Right
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::cases_of;

    const TAKEN: &str = r#"{"services": [{"findings": [{"rule": "port-taken", "severity": "error",
        "title": "port 80 is taken", "sentence": "By apache2.", "consequences": [{"rule":
        "start-limit", "severity": "error", "title": "t", "sentence": "s"}]}]}]}"#;

    fn judged(case: &str, answer: &str) -> Verdict {
        let case = cases_of("t", &format!("[case]\n{case}\n")).unwrap().remove(0);
        judge(&case, &Answer::read(answer).unwrap())
    }

    #[test]
    fn the_first_finding_must_be_right_and_name_it() {
        let right = "rules: address-taken port-taken\nwords: 80|eighty Apache2";
        assert_eq!(judged(right, TAKEN), Verdict::Right);
        for wrong in
            ["rules: exit-status\nwords: 80", "rules: port-taken\nwords: 81", "state: runs"]
        {
            assert!(matches!(judged(wrong, TAKEN), Verdict::Wrong(_)), "{wrong}");
        }
        let none = r#"{"services": [{"findings": []}]}"#;
        assert!(matches!(judged(right, none), Verdict::Wrong(_)));
        assert_eq!(judged("state: rests", none), Verdict::Right);
    }

    #[test]
    fn what_is_broken_is_an_error_and_what_runs_need_not_be() {
        let warning = TAKEN.replace("error", "warning");
        let case = "rules: port-taken\nwords: 80";
        assert!(matches!(judged(case, &warning), Verdict::Wrong(_)));
        assert_eq!(judged(&format!("{case}\nstate: runs"), &warning), Verdict::Right);
        assert_eq!(judged("state: runs", &warning), Verdict::Right);
    }

    #[test]
    fn errors_below_others_count() {
        assert_eq!(Answer::read(TAKEN).unwrap().errors.len(), 2);
        assert!(Answer::read("{}").is_err());
        assert!(Answer::read("daemonctl: no").is_err());
    }
}
