//! The values of a text, each with the place where it stands.

use jsonc_parser::ast::Value as Parsed;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde::de::IgnoredAny;
use serde_json::{Map, Number, Value};

use super::Dialect;
use super::problem::{DocumentError, Position, Problem};

/// One value and its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    /// As written: a number may be larger than any type of ours.
    Number(String),
    Text(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

/// One key and its value; `start` is where the key begins.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) start: usize,
    pub(super) name: String,
    pub(super) value: Node,
}

/// Reads the text the way the program it belongs to does. An empty text has no value.
pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Option<Node>, DocumentError> {
    let options = strict_options();
    let root = match dialect {
        Dialect::Strict => parse_with(text, &options)?,
        Dialect::Comments => parse_with(text, &ParseOptions { allow_comments: true, ..options })?,
    };
    if dialect == Dialect::Strict && root.is_some() {
        serde_json::from_str::<IgnoredAny>(text).map_err(|err| DocumentError {
            at: Position { line: err.line(), column: err.column() },
            problem: Problem::Syntax { message: err.to_string() },
        })?;
    }
    Ok(root)
}

/// Reads all that can be told apart: to take our entries out, the file need not be one its program would accept.
pub(super) fn parse_leniently(text: &str) -> Result<Option<Node>, DocumentError> {
    let options = ParseOptions { allow_comments: true, allow_trailing_commas: true, ..strict_options() };
    parse_with(text, &options)
}

fn strict_options() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn parse_with(text: &str, options: &ParseOptions) -> Result<Option<Node>, DocumentError> {
    match parse_to_ast(text, &CollectOptions::default(), options) {
        Ok(parsed) => Ok(parsed.value.map(Node::from)),
        Err(err) => Err(DocumentError {
            at: Position { line: err.line_display(), column: err.column_display() },
            problem: Problem::Syntax { message: err.kind().to_string().to_lowercase() },
        }),
    }
}

impl From<Parsed<'_>> for Node {
    fn from(parsed: Parsed<'_>) -> Self {
        let (start, end) = (parsed.start(), parsed.end());
        let kind = match parsed {
            Parsed::NullKeyword(_) => Kind::Null,
            Parsed::BooleanLit(literal) => Kind::Bool(literal.value),
            Parsed::NumberLit(literal) => Kind::Number(literal.value.to_owned()),
            Parsed::StringLit(literal) => Kind::Text(literal.value.into_owned()),
            Parsed::Array(array) => Kind::Array(array.elements.into_iter().map(Self::from).collect()),
            Parsed::Object(object) => {
                let members = object.properties.into_iter().map(|property| Member {
                    start: property.start(),
                    name: property.name.into_string(),
                    value: Self::from(property.value),
                });
                Kind::Object(members.collect())
            }
        };
        Self { start, end, kind }
    }
}

impl Node {
    /// What people call it.
    pub(super) fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "a string",
            Kind::Array(_) => "an array",
            Kind::Object(_) => "an object",
        }
    }

    pub(super) fn elements(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Array(elements) => Some(elements),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Object(_) => None,
        }
    }

    pub(super) fn members(&self) -> Option<&[Member]> {
        match &self.kind {
            Kind::Object(members) => Some(members),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Array(_) => None,
        }
    }

    /// Where each element or member stands.
    pub(super) fn spans(&self) -> Vec<(usize, usize)> {
        match &self.kind {
            Kind::Array(elements) => elements.iter().map(|element| (element.start, element.end)).collect(),
            Kind::Object(members) => members.iter().map(|member| (member.start, member.value.end)).collect(),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => Vec::new(),
        }
    }

    /// The value, unless it holds a number no entry of ours could hold.
    pub(super) fn to_value(&self) -> Option<Value> {
        Some(match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(digits) => Value::Number(digits.parse::<Number>().ok()?),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::Array(elements) => {
                Value::Array(elements.iter().map(Self::to_value).collect::<Option<Vec<_>>>()?)
            }
            Kind::Object(members) => {
                let pairs =
                    members.iter().map(|member| Some((member.name.clone(), member.value.to_value()?)));
                let map = pairs.collect::<Option<Map<_, _>>>()?;
                // A repeated key makes the value something that cannot be compared with ours.
                (map.len() == members.len()).then_some(Value::Object(map))?
            }
        })
    }

    /// Tells whether both say the same, wherever they stand: same order, numbers written alike.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Bool(one), Kind::Bool(two)) => one == two,
            (Kind::Number(one), Kind::Number(two)) | (Kind::Text(one), Kind::Text(two)) => one == two,
            (Kind::Array(one), Kind::Array(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.says_the_same_as(two))
            }
            (Kind::Object(one), Kind::Object(two)) => {
                one.len() == two.len()
                    && one
                        .iter()
                        .zip(two)
                        .all(|(one, two)| one.name == two.name && one.value.says_the_same_as(&two.value))
            }
            _ => false,
        }
    }
}
