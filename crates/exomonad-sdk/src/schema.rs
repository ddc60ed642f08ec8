//! The JSON Schemas of a tool's arguments and of its result, in the words that every client understands.
//!
//! What a client makes of a schema differs: Gemini's function declarations know no `const`, no list of types and no
//! `$ref`, others show a model only `enum` and `description`. So a choice is an `enum`, what can be left out is not also
//! `null`, and nested types stand in place. Formats such as `uint32` are Rust's, and a strict client refuses them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The schema of arguments.
pub(crate) fn input<T: JsonSchema>() -> Value {
    let mut schema = plain::<T>(SchemaSettings::draft2020_12().for_deserialize(), Side::Input);
    if let Some(object) = schema.as_object_mut() {
        object.entry("type").or_insert_with(|| "object".into());
        // Some models' interfaces refuse an object that names no properties.
        object.entry("properties").or_insert_with(|| json!({}));
    }
    schema
}

/// The schema of a result; absent for a type that is not always a JSON object, which MCP wants.
pub(crate) fn output<T: JsonSchema>() -> Option<Value> {
    let mut schema = plain::<T>(SchemaSettings::draft2020_12().for_serialize(), Side::Output);
    let is_object = is_object(&schema);
    schema.as_object_mut().filter(|_| is_object)?.entry("type").or_insert_with(|| "object".into());
    Some(schema)
}

fn is_object(schema: &Value) -> bool {
    let branches = ["oneOf", "anyOf"].iter().find_map(|keyword| schema.get(keyword)?.as_array());
    match (schema.get("type"), branches) {
        (Some(kind), _) => kind == "object",
        (None, Some(branches)) => branches.iter().all(is_object),
        (None, None) => false,
    }
}

fn plain<T: JsonSchema>(settings: SchemaSettings, side: Side) -> Value {
    let settings = settings.with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let mut definitions = Value::Null;
    if let Some(object) = schema.as_object_mut() {
        object.remove("title");
        definitions = object.remove("$defs").unwrap_or_default();
    }
    Plain { definitions, side, open: vec![ROOT.to_owned()] }.schema(&mut schema);
    schema
}

/// How a schema refers to the whole of itself.
const ROOT: &str = "#";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Input,
    Output,
}

/// Rewrites a schema.
struct Plain {
    /// The types that contain themselves; all others stand in place already.
    definitions: Value,
    side: Side,
    /// The definitions that are being put in place.
    open: Vec<String>,
}

impl Plain {
    fn schema(&mut self, schema: &mut Value) {
        let Some(object) = schema.as_object_mut() else { return };
        let reference = object.remove("$ref").map(|target| self.put_in_place(object, &target));
        choices(object);
        let is_of_rust = |format: &Value| {
            let format = format.as_str().unwrap_or_default();
            ["int", "uint", "float", "double"].iter().any(|start| format.starts_with(start))
        };
        if object.get("format").is_some_and(is_of_rust) {
            object.remove("format");
        }
        self.properties(object);
        for keyword in ["items", "additionalProperties", "not", "contains"] {
            if let Some(inner) = object.get_mut(keyword) {
                self.schema(inner);
            }
        }
        for keyword in ["anyOf", "oneOf", "allOf", "prefixItems"] {
            for inner in object.get_mut(keyword).and_then(Value::as_array_mut).into_iter().flatten() {
                self.schema(inner);
            }
        }
        if reference == Some(Reference::Opened) {
            self.open.pop();
        }
    }

    fn properties(&mut self, object: &mut Map<String, Value>) {
        let required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let properties = object.get_mut("properties").and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten() {
            if self.side == Side::Input
                && !required.contains(&Value::from(name.as_str()))
                && let Some(property) = property.as_object_mut()
            {
                without_null(property);
            }
            self.schema(property);
        }
    }

    /// Of a type inside itself no more is said than that it is an object.
    fn put_in_place(&mut self, object: &mut Map<String, Value>, target: &Value) -> Reference {
        let name = target.as_str().unwrap_or_default().trim_start_matches("#/$defs/").to_owned();
        let definition = self.definitions.get(&name).and_then(Value::as_object);
        if self.open.contains(&name) {
            let kind = definition
                .map_or_else(|| Some("object".into()), |definition| definition.get("type").cloned());
            object.extend(kind.map(|kind| ("type".to_owned(), kind)));
            return Reference::Cut;
        }
        add(object, definition.cloned().unwrap_or_default());
        self.open.push(name);
        Reference::Opened
    }
}

#[derive(PartialEq, Eq)]
enum Reference {
    Opened,
    Cut,
}

/// Adds what `object` does not say itself.
fn add(object: &mut Map<String, Value>, more: Map<String, Value>) {
    for (keyword, value) in more {
        object.entry(keyword).or_insert(value);
    }
}

/// What may be left out need not also be `null`; arguments that are `null` count as left out.
fn without_null(object: &mut Map<String, Value>) {
    let is_null = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "null");
    if let Some(kinds) = object.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            object.insert("type".to_owned(), kind);
        }
    }
    if let Some(choices) = object.get_mut("enum").and_then(Value::as_array_mut) {
        choices.retain(|choice| !choice.is_null());
    }
    if let Some(branches) = object.get_mut("anyOf").and_then(Value::as_array_mut) {
        branches.retain(|branch| !is_null(branch));
        if let [Value::Object(only)] = branches.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            add(object, only);
        }
    }
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
}

/// Says a choice as `enum`, and what each name means in the description.
fn choices(object: &mut Map<String, Value>) {
    if let Some(only) = object.remove("const") {
        object.insert("enum".to_owned(), Value::Array(vec![only]));
    }
    let Some(branches) = object.get("oneOf").and_then(Value::as_array) else { return };
    let mut names = Vec::new();
    let mut meanings = Vec::new();
    for branch in branches {
        match (branch.get("const"), branch.get("enum").and_then(Value::as_array)) {
            (Some(Value::String(name)), _) => {
                names.push(Value::from(name.as_str()));
                let meaning = branch.get("description").and_then(Value::as_str);
                meanings.extend(meaning.map(|meaning| format!("- `{name}`: {meaning}")));
            }
            (None, Some(several)) if several.iter().all(Value::is_string) => names.extend_from_slice(several),
            _ => return,
        }
    }
    let own = object.get("description").and_then(Value::as_str).map(ToOwned::to_owned);
    let description: Vec<String> = own.into_iter().chain(meanings).collect();
    object.remove("oneOf");
    object.insert("type".to_owned(), "string".into());
    object.insert("enum".to_owned(), Value::Array(names));
    if !description.is_empty() {
        object.insert("description".to_owned(), description.join("\n").into());
    }
}

#[cfg(test)]
mod tests;
