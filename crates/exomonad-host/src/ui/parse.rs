//! Reads a form, and refuses one that nobody could answer.
//!
//! Rule: what this accepts has an answer, and every path through its panes ends.

use serde_json::Value;

use super::form::{Choice, Condition, Field, Form, Kind, Next, Pane, Range, TextRules};
use super::reader::Reader;
use super::{FormError, number_value};

/// The most bytes of a form.
pub const FORM_BYTES: usize = 128 << 10;

/// The most panes, fields and options.
const PANES: usize = 30;
const FIELDS: usize = 200;
const OPTIONS: usize = 200;

/// How deep groups and conditions may be, one in the other.
const DEPTH: usize = 8;

/// The most characters of a message.
const MESSAGE_CHARS: usize = 8000;

/// The most characters of an answer's text, and what holds where the form does not say.
const LINE_CHARS: usize = 10_000;
const BOX_CHARS: usize = 100_000;

/// The most steps of a slider.
const STEPS: f64 = 1e6;

/// What has been read so far: a condition may only ask for what comes before it.
#[derive(Default)]
struct Known {
    fields: Vec<(String, Option<Kind>)>,
}

impl Form {
    /// Reads a form from its JSON.
    ///
    /// # Errors
    /// It is not one; the error names the field and the rule.
    pub fn parse(json: &str) -> Result<Self, FormError> {
        if json.len() > FORM_BYTES {
            return Err(FormError::new("the form", format!("has at most {FORM_BYTES} bytes")));
        }
        let value: Value = serde_json::from_str(json)
            .map_err(|err| FormError::new("the form", format!("is no JSON: {err}")))?;
        let mut reader = Reader::new("the form", &value)?;
        let title = reader.require_text("title")?;
        let message = reader.long_text("message", MESSAGE_CHARS)?;
        let (fields, panes) = (reader.list("fields")?, reader.list("panes")?);
        let mut known = Known::default();
        let panes = match (fields, panes) {
            (Some(fields), None) => vec![Pane {
                id: "form".to_owned(),
                title: None,
                message: None,
                fields: read_fields(&mut known, &reader, fields, 0)?,
                next: Vec::new(),
            }],
            (None, Some(panes)) => read_panes(&mut known, &reader, panes)?,
            (None, None) | (Some(_), Some(_)) => {
                return Err(reader.error("has either `fields` or `panes`"));
            }
        };
        reader.finish()?;
        Ok(Self { title, message, panes })
    }
}

fn read_panes(known: &mut Known, form: &Reader<'_>, values: &[Value]) -> Result<Vec<Pane>, FormError> {
    if !(1..=PANES).contains(&values.len()) {
        return Err(form.error(format!("has 1 to {PANES} `panes`")));
    }
    let ids = values
        .iter()
        .enumerate()
        .map(|(index, value)| Reader::new(format!("pane {}", index + 1), value)?.require_id());
    let ids: Vec<String> = ids.collect::<Result<_, _>>()?;
    let mut panes = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let id = ids.get(index).cloned().unwrap_or_default();
        if ids.iter().take(index).any(|other| *other == id) {
            return Err(form.error(format!("has two panes `{id}`")));
        }
        let mut reader = Reader::new(format!("pane `{id}`"), value)?;
        reader.require_id()?;
        let title = reader.text("title")?;
        let message = reader.long_text("message", MESSAGE_CHARS)?;
        let fields = reader.list("fields")?.unwrap_or_default();
        let fields = read_fields(known, &reader, fields, 0)?;
        let next = read_next(known, &mut reader, &ids, index)?;
        reader.finish()?;
        panes.push(Pane { id, title, message, fields, next });
    }
    Ok(panes)
}

fn read_next(
    known: &Known,
    pane: &mut Reader<'_>,
    ids: &[String],
    own: usize,
) -> Result<Vec<Next>, FormError> {
    let mut next = Vec::new();
    for value in pane.list("next")?.unwrap_or_default() {
        let mut reader =
            Reader::new("`next`", value).map_err(|_none| pane.error("`next` is a list of objects"))?;
        let when = reader.value("when").map(|value| condition(known, pane, value, 0)).transpose()?;
        let to = reader.text("pane")?;
        let found = to.as_ref().map(|id| ids.iter().position(|known| known == id));
        let to = match found {
            None => None,
            Some(Some(index)) if index > own => Some(index),
            Some(_) => {
                let id = to.unwrap_or_default();
                return Err(pane.error(format!("leads to `{}`, which is no later pane", id.escape_debug())));
            }
        };
        reader.finish().map_err(|err| pane.error(format!("in {err}")))?;
        next.push(Next { when, pane: to });
    }
    Ok(next)
}

fn read_fields(
    known: &mut Known,
    parent: &Reader<'_>,
    values: &[Value],
    depth: usize,
) -> Result<Vec<Field>, FormError> {
    if values.is_empty() {
        return Err(parent.error("has no `fields`"));
    }
    if depth > DEPTH {
        return Err(parent.error(format!("is more than {DEPTH} groups deep")));
    }
    let mut fields = Vec::new();
    for value in values {
        fields.push(read_field(known, value, depth)?);
    }
    Ok(fields)
}

