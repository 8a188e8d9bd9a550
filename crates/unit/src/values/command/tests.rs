use super::{Command, CommandLine, Privilege};

fn line(path: &str, arguments: &[&str]) -> CommandLine {
    CommandLine::new(path, arguments)
}

fn look_up(name: &str) -> Option<&'static str> {
    match name {
        "ONE" => Some("one"),
        "TWO" => Some("'two two' too"),
        "OPEN" => Some("a 'b c"),
        "EMPTY" => Some(""),
        _ => None,
    }
}

#[test]
fn variables_as_the_manual_page_has_them() {
    let cases: &[(&str, &[&str])] = &[
        ("$ONE", &["one"]),
        ("${TWO}", &["'two two' too"]),
        ("$TWO", &["two two", "too"]),
        ("$OPEN", &["a", "b c"]),
        ("$EMPTY", &[]),
        ("${EMPTY}", &[""]),
        ("$UNSET", &[]),
        ("${UNSET}", &[""]),
        ("x${ONE}y${ONE}", &["xoneyone"]),
        ("x$ONE", &["x$ONE"]),
        ("$$ONE", &["$ONE"]),
        ("a$$b$", &["a$b$"]),
        ("$", &[]),
        ("$1x", &[]),
        ("$ONE-x", &[]),
        ("${ONE", &["${ONE"]),
        ("${ONE:-x}", &["${ONE:-x}"]),
        ("${a b}", &[""]),
        ("${}", &[""]),
        ("$${ONE}", &["${ONE}"]),
        ("", &[""]),
    ];
    for (argument, expected) in cases {
        let argv = line("/bin/echo", &[argument]).expand(look_up);
        assert_eq!(argv[1..], **expected, "{argument:?}");
    }
}

#[test]
fn a_colon_keeps_variables() {
    let mut command = line("/bin/echo", &["$ONE", "${TWO}", "$$"]);
    command.prefixes.keeps_variables = true;
    assert_eq!(command.expand(look_up), ["/bin/echo", "$ONE", "${TWO}", "$$"]);
}

#[test]
fn what_the_program_finds() {
    let mut command = line("/bin/sh", &["-c", "x"]);
    command.argv0 = Some("-sh".into());
    assert_eq!(command.argv().collect::<Vec<_>>(), ["-sh", "-c", "x"]);
    command.prefixes.ignores_failure = true;
    command.prefixes.privilege = Privilege::Ambient;
    assert_eq!(command.to_string(), "-@!!/bin/sh -sh -c x");
    let two = Command::new(vec![command, line("true", &[";", "a b", ""])]);
    let written = two.map(|two| two.to_string());
    assert_eq!(written.as_deref(), Some(r#"-@!!/bin/sh -sh -c x ; true ";" "a b" """#));
    assert_eq!(Command::new(Vec::new()), None);
}
