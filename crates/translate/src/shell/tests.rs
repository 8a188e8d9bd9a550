use super::{Node, Variables, parse, quote, words_of};

fn run(script: &str) -> Variables {
    let (items, wrong) = parse(script);
    assert_eq!(wrong, None, "{script}");
    let mut variables = Variables::new("svc");
    for item in items {
        if let Node::Simple(simple) = item.node {
            for (name, value) in &simple.assignments {
                variables.assign(name, value);
            }
        }
    }
    variables
}

#[test]
fn values_of_variables() {
    let cases = [
        ("A=b", Some("b")),
        ("A='it''s'", Some("its")),
        ("A=\"x $B\"", Some("x")),
        ("B=1; A=\"x ${B}2\"", Some("x 12")),
        ("A=${B:-d e}", Some("d e")),
        ("B=; A=${B:-d}", Some("d")),
        ("B=; A=x${B-d}", Some("x")),
        ("B=/usr/sbin/foo; A=${B##*/}", Some("foo")),
        ("B=foo.conf.old; A=${B%.*}", Some("foo.conf")),
        ("B=foo.conf.old; A=${B%%.*}", Some("foo")),
        ("A=\\\nb", Some("b")),
        ("A=`date`", None),
        ("A=$(basename $0)", Some("svc")),
        ("A=/run/$RC_SVCNAME.pid", Some("/run/svc.pid")),
        ("A=\"a\\\"b\\$c\"", Some("a\"b$c")),
        ("export X; A=1 # comment 'open", Some("1")),
        ("cat <<E\n' open\nE\nA=2", Some("2")),
    ];
    for (script, expected) in cases {
        let value = run(script).text("A");
        assert_eq!(value.as_deref().map(str::trim), expected, "{script}");
    }
}

#[test]
fn what_is_nested_is_read() {
    let script = "start() {\n  if [ -x /a ]; then\n    case \"$1\" in a|b) x;; *) y ;; esac\n  \
                  else z; fi || return 1\n}\nfor i in 1 2; do ( echo $i ); done\n";
    let (items, wrong) = parse(script);
    assert_eq!(wrong, None);
    let is_start = |node: &Node| match node {
        Node::Function { name, body } => name == "start" && body.len() == 2,
        _ => false,
    };
    assert!(is_start(&items[0].node), "{:?}", items[0]);
    assert!(matches!(items[1].node, Node::Loop { .. }));
}

#[test]
fn what_is_not_closed_is_told_with_its_line() {
    for (script, line) in
        [("a\nb 'c\nd", 2), ("x=1\nif a; then\nb\n", 4), ("a() {\n", 2), ("fi", 1)]
    {
        let (_, wrong) = parse(script);
        assert_eq!(wrong.map(|wrong| wrong.line), Some(line), "{script}");
    }
}

#[test]
fn quoting_is_undone_by_reading() {
    for text in ["", "a b", "it's", "$x`y`\\", "-n", "a\nb", "ä", "*", "''"] {
        let words = words_of(&quote(text)).unwrap();
        assert_eq!(words.len(), 1, "{text}");
        assert_eq!(words[0].literal().as_deref(), Some(text));
    }
}

#[test]
fn deep_nesting_ends() {
    for piece in ["a()", "${a:-", "(", "if ", "$(", "case x in y) ", "{ "] {
        parse(&piece.repeat(20_000));
    }
}
