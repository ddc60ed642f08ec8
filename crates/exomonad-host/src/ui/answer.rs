//! The answer to a form: which fields are asked, and whether what was given fits them.

use serde_json::{Map, Number, Value};

use super::form::{Choice, Field, Form, Kind, TextRules};

/// The values of a form, by the ids of its fields.
pub type Values = Map<String, Value>;

/// Why values are no answer to a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It is no JSON object.
    #[error("the answer is no JSON object")]
    NoObject,
    /// The form has no such field.
    #[error("the form has no field `{}`", field.escape_debug())]
    Unknown {
        /// Its id in the answer.
        field: String,
    },
    /// A field's rule is broken.
    #[error("field `{field}`: {why}")]
    Field {
        /// The field's id.
        field: String,
        /// The rule.
        why: String,
    },
}

/// A pane that is come to, and what is asked in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit<'a> {
    /// The pane's index.
    pub pane: usize,
    /// Its visible fields and groups, in order.
    pub items: Vec<Item<'a>>,
}

/// A visible field, or the heading of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item<'a> {
    /// The field.
    pub field: &'a Field,
    /// In how many groups it is.
    pub depth: usize,
}

impl Form {
    /// The panes that are come to with these values, and what is visible in each. What a field is at first counts where it has no
    /// value.
    #[must_use]
    pub fn path(&self, values: &Values) -> Vec<Visit<'_>> {
        let (mut visits, mut known, mut at) = (Vec::new(), Values::new(), Some(0));
        while let Some((index, pane)) = at.and_then(|index| Some((index, self.panes.get(index)?))) {
            let mut items = Vec::new();
            walk(&pane.fields, 0, values, &mut known, &mut items);
            visits.push(Visit { pane: index, items });
            let next = pane.next.iter().find(|next| next.when.as_ref().is_none_or(|when| when.holds(&known)));
            // A pane leads to later ones only, so that this ends.
            at = next.map_or(Some(index + 1), |next| next.pane.filter(|pane| *pane > index));
        }
        visits
    }

    /// The answer that these values are: of every field that is asked, what was given or else what it is at first, and of
    /// no other.
    ///
    /// # Errors
    /// A value does not fit its field, or a field is missing that must have one.
    pub fn answer(&self, values: &Values) -> Result<Values, AnswerError> {
        let fields: Vec<&Field> = self.panes.iter().flat_map(|pane| leaves(&pane.fields)).collect();
        if let Some(id) = values.keys().find(|id| fields.iter().all(|field| field.id != **id)) {
            return Err(AnswerError::Unknown { field: id.clone() });
        }
        let mut answer = Values::new();
        for item in self.path(values).into_iter().flat_map(|visit| visit.items) {
            let field = item.field;
            let given = values.get(&field.id).filter(|value| !value.is_null()).cloned();
            let value = given.or_else(|| initial(field));
            let failed = |why| AnswerError::Field { field: field.id.clone(), why };
            check(field, value.as_ref()).map_err(failed)?;
            answer.extend(value.map(|value| (field.id.clone(), value)));
        }
        Ok(answer)
    }

    /// As [`Form::answer`], from JSON.
    ///
    /// # Errors
    /// As there, or this is no JSON object.
    pub fn answer_from(&self, json: &str) -> Result<Values, AnswerError> {
        let values: Values = serde_json::from_str(json).map_err(|_no_object| AnswerError::NoObject)?;
        self.answer(&values)
    }
}

fn walk<'a>(
    fields: &'a [Field],
    depth: usize,
    values: &Values,
    known: &mut Values,
    items: &mut Vec<Item<'a>>,
) {
    for field in fields {
        if field.visible_when.as_ref().is_some_and(|when| !when.holds(known)) {
            continue;
        }
        items.push(Item { field, depth });
        if let Kind::Group(inner) = &field.kind {
            walk(inner, depth + 1, values, known, items);
        } else if let Some(value) =
            values.get(&field.id).filter(|value| !value.is_null()).cloned().or_else(|| initial(field))
        {
            known.insert(field.id.clone(), value);
        }
    }
}

