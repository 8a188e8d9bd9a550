use super::*;
use present::Theme;

fn trouble(kind: TroubleKind, severity: Severity, name: &str, what: &str) -> Trouble {
    Trouble {
        kind,
        severity,
        manager: None,
        name: Some(name.to_owned()),
        pids: Vec::new(),
        what: what.to_owned(),
        fix: "",
    }
}

fn page(troubles_: &[Trouble]) -> String {
    let mut out = String::new();
    troubles(troubles_, &Layout { width: Some(60), header: true, theme: Theme::plain() }, &mut out);
    out
}

#[test]
fn findings_of_a_kind_share_a_label_and_foreign_names_are_cleaned() {
    let found = [
        trouble(TroubleKind::Failed, Severity::High, "a\x1b[31m.service", "exit code 3"),
        trouble(TroubleKind::Failed, Severity::High, "b.service", "timeout"),
        trouble(TroubleKind::ExposedAsRoot, Severity::Low, "ssh", "tcp/22"),
        trouble(TroubleKind::ExposedAsRoot, Severity::Low, "x", "udp/1"),
    ];
    let expected = "\
Trouble
  failed           a\\e[31m.service: exit code 3
                   b.service: timeout
  exposed as root  ssh tcp/22; x udp/1
";
    assert_eq!(page(&found), expected);
}

#[test]
fn nothing_and_little() {
    assert_eq!(page(&[]), "No trouble found.\n");
    let little = page(&[trouble(TroubleKind::ExposedAsRoot, Severity::Low, "ssh", "tcp/22")]);
    assert!(little.starts_with("Worth knowing\n"), "{little}");
}

#[test]
fn many_of_a_kind_are_counted() {
    let found: Vec<_> = (0..30)
        .map(|n| trouble(TroubleKind::Failed, Severity::High, &n.to_string(), "timeout"))
        .collect();
    let page = page(&found);
    assert!(page.contains("and 22 more"), "{page}");
    assert_eq!(page.lines().count(), 1 + MOST_OF_A_KIND + 1);
}
