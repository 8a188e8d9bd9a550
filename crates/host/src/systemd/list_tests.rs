//! What a list costs, in calls to the manager.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bus::wire::Writer;

use super::Systemd;
use super::fake::{self, Act};
use crate::{Reason, ServiceManager, ServiceState};

/// Three that run and one that failed.
const UNITS: [(&str, &str, &str); 4] = [
    ("a.service", "active", "running"),
    ("b.service", "active", "running"),
    ("c.service", "active", "exited"),
    ("d.service", "failed", "failed"),
];

fn units() -> Act {
    let mut w = Writer::default();
    w.array(8, |w| {
        for (name, active, sub) in UNITS {
            w.align(8);
            for text in [name, name, "loaded", active, sub, "", "/unit"] {
                w.str(text);
            }
            w.u32(0);
            w.str("");
            w.str("/");
        }
    });
    Act::Answer("a(ssssssouso)", w.into_bytes())
}

#[test]
fn a_list_in_brief_asks_only_of_what_failed() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let tree = fake::play(move |asked| {
        counted.fetch_add(1, Ordering::SeqCst);
        match asked.member.as_str() {
            "ListUnitsByPatterns" => vec![units()],
            "Get" if asked.text(1) == "Result" => vec![fake::text("timeout")],
            "Get" => vec![Act::Refuse("org.freedesktop.DBus.Error.UnknownProperty", "none")],
            other => panic!("{other}"),
        }
    });
    let systemd = Systemd::system(&tree.0, Duration::from_secs(5));
    let brief = systemd.services_in_brief().unwrap();
    let failed = calls.swap(0, Ordering::SeqCst) - 1;
    assert_eq!(failed, 5, "the properties of the one that failed");
    let states: Vec<ServiceState> = brief.iter().map(|service| service.state).collect();
    use ServiceState::{Exited, Failed, Running};
    assert_eq!(states, [Running, Running, Exited, Failed]);
    assert_eq!(brief[3].result.as_deref(), Some("timeout"));
    for field in [crate::Field::Since, crate::Field::MainPid, crate::Field::Restarts] {
        assert_eq!(brief[0].gap(field).unwrap().reason, Reason::NotMeasured, "{field:?}");
    }
    assert_eq!(systemd.services().unwrap().len(), 4);
    assert_eq!(calls.swap(0, Ordering::SeqCst), 1 + failed + 2 * 3 + 1);
    // A name is looked up by one call.
    let tree = fake::play(|asked| match asked.member.as_str() {
        "ListUnitsByNames" => vec![fake::listed("a.service", "loaded", "active", "running")],
        other => panic!("{other}"),
    });
    let systemd = Systemd::system(&tree.0, Duration::from_secs(5));
    assert_eq!(systemd.name_of("a").unwrap().as_deref(), Some("a.service"));
}
