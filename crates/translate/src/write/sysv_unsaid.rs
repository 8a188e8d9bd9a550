//! What init scripts have no words for.

use super::unsaid::Unsaid;
use crate::{Definition, Lost, Output, Readiness, RestartPolicy};

/// What no init script can say.
pub(super) fn unsaid(definition: &Definition, lost: &mut Vec<Lost>) {
    let words = Unsaid {
        start_timeout: "a script is waited for as long as it takes",
        documentation: "the header has no place for it",
    };
    words.add(definition, lost);
    let mut lose = |what: &str, why: &str, field: &str| {
        lost.push(Lost::new(what, why).at(definition.place(field)));
    };
    if matches!(definition.output, Some(Output::Log))
        || matches!(definition.error, Some(Output::Log))
    {
        lose("StandardOutput=journal", "what a service in the background writes is gone", "output");
    }
    for (what, field) in [("RestartSec=", "restart_delay"), ("StartLimitBurst=", "start_limit")] {
        if definition.places.contains_key(field) {
            lose(what, "nothing starts a service again", field);
        }
    }
    if definition.start.iter().any(|command| command.argv0.is_some()) {
        lose("the program's other name", "start-stop-daemon gives a program its own name", "start");
    }
    if definition.start.len() > 1 && definition.readiness != Readiness::Oneshot {
        lose("ExecStart=", "only a oneshot runs several commands; the first is taken", "start");
    }
    if definition.restart.policy != RestartPolicy::No {
        let what = format!("Restart={}", definition.restart.policy.word());
        let why = "SysV init does not watch what init scripts start";
        let place = definition.place("restart");
        let instead = "a line of /etc/inittab with respawn, for a program in the foreground";
        lost.push(Lost::new(what, why).at(place).instead(instead));
    }
    let what = match &definition.readiness {
        Readiness::Notify => "Type=notify",
        Readiness::NotifyReload => "Type=notify-reload",
        Readiness::Dbus(_) => "Type=dbus",
        _ => return,
    };
    let why = "an init script takes a service for started as soon as its process is there";
    lost.push(Lost::change(what, why).at(definition.place("readiness")));
}
