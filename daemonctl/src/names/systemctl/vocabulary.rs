//! systemd's words for types and states of units, and for what some options take.

/// Types of units.
pub const TYPES: &[&str] = &[
    "service",
    "mount",
    "swap",
    "socket",
    "target",
    "device",
    "automount",
    "timer",
    "path",
    "slice",
    "scope",
];

/// Load states.
pub const LOAD_STATES: &[&str] =
    &["stub", "loaded", "not-found", "bad-setting", "error", "merged", "masked"];

/// Active states.
pub const ACTIVE_STATES: &[&str] =
    &["active", "reloading", "inactive", "failed", "activating", "deactivating", "maintenance"];

/// What `-o` takes.
pub const OUTPUTS: &[&str] = &[
    "short",
    "short-full",
    "short-iso",
    "short-iso-precise",
    "short-precise",
    "short-monotonic",
    "short-delta",
    "short-unix",
    "verbose",
    "export",
    "json",
    "json-pretty",
    "json-sse",
    "json-seq",
    "cat",
    "with-unit",
];

/// What `--preset-mode` takes.
pub const PRESET_MODES: &[&str] = &["full", "enable-only", "disable-only"];

/// What `--what` takes.
pub const RESOURCES: &[&str] = &["runtime", "state", "cache", "logs", "configuration"];

/// What `--timestamp` takes.
pub const TIME_STYLES: &[&str] = &["pretty", "us", "utc", "us+utc", "unix"];

/// Sub-states, by type of unit.
const SUB_STATES: &[(&str, &[&str])] = &[
    ("automount", &["dead", "waiting", "running", "failed"]),
    ("device", &["dead", "tentative", "plugged"]),
    (
        "mount",
        &[
            "dead",
            "mounting",
            "mounting-done",
            "mounted",
            "remounting",
            "unmounting",
            "remounting-sigterm",
            "remounting-sigkill",
            "unmounting-sigterm",
            "unmounting-sigkill",
            "failed",
            "cleaning",
        ],
    ),
    ("path", &["dead", "waiting", "running", "failed"]),
    (
        "scope",
        &["dead", "start-chown", "running", "abandoned", "stop-sigterm", "stop-sigkill", "failed"],
    ),
    (
        "service",
        &[
            "dead",
            "condition",
            "start-pre",
            "start",
            "start-post",
            "running",
            "exited",
            "reload",
            "stop",
            "stop-watchdog",
            "stop-sigterm",
            "stop-sigkill",
            "stop-post",
            "final-watchdog",
            "final-sigterm",
            "final-sigkill",
            "failed",
            "auto-restart",
            "cleaning",
        ],
    ),
    ("slice", &["dead", "active"]),
    (
        "socket",
        &[
            "dead",
            "start-pre",
            "start-chown",
            "start-post",
            "listening",
            "running",
            "stop-pre",
            "stop-pre-sigterm",
            "stop-pre-sigkill",
            "stop-post",
            "final-sigterm",
            "final-sigkill",
            "failed",
            "cleaning",
        ],
    ),
    (
        "swap",
        &[
            "dead",
            "activating",
            "activating-done",
            "active",
            "deactivating",
            "deactivating-sigterm",
            "deactivating-sigkill",
            "failed",
            "cleaning",
        ],
    ),
    ("target", &["dead", "active"]),
    ("timer", &["dead", "waiting", "running", "elapsed", "failed"]),
];

/// One word a line.
pub fn lines<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().fold(String::new(), |mut text, word| {
        text.push_str(word.as_ref());
        text.push('\n');
        text
    })
}

/// The names of all signals, as `--signal=help` lists them.
pub fn signals() -> Vec<String> {
    const LAST: i64 = 64;
    const FIRST_REAL_TIME: i64 = 34;
    let name = |signal| match signal {
        FIRST_REAL_TIME..=LAST => format!("RTMIN+{}", signal - FIRST_REAL_TIME),
        _ => super::show::exec::signal_text(signal),
    };
    (0..=LAST).map(name).collect()
}

/// What `--state=help` prints.
pub fn all_states(legend: bool) -> String {
    let files: Vec<&str> = unit::install::State::ALL.iter().map(|state| state.word()).collect();
    let mut sections: Vec<(String, &[&str])> = vec![
        ("load states".to_owned(), LOAD_STATES),
        ("active states".to_owned(), ACTIVE_STATES),
        ("file states".to_owned(), &files),
    ];
    sections.extend(
        SUB_STATES.iter().map(|(kind, states)| (format!("{kind} unit substates"), *states)),
    );
    let mut text = String::new();
    for (index, (title, words)) in sections.iter().enumerate() {
        if legend {
            if index > 0 {
                text.push('\n');
            }
            let unit = if title.ends_with("substates") { "" } else { "unit " };
            text.push_str(&format!("Available {unit}{title}:\n"));
        }
        text.push_str(&lines(words));
    }
    text
}

/// The type of a unit, by its name.
pub fn type_of(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, suffix)| suffix)
}
