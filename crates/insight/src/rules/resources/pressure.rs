//! Pressure and throttling: what its tasks waited for.

use super::super::crash::end::is_systemd;
use super::super::crash::words::span;
use super::thresholds::{
    PRESSURE_CPU_PERCENT, PRESSURE_IO_PERCENT, PRESSURE_MEMORY_PERCENT, THROTTLED_PERCENT,
    THROTTLED_PERIODS_MIN,
};
use super::{found_here, percent};
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Cgroup, Stall};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "pressure",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "Tasks of the service that stood still for want of a processor, the disk or memory (PSI).",
        needs: &[Need::Cgroup],
        about: "The kernel measures for each control group during which part of the time some of its tasks could not go on. \
                High pressure for memory means that it reads back what was just thrown out.",
        read_more: &["cgroups(7)", "systemd.resource-control(5)"],
        check: pressure,
    },
    Rule {
        name: "throttled",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A service that its processor quota (CPUQuota=) holds back.",
        needs: &[Need::Cgroup],
        about: "With a quota a service that used up its share of a period (100 ms) waits for the next one, though processors \
                be idle: its answers come late in steps.",
        read_more: &["systemd.resource-control(5)", "cgroups(7)"],
        check: throttled,
    },
];

fn pressure(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some(group) = &case.service.cgroup else { return };
    let pressure = &group.pressure;
    let rows: [(&str, &str, Option<Stall>, f64, Severity); 3] = [
        ("memory", "for memory", pressure.memory_some, PRESSURE_MEMORY_PERCENT, Severity::Warning),
        ("io", "for the disk", pressure.io_some, PRESSURE_IO_PERCENT, Severity::Warning),
        // More threads than processors is how many services work.
        ("cpu", "for a processor", pressure.cpu_some, PRESSURE_CPU_PERCENT, Severity::Info),
    ];
    for (name, words, stall, bound, severity) in rows {
        let Some(stall) = stall.filter(|stall| stall.avg60 >= bound && stall.avg10 >= bound) else {
            continue;
        };
        let finding = found_here(case, "pressure", name, severity)
            .says(
                format!("its tasks wait {words} {:.0} % of the time", stall.avg60),
                format!("In the last minute some task of {} stood still {words} {:.0} % of the time ({:.0} % in the last 10 s).", case.service.name, stall.avg60, stall.avg10),
            )
            .sure(Confidence::Certain)
            .proof(Evidence::counter(
                format!("{name}.pressure"),
                format!("some avg10={:.2} avg60={:.2} avg300={:.2}", stall.avg10, stall.avg60, stall.avg300),
            ))
            .fix("see who uses it", [format!("daemonctl ps --sort {}", sort_of(name))]);
        found.push(finding);
    }
}

fn sort_of(name: &str) -> &'static str {
    match name {
        "memory" => "-rss",
        "io" => "-write",
        _ => "-cpu",
    }
}

fn stat(group: &Cgroup, name: &str) -> Option<u64> {
    group.cpu_stat.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
}

fn throttled(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some(group) = &case.service.cgroup else { return };
    let Some((quota, period)) = group.cpu_max.known().copied().filter(|(_, period)| *period > 0)
    else {
        return;
    };
    let now = group.growth.and_then(|growth| Some((growth.throttled?, growth.seconds)));
    let (periods, held, usec, over) = match now {
        Some(((periods, held, usec), seconds)) => {
            (periods, held, usec, format!("in the last {:.1} s", seconds))
        }
        None => (
            stat(group, "nr_periods").unwrap_or(0),
            stat(group, "nr_throttled").unwrap_or(0),
            stat(group, "throttled_usec").unwrap_or(0),
            "since it was started".to_owned(),
        ),
    };
    let part = percent(held, periods).unwrap_or(0.0);
    if periods < THROTTLED_PERIODS_MIN || part < THROTTLED_PERCENT {
        return;
    }
    let share = quota as f64 / period as f64 * 100.0;
    let mut finding = found_here(case, "throttled", "", if now.is_some() { Severity::Warning } else { Severity::Info })
        .says(
            format!("its processor quota of {share:.0} % holds it back"),
            format!("{} was held back in {held} of {periods} periods {over} ({part:.0} %), for {} in all: CPUQuota= gives it {share:.0} % of one processor.", case.service.name, span(usec)),
        )
        .sure(Confidence::Certain)
        .proof(Evidence::counter("cpu.stat", format!("nr_periods {periods}, nr_throttled {held}, throttled_usec {usec}")))
        .proof(Evidence::counter("cpu.max", format!("{quota} {period}")));
    if is_systemd(case) {
        let more = format!("CPUQuota={:.0}%", (share * 2.0).ceil());
        finding = finding.fix_setting(
            "give it more, or a weight (CPUWeight=) in place of a quota",
            "Service",
            more,
        );
    }
    found.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::crash::testing::{none, one, running, service};
    use super::*;
    use crate::snapshot::{CgroupGrowth, Pressure, Seen};

    #[test]
    fn pressure_that_lasts_and_a_burst() {
        let mut snapshot = running();
        let stall = |avg10, avg60| Some(Stall { avg10, avg60, ..Stall::default() });
        let pressure = Pressure {
            memory_some: stall(25.0, 20.0),
            cpu_some: stall(10.0, 40.0),
            ..Pressure::default()
        };
        service(&mut snapshot).cgroup = Some(Cgroup { pressure, ..Cgroup::default() });
        let finding = one(&snapshot, "pressure");
        assert_eq!(finding.title, "its tasks wait for memory 20 % of the time");
        assert_eq!(finding.subject, "memory");
        let pressure = Pressure { memory_some: stall(80.0, 2.0), ..Pressure::default() };
        service(&mut snapshot).cgroup = Some(Cgroup { pressure, ..Cgroup::default() });
        none(&snapshot, "pressure");
    }

    #[test]
    fn a_quota_that_holds_it_back() {
        let mut snapshot = running();
        let group = Cgroup {
            cpu_max: Seen::Known((20_000, 100_000)),
            growth: Some(CgroupGrowth {
                seconds: 1.0,
                throttled: Some((10, 9, 700_000)),
                ..CgroupGrowth::default()
            }),
            ..Cgroup::default()
        };
        service(&mut snapshot).cgroup = Some(group.clone());
        let finding = one(&snapshot, "throttled");
        assert_eq!(finding.title, "its processor quota of 20 % holds it back");
        assert_eq!(finding.severity, Severity::Warning);
        assert_eq!(finding.remedies[0].settings[0].1, "CPUQuota=40%");
        let mut calm = group.clone();
        calm.growth = Some(CgroupGrowth {
            seconds: 1.0,
            throttled: Some((10, 1, 1000)),
            ..CgroupGrowth::default()
        });
        service(&mut snapshot).cgroup = Some(calm);
        none(&snapshot, "throttled");
        service(&mut snapshot).cgroup = Some(Cgroup { cpu_max: Seen::Absent, ..group });
        none(&snapshot, "throttled");
    }
}