fn read_field(known: &mut Known, value: &Value, depth: usize) -> Result<Field, FormError> {
    let number = known.fields.len() + 1;
    let mut reader = Reader::new(format!("field {number}"), value)?;
    let id = reader.require_id()?;
    reader.call(format!("field `{id}`"));
    if known.fields.iter().any(|(other, _)| *other == id) {
        return Err(reader.error("another field has this `id`"));
    }
    if number > FIELDS {
        return Err(reader.error(format!("a form has at most {FIELDS} fields")));
    }
    let label = reader.text("label")?.filter(|label| !label.trim().is_empty()).unwrap_or_else(|| id.clone());
    let help = reader.long_text("help", MESSAGE_CHARS)?;
    let visible_when = reader.value("visible_when");
    let visible_when = visible_when.map(|value| condition(known, &reader, value, 0)).transpose()?;
    let required = reader.flag("required")?;
    let place = known.fields.len();
    known.fields.push((id.clone(), None));
    let kind = read_kind(known, &mut reader, required, depth)?;
    reader.finish()?;
    if let Some((_, seen)) = known.fields.get_mut(place) {
        *seen = Some(kind.clone());
    }
    Ok(Field { id, label, help, required, visible_when, kind })
}

fn read_kind(
    known: &mut Known,
    reader: &mut Reader<'_>,
    required: bool,
    depth: usize,
) -> Result<Kind, FormError> {
    let kind = reader.require_text("type")?;
    match kind.as_str() {
        "text" => Ok(Kind::Text(text_rules(reader, LINE_CHARS)?)),
        "textbox" => Ok(Kind::Textbox(text_rules(reader, BOX_CHARS)?)),
        "choice" => {
            let (options, default) = (options(reader)?, reader.text("default")?);
            if let Some(value) = &default {
                require_option(reader, &options, value)?;
            }
            Ok(Kind::Choice { options, default })
        }
        "multiselect" => multiselect(reader, required),
        "checkbox" => Ok(Kind::Checkbox { default: reader.flag("default")? }),
        "slider" => range(reader).map(Kind::Slider),
        "group" => {
            let fields = reader.list("fields")?.unwrap_or_default();
            Ok(Kind::Group(read_fields(known, reader, fields, depth + 1)?))
        }
        other => Err(reader.error(format!(
            "`type` is one of text, textbox, choice, multiselect, checkbox, slider, group, not `{}`",
            other.escape_debug()
        ))),
    }
}

fn text_rules(reader: &mut Reader<'_>, most: usize) -> Result<TextRules, FormError> {
    let max = reader.count("max")?.unwrap_or(most);
    if !(1..=most).contains(&max) {
        return Err(reader.error(format!("`max` is 1 to {most}")));
    }
    let default = reader.long_text("default", max)?.unwrap_or_default();
    Ok(TextRules { default, placeholder: reader.text("placeholder")?, max })
}

fn options(reader: &mut Reader<'_>) -> Result<Vec<Choice>, FormError> {
    let values = reader.list("options")?.unwrap_or_default();
    if !(1..=OPTIONS).contains(&values.len()) {
        return Err(reader.error(format!("has 1 to {OPTIONS} `options`")));
    }
    let mut options: Vec<Choice> = Vec::new();
    for value in values {
        let option = match value.as_str() {
            Some(text) => Choice { value: text.to_owned(), label: text.to_owned() },
            None => {
                let wrong = |err: FormError| reader.error(format!("in {err}"));
                let mut option = Reader::new("an option", value).map_err(wrong)?;
                let value = option.require_text("value").map_err(wrong)?;
                let label = option.text("label").map_err(wrong)?;
                option.finish().map_err(wrong)?;
                Choice { label: label.unwrap_or_else(|| value.clone()), value }
            }
        };
        if options.iter().any(|other| other.value == option.value) {
            return Err(reader.error(format!("has the option `{}` twice", option.value.escape_debug())));
        }
        options.push(option);
    }
    Ok(options)
}

fn require_option(reader: &Reader<'_>, options: &[Choice], value: &str) -> Result<(), FormError> {
    if options.iter().any(|option| option.value == value) {
        return Ok(());
    }
    Err(reader.error(format!("`default` names `{}`, which is none of its options", value.escape_debug())))
}

fn multiselect(reader: &mut Reader<'_>, required: bool) -> Result<Kind, FormError> {
    let options = options(reader)?;
    let min = reader.count("min")?.unwrap_or_default().max(usize::from(required));
    let max = reader.count("max")?.unwrap_or(options.len());
    if min > max || max > options.len() || max == 0 {
        return Err(reader.error(format!(
            "`min` is at most `max`, and `max` is 1 to the number of its options, {}",
            options.len()
        )));
    }
    let mut default = Vec::new();
    for value in reader.list("default")?.unwrap_or_default() {
        let text =
            value.as_str().ok_or_else(|| reader.error("`default` is a list of its options' values"))?;
        require_option(reader, &options, text)?;
        if !default.iter().any(|other| other == text) {
            default.push(text.to_owned());
        }
    }
    if default.len() > max {
        return Err(reader.error("`default` names more than `max`"));
    }
    Ok(Kind::Multiselect { options, min, max, default })
}

