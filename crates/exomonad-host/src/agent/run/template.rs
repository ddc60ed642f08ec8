//! Fills in the command of a harness that the configuration names.

/// What is wrong with any other placeholder.
const UNKNOWN: &str = "is none of the placeholders `{prompt}`, `{prompt_file}`, `{agent}`, `{workspace}` and `{model}`; a brace is written twice";

/// How to write a brace.
const TWICE: &str = "write it twice";

/// What the placeholders stand for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) prompt: &'a str,
    pub(super) prompt_file: &'a str,
    pub(super) agent: &'a str,
    pub(super) workspace: &'a str,
    pub(super) model: &'a str,
}

impl<'a> Values<'a> {
    fn of(&self, name: &str) -> Option<&'a str> {
        match name {
            "prompt" => Some(self.prompt),
            "prompt_file" => Some(self.prompt_file),
            "agent" => Some(self.agent),
            "workspace" => Some(self.workspace),
            "model" => Some(self.model),
            _ => None,
        }
    }
}

/// Replaces each `{name}` by its value; `{{` and `}}` stand for single braces. What is filled in is not looked at again.
pub(super) fn fill(argument: &str, values: &Values<'_>) -> Result<String, String> {
    let mut filled = String::with_capacity(argument.len());
    let mut rest = argument;
    while let Some((before, after)) = rest.split_once(['{', '}']) {
        filled.push_str(before);
        // What was found is the one that is between the two.
        let is_open = rest.strip_prefix(before).is_some_and(|found| found.starts_with('{'));
        let brace = if is_open { '{' } else { '}' };
        if let Some(after) = after.strip_prefix(brace) {
            filled.push(brace);
            rest = after;
        } else if let Some((name, after)) = after.split_once('}').filter(|_| is_open) {
            filled.push_str(values.of(name).ok_or_else(|| format!("`{{{name}}}` {UNKNOWN}"))?);
            rest = after;
        } else {
            return Err(format!("a brace in `{argument}` stands alone; {TWICE}"));
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::{Values, fill};

    #[test]
    fn placeholders_are_filled_in_once_and_unknown_ones_are_named() {
        let values = Values {
            prompt: "do {agent} $(ls)\n'x'",
            prompt_file: "/p.md",
            agent: "api",
            workspace: "/w",
            model: "",
        };
        let check = |text: &str, expect: &str| assert_eq!(fill(text, &values).unwrap(), expect, "{text}");
        check("{prompt}", "do {agent} $(ls)\n'x'");
        check("@{prompt_file}:{agent}{workspace}", "@/p.md:api/w");
        check("--model={model}", "--model=");
        check("{{prompt}} {{{agent}}}", "{prompt} {api}");
        let err = fill("{promt}", &values).unwrap_err();
        assert!(err.starts_with("`{promt}` is none of the placeholders"), "{err}");
        let err = fill("a}b", &values).unwrap_err();
        assert_eq!(err, "a brace in `a}b` stands alone; write it twice");
        fill("{prompt", &values).unwrap_err();
    }
}
