//! Comparing the labels with what daemonctl says.

use super::{Label, Scene};
use serde_json::Value;
use std::fmt::Write as _;

impl Scene {
    /// Asks `daemonctl ps` once and `daemonctl explain` for each label; shows every mismatch, then
    /// fails if there was one or if there are fewer labels than `least`.
    pub fn judge(&self, least: usize) {
        assert!(self.labels.len() >= least, "only {} labels in {}", self.labels.len(), self.name());
        let ended =
            |label: &&Label| !self.machine.root().join(format!("proc/{}", label.pid)).exists();
        let ended: Vec<_> = self.labels.iter().filter(ended).map(|label| &label.what).collect();
        assert!(ended.is_empty(), "ended before the judgement in {}: {ended:?}", self.name());
        let listed = self.ask(&["daemonctl", "ps"]).expect("ps answers");
        let by_alice = self
            .ask(&["runuser", "-u", "alice", "--", "daemonctl", "ps"])
            .expect("ps answers alice");
        let mut table = String::new();
        for label in &self.labels {
            let pid = label.pid.to_string();
            let explained = self.ask(&["daemonctl", "explain", &pid]);
            let mut wrong = Vec::new();
            match find(&listed, label.pid) {
                Some(row) => compare("ps", label, row, &mut wrong),
                None => wrong.push("ps does not show it".to_owned()),
            }
            match explained.as_ref().map(|document| find(document, label.pid)) {
                Ok(Some(explanation)) => {
                    compare("explain", label, explanation, &mut wrong);
                    compare_chain(label, explanation, &mut wrong);
                }
                Ok(None) => wrong.push("explain does not show it".to_owned()),
                Err(error) => wrong.push(error.clone()),
            }
            compare_as_user(label, find(&by_alice, label.pid), &mut wrong);
            if !wrong.is_empty() {
                let _ = writeln!(table, "  {:>6}  {}", label.pid, label.what);
                for line in wrong {
                    let _ = writeln!(table, "          {line}");
                }
            }
        }
        let count = self.labels.len();
        assert!(
            table.is_empty(),
            "wrong in the {} box ({count} labels):\n{table}\nits processes:\n{}",
            self.name(),
            self.all()
        );
        println!("{} box: {count} labels, all as the experts say", self.name());
    }

    fn ask(&self, words: &[&str]) -> Result<Value, String> {
        let words = [words, &["--json"]].concat();
        let output = self.machine.exec(&words).map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("{words:?}: {}", output.describe()));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| format!("{words:?}: {error}"))
    }
}

/// The process of that pid in a document.
pub(super) fn find(document: &Value, pid: u32) -> Option<&Value> {
    let processes = document.get("processes")?.as_array()?;
    processes.iter().find(|process| process.get("pid").and_then(Value::as_u64) == Some(pid.into()))
}

fn compare(command: &str, label: &Label, process: &Value, wrong: &mut Vec<String>) {
    let text = |pointer: &str| process.pointer(pointer).and_then(Value::as_str).unwrap_or("null");
    let (kind, sub_kind) = (text("/verdict/kind"), text("/verdict/sub_kind"));
    if kind != label.kind || !label.sub_kinds.contains(&sub_kind) {
        wrong.push(format!(
            "{command}: {kind}/{sub_kind} ({}), not {}/{}: {}",
            text("/verdict/confidence"),
            label.kind,
            label.sub_kinds.join("|"),
            text("/verdict/summary"),
        ));
    }
    let posing = process.pointer("/verdict/posing_as_kernel").and_then(Value::as_bool);
    if posing != Some(label.posing) {
        wrong.push(format!("{command}: posing_as_kernel is {posing:?}, not {}", label.posing));
    }
    if let Some(service) = &label.service
        && text("/service/name") != service
    {
        let name = text("/service/name");
        wrong.push(format!("{command}: service {name}, not {service}"));
    }
}

/// Without root's rights the answer may be that it is unknown, and less exact; not another one.
fn compare_as_user(label: &Label, process: Option<&Value>, wrong: &mut Vec<String>) {
    let pointer = "/verdict/kind";
    match process.and_then(|process| process.pointer(pointer)).and_then(Value::as_str) {
        Some(kind) if kind == label.kind || kind == "unknown" => {}
        Some(kind) => wrong.push(format!("ps as alice: {kind}, not {} or unknown", label.kind)),
        None => wrong.push("ps as alice does not show it".to_owned()),
    }
}

fn compare_chain(label: &Label, process: &Value, wrong: &mut Vec<String>) {
    let links = process.get("chain").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let text = |link: &Value, key: &str| {
        link.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let shown: Vec<String> =
        links.iter().map(|link| format!("{}:{}", text(link, "kind"), text(link, "name"))).collect();
    for (kind, name) in &label.causes {
        let has = |link: &Value| {
            kind.split('|').any(|kind| text(link, "kind") == kind)
                && text(link, "name").contains(name)
        };
        if !links.iter().any(has) {
            let shown = shown.join(" > ");
            wrong.push(format!("explain: no {kind} link named {name:?} in the chain: {shown}"));
        }
    }
    if links.is_empty() {
        wrong.push("explain: no chain of causes".to_owned());
    }
}
