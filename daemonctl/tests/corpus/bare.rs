//! A container: pid 1 is a script that starts what an image would.

use super::{Scene, services};
use testkit::boxes::Plan;

const ENTRYPOINT: &str = "#!/bin/sh
mkdir -p /run/sshd
install -d -m 1777 /run/screen
nginx
cron
/usr/sbin/sshd
sleep 20001 &
redis-server --daemonize yes --save '' > /dev/null
wait
";

/// The script as pid 1.
pub fn plan(plan: Plan) -> Plan {
    plan.file("/srv/entrypoint", 0o755, ENTRYPOINT).init(&["/srv/entrypoint"])
}

/// Labels what the script starts.
pub fn entrypoint(scene: &mut Scene) {
    scene.label("the entrypoint", 1, "daemon", &["container_init"]);
    // Nothing manages them but the script: they detached themselves from it.
    let sub_kinds = &["self_detached", "managed"];
    let nginx = scene.pid_of("nginx: master process nginx");
    scene.label("nginx master", nginx, "daemon", sub_kinds);
    services::nginx_workers(scene, nginx, None);
    scene.label_args("cron", "daemon", sub_kinds);
    let sshd = services::listener(scene);
    scene.label("sshd listener", sshd, "daemon", sub_kinds);
    let redis = scene.pid_of("redis-server *:6379");
    scene.label("redis-server", redis, "daemon", sub_kinds);
    scene.label_args("sleep 20001", "daemon", &["worker", "managed"]);
}
