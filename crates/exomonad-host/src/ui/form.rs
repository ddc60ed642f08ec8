//! A form: what a person is asked, in one pane or in several, one after the other.

use serde_json::{Map, Value};

/// Why something is no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct FormError {
    /// Which part of it: `the form`, or field `ID`.
    place: String,
    /// The rule that it breaks.
    why: String,
}

impl FormError {
    pub(super) fn new(place: impl Into<String>, why: impl Into<String>) -> Self {
        Self { place: place.into(), why: why.into() }
    }
}

/// What a person is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// What it is about, in a line.
    pub title: String,
    /// What to know before answering.
    pub message: Option<String>,
    /// At least one; more make a wizard.
    pub panes: Vec<Pane>,
}

/// Fields that are seen together.
#[derive(Debug, Clone, PartialEq)]
pub struct Pane {
    /// What others lead to it by.
    pub id: String,
    /// Its heading.
    pub title: Option<String>,
    /// What to know about it.
    pub message: Option<String>,
    /// At least one.
    pub fields: Vec<Field>,
    /// Where it leads: the first that holds. None holds: to the pane after it.
    pub next: Vec<Next>,
}

/// Where a pane leads.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// Absent: always.
    pub when: Option<Condition>,
    /// The index of a later pane; absent: nothing follows.
    pub pane: Option<usize>,
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// What the answer calls it.
    pub id: String,
    /// What the person reads.
    pub label: String,
    /// More about it.
    pub help: Option<String>,
    /// It may not be left empty.
    pub required: bool,
    /// It is asked only then.
    pub visible_when: Option<Condition>,
    /// What is asked for.
    pub kind: Kind,
}

/// What a field asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A line of text.
    Text(TextRules),
    /// Text of several lines.
    Textbox(TextRules),
    /// One of several options.
    Choice {
        /// What there is to choose from.
        options: Vec<Choice>,
        /// What is chosen at first, by value.
        default: Option<String>,
    },
    /// Some of several options.
    Multiselect {
        /// What there is to choose from.
        options: Vec<Choice>,
        /// How many at least.
        min: usize,
        /// How many at most.
        max: usize,
        /// What is chosen at first, by value.
        default: Vec<String>,
    },
    /// Yes or no.
    Checkbox {
        /// What it is at first.
        default: bool,
    },
    /// A number from a range.
    Slider(Range),
    /// Fields under one heading. It has no value of its own.
    Group(Vec<Field>),
}

/// What a text may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRules {
    /// What it is at first.
    pub default: String,
    /// Shown while it is empty.
    pub placeholder: Option<String>,
    /// How many characters at most.
    pub max: usize,
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the answer has.
    pub value: String,
    /// What the person reads.
    pub label: String,
}

/// The numbers of a slider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// From one to the next.
    pub step: f64,
    /// What it is at first.
    pub default: f64,
}

/// What must hold of the fields that were answered before.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The field has this value; of several that are chosen, one has.
    Equals {
        /// The field's id.
        field: String,
        /// The value.
        value: Value,
    },
    /// The field has one of these values.
    In {
        /// The field's id.
        field: String,
        /// The values.
        values: Vec<Value>,
    },
    /// The other does not hold.
    Not(Box<Self>),
    /// Each holds.
    All(Vec<Self>),
    /// At least one holds.
    Any(Vec<Self>),
}

impl Condition {
    /// Whether it holds. A field that is not asked has no value, and equals nothing.
    #[must_use]
    pub fn holds(&self, values: &Map<String, Value>) -> bool {
        match self {
            Self::Equals { field, value } => values.get(field).is_some_and(|found| has(found, value)),
            Self::In { field, values: wanted } => {
                values.get(field).is_some_and(|found| wanted.iter().any(|value| has(found, value)))
            }
            Self::Not(other) => !other.holds(values),
            Self::All(others) => others.iter().all(|other| other.holds(values)),
            Self::Any(others) => others.iter().any(|other| other.holds(values)),
        }
    }
}

fn has(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Array(found), _) => found.contains(wanted),
        // 1 and 1.0 are the same number.
        (Value::Number(found), Value::Number(wanted)) => found.as_f64() == wanted.as_f64(),
        (
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Number(_) | Value::Object(_),
            Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_),
        ) => found == wanted,
    }
}
