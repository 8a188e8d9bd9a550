//! Tokens into steps: a parser by recursive descent, whose depth is limited.

use super::Step;
use super::lex::{Operator, Token, What, token};
use super::test::{Check, Literal, Test, allowed, example, kind_name};
use crate::column::{self, Column, Kind, Rows};
use crate::error::{Part, Problem, QueryError};
use crate::value::Why;

/// Parentheses inside each other. Nobody needs as many, and the parser's own stack is finite.
const DEPTH_MAX: usize = 64;

pub(super) fn parse<K: Rows>(
    source: &str,
    table: &'static [Column<K>],
) -> Result<(Vec<Step<K>>, u64), QueryError> {
    let next = token(source, 0)?;
    let mut parser = Parser { source, table, next, steps: Vec::new(), needs: 0 };
    parser.either(0)?;
    match parser.next.what {
        What::End => Ok((parser.steps, parser.needs)),
        _ => Err(parser.expected("`and`, `or` or the end")),
    }
}

struct Parser<'s, K: Rows> {
    source: &'s str,
    table: &'static [Column<K>],
    next: Token<'s>,
    steps: Vec<Step<K>>,
    needs: u64,
}

impl<'s, K: Rows> Parser<'s, K> {
    fn advance(&mut self) -> Result<Token<'s>, QueryError> {
        let following = token(self.source, self.next.end)?;
        Ok(std::mem::replace(&mut self.next, following))
    }

    fn error(&self, problem: Problem, start: usize, end: usize) -> QueryError {
        QueryError::new(problem, Part::Filter, self.source, start..end)
    }

    fn expected(&self, wanted: &'static str) -> QueryError {
        let Token { start, end, .. } = self.next;
        let found = self.source.get(start..end).unwrap_or("").to_owned();
        self.error(Problem::Expected { wanted, found }, start, end)
    }

    /// Whether the next token is this word of the language.
    fn at_word(&self, word: &str) -> bool {
        matches!(self.next.what, What::Word(next) if next.eq_ignore_ascii_case(word))
    }

    /// `both or both or …`
    fn either(&mut self, depth: usize) -> Result<(), QueryError> {
        self.both(depth)?;
        let mut jumps = Vec::new();
        while self.next.what == What::Or {
            self.advance()?;
            jumps.push(self.steps.len());
            self.steps.push(Step::IfTrue(0));
            self.both(depth)?;
        }
        self.land(&jumps);
        Ok(())
    }

    /// `single and single and …`
    fn both(&mut self, depth: usize) -> Result<(), QueryError> {
        self.single(depth)?;
        let mut jumps = Vec::new();
        while self.next.what == What::And {
            self.advance()?;
            jumps.push(self.steps.len());
            self.steps.push(Step::IfFalse(0));
            self.single(depth)?;
        }
        self.land(&jumps);
        Ok(())
    }

    /// Makes jumps end here.
    fn land(&mut self, jumps: &[usize]) {
        let here = self.steps.len();
        for jump in jumps {
            if let Some(Step::IfTrue(target) | Step::IfFalse(target)) = self.steps.get_mut(*jump) {
                *target = here;
            }
        }
    }

    /// `not … (either)` or `not … test`
    fn single(&mut self, depth: usize) -> Result<(), QueryError> {
        let mut negated = false;
        while self.next.what == What::Not {
            self.advance()?;
            negated = !negated;
        }
        if self.next.what == What::Open {
            let open = self.advance()?;
            if depth == DEPTH_MAX {
                let problem = Problem::TooDeep { limit: DEPTH_MAX };
                return Err(self.error(problem, open.start, open.end));
            }
            self.either(depth + 1)?;
            match self.next.what {
                What::Close => self.advance()?,
                What::End => {
                    return Err(self.error(Problem::UnclosedParenthesis, open.start, open.end));
                }
                _ => return Err(self.expected("`and`, `or` or `)`")),
            };
        } else {
            self.test()?;
        }
        if negated {
            self.steps.push(Step::Not);
        }
        Ok(())
    }

    /// A column, and what is asked of it.
    fn test(&mut self) -> Result<(), QueryError> {
        let What::Word(name) = self.next.what else {
            return Err(self.expected("the name of a column"));
        };
        let column = column::find(name, self.table, Part::Filter, self.source, self.next.start)?;
        self.advance()?;
        let check = match self.next.what {
            What::Operator(operator) => self.comparison(column, operator)?,
            What::Not => {
                self.advance()?;
                if !self.at_word("in") {
                    return Err(self.expected("`in`"));
                }
                self.membership(column, true)?
            }
            What::Word(_) if self.at_word("in") => self.membership(column, false)?,
            What::Word(_) if self.at_word("is") => self.absence()?,
            What::And | What::Or | What::Close | What::End => Check::Truth,
            _ => return Err(self.expected("an operator (= != > >= < <= ~ !~ in is)")),
        };
        self.needs |= column.needs;
        self.steps.push(Step::Ask(Test { value: column.value, check }));
        Ok(())
    }

    fn comparison(
        &mut self,
        column: &'static Column<K>,
        operator: Operator,
    ) -> Result<Check, QueryError> {
        let sign = self.advance()?;
        if self.at_word("null") && matches!(operator, Operator::Equal | Operator::Unequal) {
            self.advance()?;
            return Ok(Check::Missing { why: None, negated: operator == Operator::Unequal });
        }
        let like = matches!(operator, Operator::Like | Operator::Unlike);
        let ordered = !like && !matches!(operator, Operator::Equal | Operator::Unequal);
        let fits = match column.kind {
            Kind::Text => !ordered,
            Kind::Bool => !ordered && !like,
            Kind::List => true,
            _ => !like,
        };
        if !fits {
            let (kind, allowed) = (kind_name(column.kind), allowed(column.kind));
            let problem = Problem::WrongOperator { column: column.key, kind, allowed };
            return Err(self.error(problem, sign.start, sign.end));
        }
        let literal = self.literal(column, ordered)?;
        Ok(Check::Compare { operator, literal })
    }

    fn membership(
        &mut self,
        column: &'static Column<K>,
        negated: bool,
    ) -> Result<Check, QueryError> {
        self.advance()?;
        if self.next.what != What::Open {
            return Err(self.expected("`(`"));
        }
        let open = self.advance()?;
        let mut literals = Vec::new();
        loop {
            literals.push(self.literal(column, false)?);
            match self.next.what {
                What::Comma => self.advance()?,
                What::Close => break,
                What::End => {
                    return Err(self.error(Problem::UnclosedParenthesis, open.start, open.end));
                }
                _ => return Err(self.expected("`,` or `)`")),
            };
        }
        self.advance()?;
        Ok(Check::AnyOf { literals, negated })
    }

    /// `is null`, `is not null`, `is denied` …
    fn absence(&mut self) -> Result<Check, QueryError> {
        self.advance()?;
        let mut negated = false;
        if self.next.what == What::Not {
            self.advance()?;
            negated = true;
        }
        let What::Word(word) = self.next.what else {
            return Err(self.expected(REASONS));
        };
        let why = match word.to_ascii_lowercase().as_str() {
            // "Unknown" in everyday speech: for whatever reason.
            "null" | "missing" | "unknown" => None,
            "denied" => Some(Why::NotPermitted),
            word => match Why::ALL.into_iter().find(|why| why.json() == word) {
                Some(why) => Some(why),
                None => return Err(self.expected(REASONS)),
            },
        };
        self.advance()?;
        Ok(Check::Missing { why, negated })
    }

    fn literal(
        &mut self,
        column: &'static Column<K>,
        ordered: bool,
    ) -> Result<Literal, QueryError> {
        let text = match &self.next.what {
            What::Word(word) => (*word).to_owned(),
            What::Quoted(text) => text.clone().into_owned(),
            _ => return Err(self.expected("a value")),
        };
        let Token { start, end, .. } = self.next;
        let Some(literal) = Literal::read(&text, column.kind, ordered) else {
            let (kind, example) = (kind_name(column.kind), example(column.kind));
            let problem = Problem::BadValue { found: text, column: column.key, kind, example };
            return Err(self.error(problem, start, end));
        };
        self.advance()?;
        Ok(literal)
    }
}

const REASONS: &str = "`null`, `not_permitted`, `not_measured`, `not_applicable` or `vanished`";