fn range(reader: &mut Reader<'_>) -> Result<Range, FormError> {
    let (min, max) = (reader.number("min")?, reader.number("max")?);
    let (Some(min), Some(max)) = (min, max) else { return Err(reader.error("needs `min` and `max`")) };
    let step = reader.number("step")?.unwrap_or(1.0);
    if min >= max || step <= 0.0 || step > max - min || (max - min) / step > STEPS {
        return Err(reader.error(format!(
            "`min` is less than `max`, and `step` is more than 0 and goes into them 1 to {STEPS} times"
        )));
    }
    let range = Range { min, max, step, default: min };
    let default = reader.number("default")?.unwrap_or(min);
    if !range.has(default) {
        return Err(reader.error("`default` is none of the numbers that it can be set to"));
    }
    Ok(Range { default, ..range })
}

fn condition(known: &Known, owner: &Reader<'_>, value: &Value, depth: usize) -> Result<Condition, FormError> {
    if depth > DEPTH {
        return Err(owner.error(format!("has a condition that is more than {DEPTH} deep")));
    }
    let wrong = |err: FormError| owner.error(format!("in {err}"));
    let mut reader = Reader::new("its condition", value).map_err(wrong)?;
    let field = reader.text("field").map_err(wrong)?;
    let (equals, one_of) = (reader.value("equals"), reader.list("in").map_err(wrong)?);
    let not = reader.value("not");
    let (all, any) = (reader.list("all").map_err(wrong)?, reader.list("any").map_err(wrong)?);
    reader.finish().map_err(wrong)?;
    let parts = |values: &[Value]| -> Result<Vec<Condition>, FormError> {
        values.iter().map(|value| condition(known, owner, value, depth + 1)).collect()
    };
    match (field, equals, one_of, not, all, any) {
        (Some(field), Some(value), None, None, None, None) => {
            require_value(known, owner, &field, value)?;
            Ok(Condition::Equals { field, value: value.clone() })
        }
        (Some(field), None, Some(values), None, None, None) => {
            for value in values {
                require_value(known, owner, &field, value)?;
            }
            Ok(Condition::In { field, values: values.to_vec() })
        }
        (None, None, None, Some(not), None, None) => {
            Ok(Condition::Not(Box::new(condition(known, owner, not, depth + 1)?)))
        }
        (None, None, None, None, Some(all), None) => Ok(Condition::All(parts(all)?)),
        (None, None, None, None, None, Some(any)) => Ok(Condition::Any(parts(any)?)),
        _ => Err(owner.error(
            "a condition is `field` with `equals` or `in`, or `not`, or `all`, or `any`, and one of these only",
        )),
    }
}

/// A condition that can never hold is a mistake.
fn require_value(known: &Known, owner: &Reader<'_>, field: &str, value: &Value) -> Result<(), FormError> {
    let Some((_, kind)) = known.fields.iter().find(|(id, _)| id == field) else {
        return Err(owner.error(format!(
            "its condition names `{}`, and no field before it has that id",
            field.escape_debug()
        )));
    };
    let fits = match kind {
        // A field around this one, or a group: neither has a value.
        None | Some(Kind::Group(_)) => {
            return Err(owner.error(format!("its condition names the group `{field}`, which has no value")));
        }
        Some(Kind::Text(_) | Kind::Textbox(_)) => value.is_string(),
        Some(Kind::Choice { options, .. } | Kind::Multiselect { options, .. }) => {
            options.iter().any(|option| value.as_str() == Some(&option.value))
        }
        Some(Kind::Checkbox { .. }) => value.is_boolean(),
        Some(Kind::Slider(range)) => value.as_f64().is_some_and(|number| range.has(number)),
    };
    if fits {
        return Ok(());
    }
    Err(owner.error(format!("its condition asks for {value}, which field `{field}` never is")))
}

impl Range {
    /// Whether the slider can be set to a number.
    #[must_use]
    pub fn has(&self, number: f64) -> bool {
        let steps = (number - self.min) / self.step;
        (self.min..=self.max).contains(&number) && (steps - steps.round()).abs() < 1e-6
    }

    /// The number that is so many steps further, within the range.
    #[must_use]
    pub fn step_from(&self, number: f64, steps: f64) -> f64 {
        let last = ((self.max - self.min) / self.step + 1e-9).floor();
        let at = ((number - self.min) / self.step).round() + steps;
        let reached = self.min + at.clamp(0.0, last) * self.step;
        // 0.1 + 0.2 is 0.3 to a reader.
        (reached * 1e9).round() / 1e9
    }

    /// The number as an answer has it.
    #[must_use]
    pub fn value(number: f64) -> Value {
        number_value(number)
    }
}
