//! The order of findings: a cause before its consequences.

use crate::finding::Report;
use crate::rules::Purpose;
use crate::snapshot::Snapshot;

/// A report for each service that was asked about.
pub(crate) fn reports(snapshot: &Snapshot, purpose: Purpose) -> Vec<Report> {
    let _ = (snapshot, purpose);
    Vec::new()
}
