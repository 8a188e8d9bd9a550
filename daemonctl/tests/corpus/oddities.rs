//! Daemons made by hand, things that pretend, things from outside, and containers.

use super::Scene;

/// Detaches as books teach it: fork, setsid, fork, chdir /, umask, descriptors on /dev/null.
const DOUBLE_FORK: &str = "
import os, sys, time
if len(sys.argv) > 1 and sys.argv[1] == 'posing' or not sys.argv[0]:
    open('/proc/self/comm', 'w').write('kworker/u4:2')
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
os.chdir('/')
os.umask(0)
null = os.open('/dev/null', os.O_RDWR)
for fd in range(3): os.dup2(null, fd)
open('/tmp/pid-' + str(os.getuid()) + '-' + str(len(sys.argv[0])), 'w').write(str(os.getpid()))
time.sleep(100000)
";

/// All of them.
pub fn all(scene: &mut Scene) {
    by_hand(scene);
    impostors(scene);
    container(scene);
    from_outside(scene);
}

fn by_hand(scene: &mut Scene) {
    let mut alice = scene.login("alice");
    scene.machine.write("/srv/double-fork.py", DOUBLE_FORK.as_bytes()).unwrap();
    scene.run(&mut alice, "python3 /srv/double-fork.py");
    scene.label_args("python3 /srv/double-fork.py", "daemon", &["self_detached"]);
    scene.run(&mut alice, "redis-server --daemonize yes --port 7001 --save ''");
    let redis = scene.pid_of("redis-server *:7001");
    scene.label("redis-server daemonized by alice", redis, "daemon", &["self_detached"]);
    scene.keep(alice);

    let mut root = scene.login("root");
    // By a name that nothing has: `--exec` would find that some sleep runs already.
    let start = "start-stop-daemon --start --background --name none --startas /bin/sleep -- 30040";
    scene.run(&mut root, start);
    scene.label_args("/bin/sleep 30040", "daemon", &["self_detached"]);
    scene.keep(root);
}

fn impostors(scene: &mut Scene) {
    let mut alice = scene.login("alice");
    scene.run(&mut alice, r#"(exec -a "[kworker/0:1]" sleep 60001) &"#);
    let label = scene.label_args("[kworker/0:1] 60001", "normal", &["background_job"]);
    label.posing();
    let named = "import time; open('/proc/self/comm', 'w').write('kworker/0:1'); time.sleep(60002)";
    scene.run(&mut alice, &format!(r#"python3 -c "{named}" &"#));
    let pid = scene.pids(&["-f", r"time.sleep\(60002\)$"], std::time::Duration::from_secs(10));
    scene.label("comm set to kworker/0:1", pid[0], "normal", &["background_job"]).posing();
    scene.keep(alice);

    // As malware does it: both names, no arguments, detached, root.
    let mut root = scene.login("root");
    scene.run(&mut root, r#"(exec -a "[kworker/u4:2]" python3 < /srv/double-fork.py)"#);
    let pid = scene.pid_of("[kworker/u4:2]");
    scene.label("detached [kworker/u4:2]", pid, "daemon", &["self_detached"]).posing();
    scene.keep(root);
}

fn container(scene: &mut Scene) {
    let mut root = scene.login("root");
    let quiet = "< /dev/null > /dev/null 2>&1 &";
    scene.run(&mut root, &format!("setsid unshare --pid --fork --mount-proc sleep 50001 {quiet}"));
    let inside = scene.pid_of("sleep 50001");
    scene.label("first of a pid namespace", inside, "daemon", &["container_init"]);
    scene.keep(root);
}

fn from_outside(scene: &mut Scene) {
    let running = scene.machine.spawn(&["sleep", "80001"]).unwrap();
    scene.label_args("sleep 80001", "normal", &["entered"]).because("outside", "");
    scene.keep_running(running);

    let mut terminal = scene.machine.pty(&["bash", "--norc"]).unwrap();
    scene.run(&mut terminal, "sleep 80002 &");
    let shell = terminal.shell_pid().unwrap();
    scene.label("shell entered from outside", shell, "normal", &["interactive_shell", "entered"]);
    scene.label_args("sleep 80002", "normal", &["background_job"]);
    scene.type_line(&mut terminal, "sleep 80003");
    scene.label_args("sleep 80003", "normal", &["foreground"]);
    scene.keep(terminal);
}