/// The fields that have values, those in groups included.
fn leaves(fields: &[Field]) -> Vec<&Field> {
    let mut found = Vec::new();
    for field in fields {
        match &field.kind {
            Kind::Group(inner) => found.extend(leaves(inner)),
            Kind::Text(_)
            | Kind::Textbox(_)
            | Kind::Choice { .. }
            | Kind::Multiselect { .. }
            | Kind::Checkbox { .. }
            | Kind::Slider(_) => found.push(field),
        }
    }
    found
}

/// What a field is at first; absent for a choice that nothing is chosen of, and for a group.
#[must_use]
pub fn initial(field: &Field) -> Option<Value> {
    match &field.kind {
        Kind::Text(rules) | Kind::Textbox(rules) => Some(rules.default.clone().into()),
        Kind::Choice { default, .. } => default.clone().map(Value::from),
        Kind::Multiselect { default, .. } => Some(default.clone().into()),
        Kind::Checkbox { default } => Some((*default).into()),
        Kind::Slider(range) => Some(number_value(range.default)),
        Kind::Group(_) => None,
    }
}

/// Says which rule of a field a value breaks.
///
/// # Errors
/// The rule.
pub fn check(field: &Field, value: Option<&Value>) -> Result<(), String> {
    let Some(value) = value else {
        return match (&field.kind, field.required) {
            (Kind::Group(_), _) | (_, false) => Ok(()),
            (_, true) => Err("needs an answer".to_owned()),
        };
    };
    match &field.kind {
        Kind::Text(rules) => check_text(rules, field.required, value, false),
        Kind::Textbox(rules) => check_text(rules, field.required, value, true),
        Kind::Choice { options, .. } => match value.as_str() {
            Some(text) => check_option(options, text),
            None => Err(format!("must be one of {}", names(options))),
        },
        Kind::Multiselect { options, min, max, .. } => check_several(options, *min, *max, value),
        Kind::Checkbox { .. } => match (value.as_bool(), field.required) {
            (None, _) => Err("must be true or false".to_owned()),
            (Some(false), true) => Err("must be checked".to_owned()),
            (Some(_), _) => Ok(()),
        },
        Kind::Slider(range) => match value.as_f64() {
            Some(number) if range.has(number) => Ok(()),
            Some(_) | None => Err(format!(
                "must be a number from {} to {} in steps of {}",
                range.min, range.max, range.step
            )),
        },
        Kind::Group(_) => Err("is a group and has no value".to_owned()),
    }
}

fn check_text(rules: &TextRules, required: bool, value: &Value, has_lines: bool) -> Result<(), String> {
    let Some(text) = value.as_str() else { return Err("must be a string".to_owned()) };
    if required && text.trim().is_empty() {
        return Err("needs an answer".to_owned());
    }
    if text.chars().count() > rules.max {
        return Err(format!("has at most {} characters", rules.max));
    }
    if !has_lines && text.contains(['\n', '\r']) {
        return Err("must be one line".to_owned());
    }
    Ok(())
}

fn check_option(options: &[Choice], text: &str) -> Result<(), String> {
    match options.iter().any(|option| option.value == text) {
        true => Ok(()),
        false => Err(format!("must be one of {}", names(options))),
    }
}

fn check_several(options: &[Choice], min: usize, max: usize, value: &Value) -> Result<(), String> {
    let Some(chosen) = value.as_array() else {
        return Err(format!("must be a list of {}", names(options)));
    };
    for (index, value) in chosen.iter().enumerate() {
        match value.as_str() {
            Some(text) => check_option(options, text)?,
            None => return Err(format!("must be a list of {}", names(options))),
        }
        if chosen.iter().take(index).any(|other| other == value) {
            return Err(format!("has {value} twice"));
        }
    }
    if (min..=max).contains(&chosen.len()) {
        return Ok(());
    }
    Err(match (min, max) {
        (min, max) if min == max => format!("needs exactly {min} of its options"),
        (min, max) => format!("needs {min} to {max} of its options"),
    })
}

fn names(options: &[Choice]) -> String {
    let names: Vec<_> = options.iter().map(|option| format!("`{}`", option.value.escape_debug())).collect();
    names.join(", ")
}

/// A number as JSON has it, whole where it is whole.
pub(super) fn number_value(number: f64) -> Value {
    let text = format!("{number}");
    let whole = text.parse::<i64>().map(Value::from);
    whole.unwrap_or_else(|_fraction| Number::from_f64(number).map_or(Value::Null, Value::from))
}
