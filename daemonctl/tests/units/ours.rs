//! What `daemonctl verify` says.

use serde_json::Value;
use std::process::{Command, Stdio};
use testkit::corpus::{Corpus, Manager};

/// One of its findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ours {
    pub severity: String,
    pub code: String,
    pub unit: String,
    pub place: Option<(String, usize)>,
    pub message: String,
}

/// Its findings for units of the tree, hints left out: systemd gives none.
pub fn verify(corpus: &Corpus, manager: Manager, units: &[String]) -> Vec<Ours> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daemonctl"));
    command.arg("verify").arg("--json").arg("--root").arg(corpus.root());
    if manager == Manager::User {
        command.arg("--user");
    }
    let output = command.arg("--").args(units).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "verify ended with {}: {stderr}", output.status);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap();
    findings.iter().map(finding).filter(|finding| finding.severity != "hint").collect()
}

fn finding(value: &Value) -> Ours {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let line = value["line"].as_u64().map(|line| usize::try_from(line).unwrap());
    let file = value["file"].as_str().map(|file| match file.starts_with("/lib/") {
        true => format!("/usr{file}"),
        false => file.to_owned(),
    });
    Ours {
        severity: text("severity"),
        code: text("code"),
        unit: text("unit"),
        place: file.zip(line),
        message: text("message"),
    }
}
