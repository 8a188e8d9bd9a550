//! Which setting a service does not bear: half of them at a time.

use insight::proposal::Proposed;

use super::health::Health;
use super::report::Report;
use super::{restarted, text_of, undo};
use crate::commands::audit::drop_in_file::DropInFile;
use crate::commands::audit::subject::Subject;
use crate::context::Context;
use crate::failure::Failure;

/// So often the service is restarted for it, the last time with all that it bears.
const RESTARTS_MAX: usize = 6;

/// Settings that only make sense together.
const TOGETHER: &[&[&str]] = &[
    &["ProtectSystem", "ReadWritePaths"],
    &["DevicePolicy", "DeviceAllow"],
    &["IPAddressDeny", "IPAddressAllow"],
    &["SystemCallFilter", "SystemCallErrorNumber"],
];

/// Finds the settings to blame, and leaves the others in place if the service bears these.
///
/// # Errors
/// The service does not come back as it was.
pub fn find(
    context: &Context,
    subject: &Subject<'_>,
    before: &Health,
    file: &DropInFile,
    settings: &[Proposed],
    report: &mut Report,
) -> Result<(), Failure> {
    let bears = |families: &[Vec<Proposed>]| {
        let settings: Vec<Proposed> = families.iter().flatten().cloned().collect();
        let text = text_of(subject, &settings);
        let written = file.put(text.as_bytes());
        // What failed often is not started any more until that is forgotten.
        let _ = subject.act(host::Verb::ResetFailed);
        let is_well = written.is_ok() && restarted(context, subject, before).is_ok();
        (is_well, settings, text)
    };
    let all = families(settings);
    let mut suspects: Vec<usize> = (0..all.len()).collect();
    for _ in 1..RESTARTS_MAX {
        if suspects.len() < 2 {
            break;
        }
        let (half, rest) = suspects.split_at(suspects.len() / 2);
        let tried: Vec<_> = half.iter().filter_map(|at| all.get(*at)).cloned().collect();
        suspects = if bears(&tried).0 { rest.to_vec() } else { half.to_vec() };
    }
    let is_suspect = |at: &usize| suspects.contains(at);
    let of = |wanted: bool| {
        let chosen = all.iter().enumerate().filter(|(at, _)| is_suspect(at) == wanted);
        chosen.map(|(_, family)| family.clone()).collect::<Vec<_>>()
    };
    report.blamed = of(true).into_iter().flatten().collect();
    let others = of(false);
    if !others.is_empty() {
        let (is_well, settings, text) = bears(&others);
        if is_well {
            report.applied = settings;
            report.drop_in = text;
            report.figures = subject.figures(&report.applied);
            return Ok(());
        }
    }
    report.blame_is_unsure = true;
    undo(context, subject, before, file)
}

/// Settings by what belongs together, in their order.
fn families(settings: &[Proposed]) -> Vec<Vec<Proposed>> {
    let family = |key: &str| {
        TOGETHER.iter().find(|keys| keys.contains(&key)).and_then(|keys| keys.first().copied())
    };
    let mut all: Vec<(String, Vec<Proposed>)> = Vec::new();
    for setting in settings {
        let name = family(&setting.key).unwrap_or(&setting.key);
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, members)) => members.push(setting.clone()),
            None => all.push((name.to_owned(), vec![setting.clone()])),
        }
    }
    all.into_iter().map(|(_, members)| members).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_together_is_tried_together() {
        let setting =
            |key: &str| Proposed { key: key.to_owned(), value: String::new(), why: String::new() };
        let all: Vec<Proposed> = [
            "ProtectSystem",
            "PrivateTmp",
            "ReadWritePaths",
            "SystemCallFilter",
            "SystemCallFilter",
        ]
        .map(setting)
        .into();
        let sizes: Vec<usize> = families(&all).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1, 2]);
    }
}
