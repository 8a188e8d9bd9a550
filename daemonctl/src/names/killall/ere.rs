//! POSIX extended regular expressions (regex(7)) over names, as `killall -r` takes them.
//!
//! All ways to match are followed at once, a byte at a time, so that no pattern takes longer than
//! its length times the name's.

/// Most that a bound may ask for, and most states of a pattern.
const MOST_REPEATS: usize = 255;
const MOST_STATES: usize = 20_000;

/// A pattern.
#[derive(Debug)]
pub struct Pattern {
    states: Vec<State>,
    ignore_case: bool,
}

#[derive(Debug, Clone)]
enum State {
    /// A byte of this set, then the next state.
    Byte(Box<Set>),
    /// One of two.
    Split(usize, usize),
    /// Another.
    Jump(usize),
    /// Here is the beginning.
    Start,
    /// Here is the end.
    End,
    /// It matches.
    Match,
}

#[derive(Debug, Clone)]
struct Set {
    has: [bool; 256],
}

impl Set {
    fn of(bytes: impl IntoIterator<Item = u8>) -> Set {
        let mut set = Set { has: [false; 256] };
        bytes.into_iter().for_each(|byte| set.add(byte));
        set
    }

    fn add(&mut self, byte: u8) {
        if let Some(has) = self.has.get_mut(usize::from(byte)) {
            *has = true;
        }
    }

    fn contains(&self, byte: u8) -> bool {
        self.has.get(usize::from(byte)).copied().unwrap_or(false)
    }

    fn inverted(mut self) -> Set {
        self.has.iter_mut().for_each(|has| *has = !*has);
        self
    }
}

/// What a pattern says, before it is states.
#[derive(Debug, Clone)]
enum Node {
    Set(Box<Set>),
    Start,
    End,
    Both(Vec<Node>),
    Either(Vec<Node>),
    /// At least, and at most: without a limit where it is `None`.
    Repeat(Box<Node>, usize, Option<usize>),
}

