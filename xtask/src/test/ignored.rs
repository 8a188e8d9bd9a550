//! Ignored tests: which there are, and the reasons that their attributes give.

use std::path::PathBuf;

use serde_json::Value;

/// A test program with ignored tests.
pub struct Suite {
    /// The program.
    pub binary: PathBuf,
    /// Where it runs.
    pub folder: PathBuf,
    /// The ignored tests in it.
    pub names: Vec<String>,
    title: String,
}

/// The suites with ignored tests in what `cargo nextest list --message-format json` says. Tests
/// that `filter`, a part of their names, leaves out are not among them.
pub fn suites(listing: &str, filter: Option<&str>) -> Vec<Suite> {
    let value: Value = serde_json::from_str(listing).unwrap_or_default();
    let suites = value.get("rust-suites").and_then(Value::as_object);
    suites
        .into_iter()
        .flatten()
        .filter_map(|(title, suite)| of_suite(title, suite, filter))
        .collect()
}

fn of_suite(title: &str, suite: &Value, filter: Option<&str>) -> Option<Suite> {
    let is_ignored = |case: &Value| {
        case.pointer("/filter-match/reason").and_then(Value::as_str) == Some("ignored")
    };
    // nextest calls a test ignored before it looks at its name.
    let is_wanted = |name: &str| filter.is_none_or(|part| name.contains(part));
    let cases = suite.get("testcases")?.as_object()?.iter();
    let names: Vec<String> = cases
        .filter(|(name, case)| is_wanted(name) && is_ignored(case))
        .map(|(name, _)| name.clone())
        .collect();
    let path = |key: &str| suite.get(key).and_then(Value::as_str).map(PathBuf::from);
    (!names.is_empty()).then_some(())?;
    Some(Suite { binary: path("binary-path")?, folder: path("cwd")?, names, title: title.into() })
}

impl Suite {
    /// Every ignored test with the reason that `output`, the program's own words, gives.
    pub fn reasons(&self, output: &str) -> Vec<(String, String)> {
        let reason_of = |name: &str| {
            let mut lines = output.lines().filter_map(test_line);
            let (_, result) = lines.find(|(found, _)| *found == name)?;
            result.strip_prefix("ignored").map(reason)
        };
        let named = |name: &String| {
            (format!("{} {name}", self.title), reason_of(name).unwrap_or_else(|| reason("")))
        };
        self.names.iter().map(named).collect()
    }
}

/// Name and result of a line `test NAME ... RESULT`.
pub fn test_line(line: &str) -> Option<(&str, &str)> {
    let (name, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
    Some((name.strip_suffix(" - should panic").unwrap_or(name), result))
}

/// The reason after the word `ignored`.
pub fn reason(rest: &str) -> String {
    let reason = rest.trim_start_matches([',', ' ']);
    if reason.is_empty() { "#[ignore] without a reason".into() } else { reason.into() }
}

#[cfg(test)]
mod tests {
    use super::suites;

    #[test]
    fn ignored_tests_of_a_listing() {
        let listing = r#"{"rust-suites":{"nx::bin/nx":{"binary-path":"/b","cwd":"/c","testcases":{
            "a":{"ignored":false,"filter-match":{"status":"matches"}},
            "b":{"ignored":true,"filter-match":{"status":"mismatch","reason":"ignored"}},
            "c":{"ignored":true,"filter-match":{"status":"mismatch","reason":"ignored"}},
            "d":{"ignored":true,"filter-match":{"status":"mismatch","reason":"string"}}}}}}"#;
        let found = suites(listing, None);
        assert_eq!(found.len(), 1);
        let reasons = found[0].reasons("running 2 tests\ntest b ... ignored, not yet\n");
        assert_eq!(
            reasons,
            [
                ("nx::bin/nx b".into(), "not yet".into()),
                ("nx::bin/nx c".into(), "#[ignore] without a reason".into())
            ]
        );
        assert!(suites("", None).is_empty());
        assert_eq!(suites(listing, Some("c"))[0].names, ["c"]);
    }
}
