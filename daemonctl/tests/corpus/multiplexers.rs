//! tmux and screen: a daemon that holds terminals, shells on these, clients on real ones.

use super::Scene;

/// Starts both as alice, with a shell and a program in each, and a client on a terminal.
pub fn all(scene: &mut Scene) {
    tmux(scene);
    screen(scene);
}

fn tmux(scene: &mut Scene) {
    let mut terminal = scene.login("alice");
    scene.run(&mut terminal, "tmux new-session -d -s corpus");
    let pane = scene.run(&mut terminal, "echo =$(tmux list-panes -t corpus -F '#{pane_pid}')=");
    let pane: u32 = pane.split('=').nth(1).unwrap().parse().expect("tmux says the pane's pid");
    scene.run(&mut terminal, "tmux send-keys -t corpus 'sleep 35001' Enter");
    let server = scene.parent(pane);
    scene.label("tmux server", server, "daemon", &["self_detached"]);
    scene
        .label("shell in tmux", pane, "normal", &["interactive_shell"])
        .because("multiplexer", "tmux");
    scene.label_args("sleep 35001", "normal", &["foreground"]).because("multiplexer", "tmux");
    scene.type_line(&mut terminal, "tmux attach -t corpus");
    scene.label_args("tmux attach -t corpus", "normal", &["foreground"]);
    scene.keep(terminal);
}

fn screen(scene: &mut Scene) {
    let mut terminal = scene.login("alice");
    scene.run(&mut terminal, "screen -dmS corpus");
    let server = scene.pid_of("SCREEN -dmS corpus");
    let shell = scene.children(server, 1)[0];
    scene.label("screen server", server, "daemon", &["self_detached"]);
    scene
        .label("shell in screen", shell, "normal", &["interactive_shell"])
        .because("multiplexer", "screen");
    scene.run(&mut terminal, r"screen -S corpus -p 0 -X stuff 'sleep 35002^M'");
    scene.label_args("sleep 35002", "normal", &["foreground"]).because("multiplexer", "screen");
    scene.type_line(&mut terminal, "screen -r corpus");
    scene.label_args("screen -r corpus", "normal", &["foreground"]);
    scene.keep(terminal);
}
