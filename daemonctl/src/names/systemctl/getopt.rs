//! A command line taken apart as getopt_long(3) of the GNU C library does it: options anywhere
//! among the words, clusters of short ones, abbreviations of long ones, `--` before what is none.

/// Whether an option has an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// None.
    Nothing,
    /// One, behind `=` or as the next word.
    Argument,
    /// One, if it follows in the same word.
    MayBe,
}

/// How an option is written.
pub trait Spelled {
    /// `--long`, without its dashes.
    fn long(&self) -> Option<&'static str>;
    /// `-s`, without its dash.
    fn short(&self) -> Option<char>;
    /// Whether it has an argument.
    fn takes(&self) -> Takes;
    /// Whether the beginning of its long name may stand for it.
    fn abbreviates(&self) -> bool {
        true
    }
}

/// What a command line consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed<'t, T> {
    /// The options in their order, each with its argument.
    pub options: Vec<(&'t T, Option<String>)>,
    /// What is no option.
    pub words: Vec<String>,
    /// What is wrong, in getopt's words; the options before it stand.
    pub problem: Option<String>,
}

/// Takes `args` apart by a table of options. Problems name the program as `program`.
pub fn parse<'t, T: Spelled>(table: &'t [T], program: &str, args: &[String]) -> Parsed<'t, T> {
    let mut parsed = Parsed { options: Vec::new(), words: Vec::new(), problem: None };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let outcome = if arg == "--" {
            parsed.words.extend(args.by_ref().cloned());
            Ok(())
        } else if let Some(long) = arg.strip_prefix("--") {
            one_long(table, long, &mut args).map(|option| parsed.options.push(option))
        } else if let Some(cluster) = arg.strip_prefix('-').filter(|rest| !rest.is_empty()) {
            shorts(table, cluster, &mut args, &mut parsed.options)
        } else {
            parsed.words.push(arg.clone());
            Ok(())
        };
        if let Err(problem) = outcome {
            parsed.problem = Some(format!("{program}: {problem}"));
            break;
        }
    }
    parsed
}

type One<'t, T> = (&'t T, Option<String>);

fn one_long<'t, 'a, T: Spelled>(
    table: &'t [T],
    written: &str,
    args: &mut impl Iterator<Item = &'a String>,
) -> Result<One<'t, T>, String> {
    let (name, value) = match written.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (written, None),
    };
    let option = find_long(table, name, written)?;
    let full = option.long().unwrap_or_default();
    match (option.takes(), value) {
        (Takes::Nothing, Some(_)) => Err(format!("option '--{full}' doesn't allow an argument")),
        (Takes::Argument, None) => match args.next() {
            Some(value) => Ok((option, Some(value.clone()))),
            None => Err(format!("option '--{full}' requires an argument")),
        },
        (_, value) => Ok((option, value)),
    }
}

fn find_long<'t, T: Spelled>(table: &'t [T], name: &str, written: &str) -> Result<&'t T, String> {
    let named = |option: &&T| option.long() == Some(name);
    if let Some(option) = table.iter().find(named) {
        return Ok(option);
    }
    let begins = |option: &&T| {
        option.abbreviates() && option.long().is_some_and(|long| long.starts_with(name))
    };
    let candidates: Vec<&T> = table.iter().filter(begins).collect();
    match candidates.as_slice() {
        [] => Err(format!("unrecognized option '--{written}'")),
        [one] => Ok(one),
        many => {
            let mut text = format!("option '--{written}' is ambiguous; possibilities:");
            for option in many {
                text.push_str(&format!(" '--{}'", option.long().unwrap_or_default()));
            }
            Err(text)
        }
    }
}

fn shorts<'t, 'a, T: Spelled>(
    table: &'t [T],
    cluster: &str,
    args: &mut impl Iterator<Item = &'a String>,
    options: &mut Vec<One<'t, T>>,
) -> Result<(), String> {
    let mut letters = cluster.chars();
    while let Some(letter) = letters.next() {
        let Some(option) = table.iter().find(|option| option.short() == Some(letter)) else {
            return Err(format!("invalid option -- '{letter}'"));
        };
        let rest = letters.as_str();
        match option.takes() {
            Takes::Nothing => {
                options.push((option, None));
                continue;
            }
            Takes::MayBe => options.push((option, Some(rest.to_owned()).filter(|r| !r.is_empty()))),
            Takes::Argument if !rest.is_empty() => options.push((option, Some(rest.to_owned()))),
            Takes::Argument => match args.next() {
                Some(value) => options.push((option, Some(value.clone()))),
                None => return Err(format!("option requires an argument -- '{letter}'")),
            },
        }
        break;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Spelled, Takes, parse};

    #[derive(Debug, PartialEq, Eq)]
    struct Row(&'static str, Option<char>, Takes);

    impl Spelled for Row {
        fn long(&self) -> Option<&'static str> {
            Some(self.0)
        }
        fn short(&self) -> Option<char> {
            self.1
        }
        fn takes(&self) -> Takes {
            self.2
        }
    }

    const TABLE: &[Row] = &[
        Row("all", Some('a'), Takes::Nothing),
        Row("type", Some('t'), Takes::Argument),
        Row("no-block", None, Takes::Nothing),
        Row("no-pager", None, Takes::Nothing),
        Row("dot", Some('.'), Takes::MayBe),
    ];

    fn parsed(line: &str) -> String {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let parsed = parse(TABLE, "tool", &args);
        let mut out = String::new();
        for (option, value) in parsed.options {
            out.push_str(&format!("{}({}) ", option.0, value.unwrap_or_default()));
        }
        out.push_str(&parsed.words.join(","));
        parsed.problem.map_or(out, |problem| problem)
    }

    #[test]
    fn options_stand_anywhere() {
        assert_eq!(parsed("x -a y --type=z"), "all() type(z) x,y");
        assert_eq!(parsed("x -at y z"), "all() type(y) x,z");
        assert_eq!(parsed("-atfoo -"), "all() type(foo) -");
        assert_eq!(parsed("x -- -a --type"), "x,-a,--type");
        assert_eq!(parsed("--ty foo --no-b"), "type(foo) no-block() ");
        assert_eq!(parsed("-.mount"), "dot(mount) ");
    }

    #[test]
    fn what_is_wrong_is_said_as_the_library_says_it() {
        for (line, problem) in [
            ("--what", "tool: unrecognized option '--what'"),
            ("--what=x", "tool: unrecognized option '--what=x'"),
            ("--all=x", "tool: option '--all' doesn't allow an argument"),
            ("--type", "tool: option '--type' requires an argument"),
            ("-t", "tool: option requires an argument -- 't'"),
            ("-az", "tool: invalid option -- 'z'"),
            ("--no", "tool: option '--no' is ambiguous; possibilities: '--no-block' '--no-pager'"),
        ] {
            assert_eq!(parsed(line), problem, "{line}");
        }
    }
}
