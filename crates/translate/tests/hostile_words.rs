//! Arguments reach the program exactly as they are, whatever is in them and whoever starts it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use proptest::prelude::*;
use support::{FAKE, Folder, load, run, words, write};
use translate::{Command, Definition, RestartPolicy, Schedule, System};
use unit::Value;
use unit::table::{Group, Id};

const EXEC_START: Id = Id::of(Group::Service, "ExecStart");
const ENVIRONMENT: Id = Id::of(Group::Exec, "Environment");

fn definition(argv: &[String]) -> Definition {
    let mut definition = Definition::new("svc");
    let program = "/usr/bin/prog".to_owned();
    definition.start = vec![Command::of(std::iter::once(&program).chain(argv))];
    definition
}

/// As openrc-run calls its tools: variables unquoted, the whole handed to eval.
const OPENRC: &str = "\
RC_SVCNAME=svc
. ./script
case \"$supervisor\" in
supervise-daemon)
    eval supervise-daemon \"${RC_SVCNAME}\" --start ${retry:+--retry} $retry \
        ${directory:+--chdir} $directory ${output_log+--stdout} ${output_log} \
        ${command_user+--user} $command_user ${umask+--umask} $umask \
        ${supervise_daemon_args:-${start_stop_daemon_args}} $command -- $command_args
    ;;
*)
    eval start-stop-daemon --start --exec $command ${directory:+--chdir} $directory \
        ${output_log+--stdout} $output_log ${pidfile:+--pidfile} $pidfile \
        ${command_user+--chuid} $command_user $start_stop_daemon_args -- $command_args
    ;;
esac
";

fn behind_dashes(words: &[String]) -> Vec<String> {
    let at = words.iter().position(|word| word == "--").expect("--");
    words[at + 1..].to_vec()
}

fn value_of(words: &[String], option: &str) -> String {
    let at = words.iter().position(|word| word == option).expect(option);
    words[at + 1].clone()
}

fn openrc(argv: &[String], directory: &str, policy: RestartPolicy) -> Vec<String> {
    let mut definition = definition(argv);
    definition.restart.policy = policy;
    definition.directory = Some(directory.to_owned());
    let folder = Folder::new();
    for tool in ["supervise-daemon", "start-stop-daemon"] {
        folder.write(tool, FAKE);
    }
    folder.write("script", &write(&definition, System::OpenRc).files[0].text);
    let harness = folder.write("harness", OPENRC);
    // Patterns must not find anything.
    folder.write("x", "");
    run(&harness, &[], &folder)
}

fn sysv(argv: &[String], directory: &str, has_log: bool) -> Vec<String> {
    let mut definition = definition(argv);
    definition.directory = Some(directory.to_owned());
    let folder = Folder::new();
    // Asked whether it runs it says no; told to start it writes what it was given.
    let tool =
        format!("{}exit 0\n", FAKE.replace("for w", "[ \"$1\" != --status ] || exit 3\nfor w"));
    folder.write("start-stop-daemon", &tool);
    folder.write("sleep", "#!/bin/sh\n");
    if has_log {
        let log = folder.0.join("log").to_string_lossy().into_owned();
        definition.output = Some(translate::Output::Append(log));
    }
    let text = &write(&definition, System::SysV).files[0].text;
    let text = text.replace("PATH=/usr/local/sbin:", &format!("PATH={}:", folder.0.display()));
    let script = folder.write("script", &text);
    run(&script, &["start"], &folder)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn in_openrc_scripts(argv in words(), directory in "/[ -~]{0,8}", supervised: bool) {
        let policy = if supervised { RestartPolicy::Always } else { RestartPolicy::No };
        let found = openrc(&argv, &directory, policy);
        prop_assert_eq!(behind_dashes(&found), argv);
        prop_assert_eq!(value_of(&found, "--chdir"), directory);
    }

    #[test]
    fn in_init_scripts(argv in words(), directory in "/[ -~]{0,8}") {
        let found = sysv(&argv, &directory, false);
        prop_assert_eq!(value_of(&found, "--startas"), "/usr/bin/prog");
        prop_assert_eq!(value_of(&found, "--chdir"), directory);
        let found = if argv.is_empty() { Vec::new() } else { behind_dashes(&found) };
        prop_assert_eq!(found, argv);
    }

    #[test]
    fn in_init_scripts_with_a_log(argv in words()) {
        let found = behind_dashes(&sysv(&argv, "/", true));
        prop_assert_eq!(&found[0], "-c");
        prop_assert_eq!(&found[2], "/usr/bin/prog");
        prop_assert_eq!(&found[3..], argv.as_slice());
    }
}

proptest! {
    #[test]
    fn in_unit_files(argv in words(), value in support::word()) {
        let mut definition = definition(&argv);
        definition.environment = vec![("A".to_owned(), value.clone())];
        let written = translate::write(&definition, System::Systemd).unwrap();
        prop_assert_eq!(support::findings(&written), []);
        let unit = load(&written.files[0]);
        let Some(Value::Command(command)) = unit.settings.value(EXEC_START) else { panic!() };
        let found = command.first().expand(|_| None);
        prop_assert_eq!(&found[0], "/usr/bin/prog");
        prop_assert_eq!(&found[1..], argv.as_slice());
        let Some(Value::Pairs(pairs)) = unit.settings.value(ENVIRONMENT) else { panic!() };
        prop_assert_eq!(&*pairs[0].1, value.as_str());
    }

    #[test]
    fn texts_never_break_a_unit_file(text in "\\PC{0,20}|[ -~\n\\\\]{0,20}") {
        let mut definition = definition(&[]);
        definition.description = Some(text);
        let written = write(&definition, System::Systemd);
        prop_assert_eq!(support::findings(&written), [], "{}", written.files[0].text);
        for system in [System::OpenRc, System::SysV] {
            write(&definition, system);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn in_entries_of_cron(argv in words()) {
        let mut definition = definition(&argv);
        let folder = Folder::new();
        let tool = folder.write("prog", FAKE);
        definition.start[0].argv[0] = translate::Word::text(tool.to_string_lossy());
        let calendars = vec!["*-*-* 03:00:00".to_owned()];
        definition.schedule = Some(Schedule { calendars, ..Schedule::default() });
        match translate::write(&definition, System::OpenRc) {
            Ok(written) => {
                let entry = written.files[0].text.lines().last().unwrap();
                let command = entry.strip_prefix("0 3 * * * root ").unwrap();
                // cron takes the backslash away that stands before a percent sign.
                let script = folder.write("script", &command.replace("\\%", "%"));
                let found = if argv.is_empty() { Vec::new() } else { run(&script, &[], &folder) };
                prop_assert_eq!(found, argv);
            }
            Err(error) => prop_assert!(argv.iter().any(|word| word.contains('\n')), "{error}"),
        }
    }
}

#[test]
fn programs_with_odd_names_are_found() {
    let mut definition = definition(&["x".to_owned()]);
    definition.restart.policy = RestartPolicy::Always;
    for program in ["/opt/a b/$c", "prog", "./prog"] {
        definition.start[0].argv[0] = translate::Word::text(program);
        let written = write(&definition, System::Systemd);
        assert_eq!(support::findings(&written), []);
        let unit = load(&written.files[0]);
        let Some(Value::Command(command)) = unit.settings.value(EXEC_START) else { panic!() };
        let argv = command.first().expand(|_| None);
        assert_eq!(argv[argv.len() - 2..], [program, "x"], "{}", written.files[0].text);
        for system in [System::OpenRc, System::SysV] {
            assert!(
                write(&definition, system).files[0].text.contains("prog")
                    || program.contains("opt")
            );
        }
    }
}
