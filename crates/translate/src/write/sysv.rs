//! Init scripts with LSB headers, on top of start-stop-daemon(8).

use super::sysv_parts as parts;
use super::{OutFile, Unwritable, Written, depend, sh, sysv_unsaid};
use crate::shell::quote;
use crate::{Definition, Level, Link, Lost, Readiness, System};

pub(super) fn write(definition: &Definition, written: &mut Written) -> Result<(), Unwritable> {
    // Runlevel links are named after the script, and a dot or an @ is none of their letters.
    let name = definition.name.replace(['.', '@', ':', '+', '\\'], "-");
    let lost = &mut written.lost;
    let mut text = String::from("#!/bin/sh\n");
    text.push_str(&header(definition, &name, lost));
    text.push_str("\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
    text.push_str(&format!("NAME={}\n", quote(&name)));
    let is_oneshot = definition.readiness == Readiness::Oneshot;
    let pid_file = match (&definition.pid_file, is_oneshot) {
        (Some(path), _) => path.clone(),
        (None, true) => format!("/run/{name}.done"),
        (None, false) => format!("/run/{name}.pid"),
    };
    text.push_str(&format!("PIDFILE={}\n", quote(&pid_file)));
    for line in sh::environment(definition, lost) {
        text.push_str(&format!("{line}\n"));
    }
    for condition in definition.conditions.iter() {
        let status = if condition.is_assertion { 6 } else { 0 };
        text.push_str(&format!("{} || exit {status}\n", sh::test(condition)));
    }
    for function in parts::functions(definition, lost)? {
        text.push('\n');
        text.push_str(&function);
    }
    text.push('\n');
    text.push_str(&actions(definition));
    sysv_unsaid::unsaid(definition, lost);
    written.files.push(OutFile { path: format!("/etc/init.d/{name}"), text, mode: 0o755 });
    Ok(())
}

fn description(definition: &Definition) -> String {
    let text = sh::one_line(definition.description.as_deref().unwrap_or_default());
    if text.is_empty() { definition.name.clone() } else { text }
}

fn header(definition: &Definition, name: &str, lost: &mut Vec<Lost>) -> String {
    let mut of = |link| depend::names(definition, System::SysV, link, lost);
    let (mut required, mut should) = (of(Link::Needs), of(Link::Wants));
    should.extend(of(Link::After));
    let before = of(Link::Before);
    let conflicts = of(Link::Conflicts);
    let is_early = definition.levels.contains(&Level::Early);
    if required.is_empty() && !is_early {
        // Programs live below /usr, which is there with the remote file systems.
        required.push("$remote_fs".to_owned());
    }
    let mut seen = required.clone();
    should.retain(|name| {
        let is_new = !seen.contains(name);
        seen.push(name.clone());
        is_new
    });
    for name in conflicts {
        let why = "init scripts do not exclude each other";
        lost.push(Lost::new(format!("Conflicts={name}"), why));
    }
    for dependency in definition.dependencies.iter().filter(|known| known.link == Link::Wants) {
        let why = "an init script starts no other; it is only started after that";
        let change = Lost::change(format!("wanting {}", dependency.name), why);
        lost.push(change.at(dependency.place.clone()));
    }
    let levels = match (is_early, definition.levels.contains(&Level::Normal)) {
        (true, _) => ("S", "0 6"),
        (false, true) => ("2 3 4 5", "0 1 6"),
        (false, false) if definition.levels.contains(&Level::Graphical) => ("5", "0 1 2 3 4 6"),
        // Not to be started at boot.
        (false, false) => ("", "0 1 2 3 4 5 6"),
    };
    let mut provides = vec![name.to_owned()];
    provides.extend(definition.provides.iter().filter(|other| **other != name).cloned());
    let description = description(definition);
    let mut rows = vec![
        ("Provides:", provides.join(" ")),
        ("Required-Start:", required.join(" ")),
        ("Required-Stop:", required.join(" ")),
        ("Should-Start:", should.join(" ")),
        ("Should-Stop:", should.join(" ")),
        ("X-Start-Before:", before.join(" ")),
        ("Default-Start:", levels.0.to_owned()),
        ("Default-Stop:", levels.1.to_owned()),
        ("Short-Description:", description.clone()),
        ("Description:", description),
    ];
    rows.retain(|(key, value)| {
        !value.is_empty() || !matches!(*key, "Should-Start:" | "Should-Stop:" | "X-Start-Before:")
    });
    let mut text = String::from("### BEGIN INIT INFO\n");
    for (key, value) in rows {
        text.push_str(format!("# {key:<19}{value}").trim_end());
        text.push('\n');
    }
    for native in definition.natives.iter().filter(|native| native.system == System::SysV) {
        text.push_str(&format!("# {}: {}\n", native.key, sh::one_line(&native.value)));
    }
    text.push_str("### END INIT INFO\n");
    text
}

/// What the script does for each word that it is given.
fn actions(definition: &Definition) -> String {
    let reload = match definition.reload.is_empty() {
        true => "",
        false => "    reload)\n        echo \"Reloading $NAME\"\n        do_reload\n        ;;\n",
    };
    let forced = match definition.reload.is_empty() {
        true => "    restart|force-reload)\n",
        false => {
            "    force-reload)\n        do_status >/dev/null && do_reload\n        ;;\n    restart)\n"
        }
    };
    let words = match definition.reload.is_empty() {
        true => "start|stop|restart|try-restart|force-reload|status",
        false => "start|stop|restart|try-restart|reload|force-reload|status",
    };
    format!(
        "case \"$1\" in\n    start)\n        echo \"Starting $NAME\"\n        do_start\n        \
         ;;\n    stop)\n        echo \"Stopping $NAME\"\n        do_stop\n        ;;\n{reload}\
         {forced}        echo \"Restarting $NAME\"\n        do_stop && do_start\n        ;;\n    \
         try-restart)\n        do_status >/dev/null || exit 0\n        do_stop && do_start\n        ;;\n    \
         status)\n        do_status\n        ;;\n    *)\n        echo \"Usage: $0 {{{words}}}\" >&2\n        \
         exit 2\n        ;;\nesac\n"
    )
}
