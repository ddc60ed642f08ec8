//! A form as a model writes it: flat, with texts for values, and turned into the one that the host takes.
//!
//! What a field is stands in the schema once: in three places it would be most of what a model is told of all tools.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Number, Value, json};

/// One page of a wizard.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Pane {
    /// Its id, for `next`.
    id: String,
    /// Its heading.
    title: Option<String>,
    /// What to know about it.
    message: Option<String>,
    /// Its questions, each as in `fields` of the form.
    #[schemars(with = "Vec<Map<String, Value>>")]
    fields: Vec<Field>,
    /// Where it leads: the first whose condition holds; the pane after it when left out. Only to later panes.
    #[serde(default)]
    next: Vec<Next>,
}

/// Where a pane leads.
#[derive(Deserialize, JsonSchema)]
struct Next {
    /// When; always when left out.
    when: Option<When>,
    /// The pane's id; the form ends when left out.
    pane: Option<String>,
}

/// What a field asks for.
#[derive(Deserialize, JsonSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// A line of text.
    Text,
    /// Text of several lines.
    Textbox,
    /// One of the options.
    Choice,
    /// Some of the options.
    Multiselect,
    /// Yes or no.
    Checkbox,
    /// A number from `min` to `max`.
    Slider,
    /// A heading for the `fields` below it.
    Group,
}

/// One question.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Field {
    /// What the answer calls it: letters, digits, `_`, `-`, `.`.
    id: String,
    /// What it asks for.
    #[serde(rename = "type")]
    kind: Kind,
    /// The question; the id when left out.
    label: Option<String>,
    /// More about it.
    help: Option<String>,
    /// It may not be left empty; a checkbox must be checked.
    #[serde(default)]
    required: bool,
    /// What it is at first: a text, an option's value, `true`, or a number.
    default: Option<String>,
    /// The options that are chosen at first, of a multiselect, by value.
    #[serde(default)]
    defaults: Vec<String>,
    /// Shown in an empty text.
    placeholder: Option<String>,
    /// The options of a choice or a multiselect.
    #[serde(default)]
    options: Vec<Choice>,
    /// The least number of a slider; the fewest options of a multiselect.
    min: Option<f64>,
    /// The greatest number of a slider; the most options of a multiselect; the most characters of a text.
    max: Option<f64>,
    /// From one number of a slider to the next; 1 when left out.
    step: Option<f64>,
    /// The fields of a group, each as this one.
    #[serde(default)]
    #[schemars(with = "Vec<Map<String, Value>>")]
    fields: Vec<Self>,
    /// It is asked only when this holds of fields before it.
    visible_when: Option<When>,
}

/// An option.
#[derive(Deserialize, JsonSchema)]
struct Choice {
    /// What the answer has.
    value: String,
    /// What the person reads; the value when left out.
    label: Option<String>,
}

/// What must hold of fields before.
#[derive(Deserialize, JsonSchema)]
struct When {
    /// Each of these.
    #[serde(default)]
    all: Vec<Is>,
    /// And at least one of these, if there are any.
    #[serde(default)]
    any: Vec<Is>,
}

/// What must hold of one field.
#[derive(Deserialize, JsonSchema)]
struct Is {
    /// Its id.
    field: String,
    /// It has one of these values: a text, an option's value, `true` or `false`, or a number.
    one_of: Vec<String>,
    /// It has none of them.
    #[serde(default)]
    not: bool,
}

/// The fields that came before, by id.
#[derive(Default)]
pub(super) struct Known(Vec<(String, Kind)>);

impl Pane {
    pub(super) fn json(&self, known: &mut Known) -> Value {
        let fields: Vec<Value> = self.fields.iter().map(|field| field.json(known)).collect();
        let next = self.next.iter().map(|next| {
            without_null([
                ("when", next.when.as_ref().map(|when| when.json(known))),
                ("pane", next.pane.clone().map(Value::from)),
            ])
        });
        let next: Vec<Value> = next.collect();
        without_null([
            ("id", Some(self.id.clone().into())),
            ("title", self.title.clone().map(Value::from)),
            ("message", self.message.clone().map(Value::from)),
            ("fields", Some(fields.into())),
            ("next", (!next.is_empty()).then(|| next.into())),
        ])
    }
}

impl Field {
    pub(super) fn json(&self, known: &mut Known) -> Value {
        let visible_when = self.visible_when.as_ref().map(|when| when.json(known));
        known.0.push((self.id.clone(), self.kind));
        let options = self.options.iter().map(|option| {
            without_null([
                ("value", Some(option.value.clone().into())),
                ("label", option.label.clone().map(Value::from)),
            ])
        });
        let options: Vec<Value> = options.collect();
        let default = self.default.as_ref().map(|text| value(self.kind, text));
        let default = default.or_else(|| (!self.defaults.is_empty()).then(|| self.defaults.clone().into()));
        let fields: Vec<Value> = self.fields.iter().map(|field| field.json(known)).collect();
        without_null([
            ("id", Some(self.id.clone().into())),
            ("type", Some(self.kind.word().into())),
            ("label", self.label.clone().map(Value::from)),
            ("help", self.help.clone().map(Value::from)),
            ("required", self.required.then_some(Value::Bool(true))),
            ("default", default),
            ("placeholder", self.placeholder.clone().map(Value::from)),
            ("options", (!options.is_empty()).then(|| options.into())),
            ("min", self.min.map(number)),
            ("max", self.max.map(number)),
            ("step", self.step.map(number)),
            ("fields", (!fields.is_empty()).then(|| fields.into())),
            ("visible_when", visible_when),
        ])
    }
}

impl When {
    fn json(&self, known: &Known) -> Value {
        let parts = |parts: &[Is]| parts.iter().map(|is| is.json(known)).collect::<Vec<_>>();
        let (all, any) = (parts(&self.all), parts(&self.any));
        match any.is_empty() {
            true => json!({ "all": all }),
            false => json!({ "all": all.into_iter().chain([json!({ "any": any })]).collect::<Vec<_>>() }),
        }
    }
}

impl Is {
    fn json(&self, known: &Known) -> Value {
        let kind = known.0.iter().find(|(id, _)| *id == self.field).map(|(_, kind)| *kind);
        let values =
            self.one_of.iter().map(|text| kind.map_or_else(|| text.clone().into(), |kind| value(kind, text)));
        let is = json!({ "field": self.field, "in": values.collect::<Vec<_>>() });
        if self.not { json!({ "not": is }) } else { is }
    }
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Textbox => "textbox",
            Self::Choice => "choice",
            Self::Multiselect => "multiselect",
            Self::Checkbox => "checkbox",
            Self::Slider => "slider",
            Self::Group => "group",
        }
    }
}

/// A value of a field, from the text that a model wrote. What does not fit stays text, and the host says so.
fn value(kind: Kind, text: &str) -> Value {
    let parsed = match kind {
        Kind::Checkbox => text.parse().ok().map(Value::Bool),
        Kind::Slider => text.parse().ok().map(number),
        Kind::Text | Kind::Textbox | Kind::Choice | Kind::Multiselect | Kind::Group => None,
    };
    parsed.unwrap_or_else(|| text.into())
}

/// A number, whole where it is whole.
fn number(number: f64) -> Value {
    let whole = format!("{number}").parse::<i64>().map(Value::from);
    whole.unwrap_or_else(|_fraction| Number::from_f64(number).map_or(Value::Null, Value::from))
}

pub(super) fn without_null<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(members.collect::<Map<_, _>>())
}
