//! Reads the properties of one JSON object of a form, and says where each mistake is.

use serde_json::{Map, Value};

use super::FormError;

/// The longest text that is shown: a title, a label, an option.
const LABEL_CHARS: usize = 500;

/// One object, and what to call it in a message.
pub(super) struct Reader<'a> {
    place: String,
    object: &'a Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(place: impl Into<String>, value: &'a Value) -> Result<Self, FormError> {
        let place = place.into();
        match value.as_object() {
            Some(object) => Ok(Self { place, object, known: Vec::new() }),
            None => Err(FormError::new(place, "must be an object")),
        }
    }

    /// A message about this object.
    pub(super) fn error(&self, why: impl Into<String>) -> FormError {
        FormError::new(&self.place, why)
    }

    /// From here on its mistakes are told by this name.
    pub(super) fn call(&mut self, place: String) {
        self.place = place;
    }

    /// A property, unless it is left out or `null`.
    pub(super) fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A short text.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, FormError> {
        self.long_text(name, LABEL_CHARS)
    }

    /// A text of at most so many characters.
    pub(super) fn long_text(
        &mut self,
        name: &'static str,
        chars: usize,
    ) -> Result<Option<String>, FormError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.error(format!("`{name}` must be a string")))?;
        if text.chars().count() > chars {
            return Err(self.error(format!("`{name}` has at most {chars} characters")));
        }
        Ok(Some(text.to_owned()))
    }

    /// A text that must be there and says something.
    pub(super) fn require_text(&mut self, name: &'static str) -> Result<String, FormError> {
        let text = self.text(name)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| self.error(format!("`{name}` is missing or empty")))
    }

    /// An id: what the answer calls it.
    pub(super) fn require_id(&mut self) -> Result<String, FormError> {
        let id = self.require_text("id")?;
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if id.len() > 64 || !id.chars().all(legal) {
            return Err(self.error("an `id` is 1 to 64 of `a-z`, `A-Z`, `0-9`, `_`, `-`, `.`"));
        }
        Ok(id)
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, FormError> {
        match self.value(name) {
            None => Ok(false),
            Some(value) => {
                value.as_bool().ok_or_else(|| self.error(format!("`{name}` must be true or false")))
            }
        }
    }

    pub(super) fn number(&mut self, name: &'static str) -> Result<Option<f64>, FormError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = value.as_f64().filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| self.error(format!("`{name}` must be a number")))
    }

    /// A whole number that is not negative.
    pub(super) fn count(&mut self, name: &'static str) -> Result<Option<usize>, FormError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        // What a model writes as a number may have a point and nothing behind it.
        let whole = value.as_u64().and_then(|count| usize::try_from(count).ok());
        whole.map(Some).ok_or_else(|| self.error(format!("`{name}` must be a whole number")))
    }

    pub(super) fn list(&mut self, name: &'static str) -> Result<Option<&'a [Value]>, FormError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let list = value.as_array().ok_or_else(|| self.error(format!("`{name}` must be a list")))?;
        Ok(Some(list))
    }

    /// Refuses what nobody asked for: a slip of the pen would be passed over otherwise.
    pub(super) fn finish(self) -> Result<(), FormError> {
        match self.object.keys().find(|key| !self.known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => Err(self.error(format!(
                "`{}` is not known here; known are {}",
                key.escape_debug(),
                self.known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ))),
        }
    }
}