impl Pattern {
    /// Reads a pattern. `None`: it is none.
    pub fn parse(text: &[u8], ignore_case: bool) -> Option<Pattern> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let node = parser.either()?;
        if parser.at != text.len() {
            return None;
        }
        let mut pattern = Pattern { states: Vec::new(), ignore_case };
        pattern.put(&node)?;
        pattern.states.push(State::Match);
        Some(pattern)
    }

    fn add(&mut self, state: State) -> Option<usize> {
        self.states.push(state);
        (self.states.len() <= MOST_STATES).then(|| self.states.len() - 1)
    }

    fn put(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::Set(set) => self.add(State::Byte(set.clone())).map(drop),
            Node::Start => self.add(State::Start).map(drop),
            Node::End => self.add(State::End).map(drop),
            Node::Both(nodes) => nodes.iter().try_for_each(|node| self.put(node)),
            Node::Either(nodes) => self.put_either(nodes),
            Node::Repeat(node, least, most) => self.put_repeat(node, *least, *most),
        }
    }

    fn put_either(&mut self, nodes: &[Node]) -> Option<()> {
        let (first, rest) = nodes.split_first()?;
        if rest.is_empty() {
            return self.put(first);
        }
        let split = self.add(State::Jump(0))?;
        self.put(first)?;
        let jump = self.add(State::Jump(0))?;
        let other = self.states.len();
        self.set(split, State::Split(split + 1, other));
        self.put_either(rest)?;
        let end = self.states.len();
        self.set(jump, State::Jump(end));
        Some(())
    }

    fn put_repeat(&mut self, node: &Node, least: usize, most: Option<usize>) -> Option<()> {
        for _ in 0..least {
            self.put(node)?;
        }
        let Some(most) = most else {
            let split = self.add(State::Jump(0))?;
            self.put(node)?;
            self.add(State::Jump(split))?;
            let end = self.states.len();
            self.set(split, State::Split(split + 1, end));
            return Some(());
        };
        let mut splits = Vec::new();
        for _ in least..most {
            splits.push(self.add(State::Jump(0))?);
            self.put(node)?;
        }
        let end = self.states.len();
        for split in splits {
            self.set(split, State::Split(split + 1, end));
        }
        Some(())
    }

    fn set(&mut self, at: usize, state: State) {
        if let Some(place) = self.states.get_mut(at) {
            *place = state;
        }
    }

    /// Whether it is anywhere in a name.
    pub fn is_in(&self, name: &[u8]) -> bool {
        let mut now = vec![false; self.states.len()];
        for at in 0..=name.len() {
            if self.enter(&mut now, 0, at, name.len()) {
                return true;
            }
            let Some(&byte) = name.get(at) else { return false };
            let mut next = vec![false; self.states.len()];
            for (index, state) in self.states.iter().enumerate() {
                let alive = now.get(index).copied().unwrap_or(false);
                let State::Byte(set) = state else { continue };
                if alive
                    && self.takes(set, byte)
                    && self.enter(&mut next, index + 1, at + 1, name.len())
                {
                    return true;
                }
            }
            now = next;
        }
        false
    }

    fn takes(&self, set: &Set, byte: u8) -> bool {
        set.contains(byte)
            || self.ignore_case
                && (set.contains(byte.to_ascii_lowercase())
                    || set.contains(byte.to_ascii_uppercase()))
    }

    /// Enters a state and those that follow without a byte; whether it matches.
    fn enter(&self, now: &mut [bool], state: usize, at: usize, end: usize) -> bool {
        let mut todo = vec![state];
        while let Some(index) = todo.pop() {
            match now.get_mut(index) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            match self.states.get(index) {
                Some(State::Match) => return true,
                Some(State::Split(one, other)) => todo.extend([*one, *other]),
                Some(State::Jump(other)) => todo.push(*other),
                Some(State::Start) if at == 0 => todo.push(index + 1),
                Some(State::End) if at == end => todo.push(index + 1),
                _ => {}
            }
        }
        false
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next_if(&mut self, byte: u8) -> bool {
        let is_it = self.peek() == Some(byte);
        self.at += usize::from(is_it);
        is_it
    }

    fn either(&mut self) -> Option<Node> {
        let mut nodes = vec![self.both()?];
        while self.next_if(b'|') {
            nodes.push(self.both()?);
        }
        Some(Node::Either(nodes))
    }

    fn both(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        while let Some(byte) = self.peek() {
            if byte == b'|' || byte == b')' && self.depth > 0 {
                break;
            }
            let atom = self.atom()?;
            nodes.push(self.repeated(atom)?);
        }
        Some(Node::Both(nodes))
    }

    fn repeated(&mut self, mut node: Node) -> Option<Node> {
        loop {
            let (least, most) = match self.peek() {
                Some(b'*') => (0, None),
                Some(b'+') => (1, None),
                Some(b'?') => (0, Some(1)),
                Some(b'{') => self.bound()?,
                _ => return Some(node),
            };
            self.at += 1;
            node = Node::Repeat(Box::new(node), least, most);
        }
    }

    /// `{2}`, `{2,}` or `{2,5}`, up to but not with its last brace.
    fn bound(&mut self) -> Option<(usize, Option<usize>)> {
        let rest = self.text.get(self.at + 1..)?;
        let length = rest.iter().position(|&byte| byte == b'}')?;
        let text = std::str::from_utf8(rest.get(..length)?).ok()?;
        let number = |text: &str| text.parse().ok().filter(|number| *number <= MOST_REPEATS);
        let bound = match text.split_once(',') {
            None => (number(text)?, Some(number(text)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        self.at += length + 1;
        bound.1.is_none_or(|most| bound.0 <= most).then_some(bound)
    }

    fn atom(&mut self) -> Option<Node> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'(' => {
                // Deeper ones are nobody's.
                self.depth += 1;
                let node = if self.depth < 100 { self.either()? } else { return None };
                self.depth -= 1;
                if !self.next_if(b')') {
                    return None;
                }
                node
            }
            b'^' => Node::Start,
            b'$' => Node::End,
            b'.' => Node::Set(Box::new(Set::of(1..=255))),
            b'[' => Node::Set(Box::new(self.brackets()?)),
            b'*' | b'+' | b'?' => return None,
            b'\\' => {
                let byte = self.peek()?;
                self.at += 1;
                Node::Set(Box::new(Set::of([byte])))
            }
            byte => Node::Set(Box::new(Set::of([byte]))),
        })
    }

    /// What is between brackets.
    fn brackets(&mut self) -> Option<Set> {
        let inverted = self.next_if(b'^');
        let mut set = Set::of([]);
        let mut first = true;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            if byte == b']' && !first {
                return Some(if inverted { set.inverted() } else { set });
            }
            first = false;
            if byte == b'[' && self.next_if(b':') {
                self.class(&mut set)?;
                continue;
            }
            let is_range = self.peek() == Some(b'-')
                && self.text.get(self.at + 1).is_some_and(|&end| end != b']');
            if !is_range {
                set.add(byte);
                continue;
            }
            let end = self.text.get(self.at + 1).copied()?;
            self.at += 2;
            if end < byte {
                return None;
            }
            (byte..=end).for_each(|byte| set.add(byte));
        }
    }

    /// `[:alpha:]`, from behind its colon.
    fn class(&mut self, set: &mut Set) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let length = rest.windows(2).position(|two| two == b":]")?;
        let test: fn(&u8) -> bool = match rest.get(..length)? {
            b"alpha" => u8::is_ascii_alphabetic,
            b"digit" => u8::is_ascii_digit,
            b"alnum" => u8::is_ascii_alphanumeric,
            b"upper" => u8::is_ascii_uppercase,
            b"lower" => u8::is_ascii_lowercase,
            b"space" => |byte| byte.is_ascii_whitespace() || *byte == 0x0b,
            b"blank" => |byte| matches!(byte, b' ' | b'\t'),
            b"punct" => u8::is_ascii_punctuation,
            b"xdigit" => u8::is_ascii_hexdigit,
            b"cntrl" => u8::is_ascii_control,
            b"graph" => u8::is_ascii_graphic,
            b"print" => |byte| matches!(byte, b' '..=b'~'),
            _ => return None,
        };
        self.at += length + 2;
        (0..=u8::MAX).filter(test).for_each(|byte| set.add(byte));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(pattern: &str, name: &str) -> bool {
        Pattern::parse(pattern.as_bytes(), false).unwrap().is_in(name.as_bytes())
    }

    #[test]
    fn patterns_match_as_posix_has_it() {
        for (pattern, name) in [
            ("ng", "nginx"),
            ("^nginx$", "nginx"),
            ("^(nginx|httpd)$", "httpd"),
            ("^n.*x$", "nginx"),
            ("^a{2,3}b?$", "aaa"),
            ("^a{2,}$", "aaaa"),
            ("[[:digit:]]+$", "worker12"),
            ("^[^a-m]", "nginx"),
            ("^[]x-]+$", "]-x"),
            ("a\\.b", "a.b"),
            ("(a|b)*c", "ababc"),
            ("", "anything"),
            ("x|", "y"),
        ] {
            assert!(is_in(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("^ng$", "nginx"), ("a\\.b", "axb"), ("^a{2}$", "aaa"), ("[[:upper:]]", "nginx")]
        {
            assert!(!is_in(pattern, name), "{pattern} {name}");
        }
        assert!(Pattern::parse(b"^NG", true).unwrap().is_in(b"nginx"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["(", "(a", "[a", "a{2", "a{3,2}", "*a", "[b-a]", "\\", "[[:nope:]]", "a{999}"] {
            assert!(Pattern::parse(text.as_bytes(), false).is_none(), "{text}");
        }
    }

    #[test]
    fn no_pattern_takes_for_ever() {
        let name = "a".repeat(200);
        assert!(!is_in("(a*)*(a*)*(a|a)*b", &name));
        assert!(Pattern::parse("(".repeat(10_000).as_bytes(), false).is_none());
        assert!(Pattern::parse(b"((((a{255}){255}){255}){255})", false).is_none());
    }
}
