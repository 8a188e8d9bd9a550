//! Boxes with many services: half of them run, the others are installed and stopped.

use std::path::Path;

use testkit::boxes::{Kind, Machine, Plan};

use crate::error::{Error, Result};

/// The program that every service runs: a copy of sleep(1), so that no other process has it.
const DAEMON: &str = "/usr/local/sbin/benchd";

/// Where the measured programs are put.
pub const OWN: &str = "/usr/bin/daemonctl";
/// The program that measures them.
pub const MEASURE: &str = "/usr/bin/measure";

/// The name of a service, without what a manager adds.
pub fn name(index: usize) -> String {
    format!("bench-{index:03}")
}

/// Boots a box with so many services of its init, the even ones running.
pub fn boot(kind: Kind, count: usize, own: &Path, measure: &Path) -> Result<Machine> {
    let mut plan = Plan::new(kind)
        .put(Path::new("/bin/sleep"), DAEMON)
        .and_then(|plan| plan.put(own, OWN))
        .and_then(|plan| plan.put(measure, MEASURE))
        .map_err(|error| broken(&error))?;
    for index in 0..count {
        let (name, runs) = (name(index), index % 2 == 0);
        plan = match kind {
            Kind::OpenRc => openrc(plan, &name, runs),
            Kind::Sysv => sysv(plan, &name, runs),
            _ => systemd(plan, &name, runs),
        };
    }
    let machine = plan.boot().map_err(|error| broken(&error))?;
    if kind == Kind::Sysv {
        // Debian's rc starts what insserv has put into its makefile, not what has a link.
        let start = "for link in /etc/rc2.d/S02bench-*; do $link start || exit 1; done";
        machine.shell(start).map_err(|error| broken(&error))?;
    }
    let running = machine.shell("pgrep -c benchd").map_err(|error| broken(&error))?;
    let wanted = count.div_ceil(2);
    match running.trim().parse::<usize>() {
        Ok(running) if running == wanted => Ok(machine),
        _ => {
            let detail = format!("{} services run, not {wanted}", running.trim());
            Err(Error::malformed("the box", detail))
        }
    }
}

fn systemd(plan: Plan, name: &str, runs: bool) -> Plan {
    let unit = format!(
        "[Unit]\nDescription=Service {name} of the bench\n[Service]\nExecStart={DAEMON} infinity\n\
         [Install]\nWantedBy=multi-user.target\n"
    );
    let file = format!("/etc/systemd/system/{name}.service");
    let plan = plan.file(&file, 0o644, unit);
    let link = format!("/etc/systemd/system/multi-user.target.wants/{name}.service");
    if runs { plan.link(link, file) } else { plan }
}

fn openrc(plan: Plan, name: &str, runs: bool) -> Plan {
    let script = format!(
        "#!/sbin/openrc-run\ndescription=\"Service {name} of the bench\"\ncommand={DAEMON}\n\
         command_args=infinity\ncommand_background=yes\npidfile=/run/{name}.pid\n"
    );
    let file = format!("/etc/init.d/{name}");
    let plan = plan.file(&file, 0o755, script);
    if runs { plan.link(format!("/etc/runlevels/default/{name}"), file) } else { plan }
}

/// As Debian's packages write theirs, with `status` by the pid file.
fn sysv(plan: Plan, name: &str, runs: bool) -> Plan {
    let script = format!(
        r#"#!/bin/sh
### BEGIN INIT INFO
# Provides:          {name}
# Required-Start:    $remote_fs
# Required-Stop:     $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: Service {name} of the bench
### END INIT INFO
DAEMON={DAEMON}
PIDFILE=/run/{name}.pid
. /lib/lsb/init-functions
case "$1" in
start) start-stop-daemon --start --background --make-pidfile --pidfile $PIDFILE --exec $DAEMON -- infinity ;;
stop) start-stop-daemon --stop --oknodo --remove-pidfile --pidfile $PIDFILE --exec $DAEMON ;;
restart | force-reload) $0 stop; $0 start ;;
status) status_of_proc -p $PIDFILE $DAEMON {name} ;;
*) echo "Usage: $0 {{start|stop|restart|force-reload|status}}" >&2; exit 2 ;;
esac
"#
    );
    let file = format!("/etc/init.d/{name}");
    let plan = plan.file(&file, 0o755, script);
    if runs {
        plan.link(format!("/etc/rc2.d/S02{name}"), format!("../init.d/{name}"))
    } else {
        plan
    }
}

/// An error of a box.
pub fn broken(error: &testkit::boxes::Error) -> Error {
    Error::malformed("the box", error.to_string())
}
