//! Gemini CLI's policy file.
//!
//! Gemini matches a rule against the text of a tool's arguments. Text that lets something run must therefore match
//! exactly what is meant, and text that stops something may match more. A path can be spelled in many ways
//! (`src/../secret`), so no path is ever allowed by its text; one is denied wherever its text appears.

use super::path::PathPattern;
use super::pattern::{Command, Kind};
use super::{Access, Permissions, ToolPattern, Unrepresentable};

const READ_TOOLS: &[&str] =
    &["read_file", "read_many_files", "list_directory", "glob", "grep_search", "search_file_content"];
const WRITE_TOOLS: &[&str] = &["write_file", "replace"];

const SHELL_STAYS: &str = "only file tools are stopped, not shell commands";
const SEARCH_STAYS: &str = "only `read_file` is stopped, not searches or shell commands";

/// What Gemini is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeminiPolicy {
    /// The policy file: TOML.
    pub toml: String,
    /// The values of `--include-directories`, which no policy file holds.
    pub include_directories: Vec<String>,
    /// What Gemini cannot be told, or not fully.
    pub unrepresentable: Vec<Unrepresentable>,
}

impl Permissions {
    /// Gemini's policy file, and what it leaves out.
    #[must_use]
    pub fn to_gemini(&self) -> GeminiPolicy {
        let mut toml = String::new();
        let mut unrepresentable = Vec::new();
        let lists = [(Access::Deny, &self.deny), (Access::Ask, &self.ask), (Access::Allow, &self.allow)];
        for (access, patterns) in lists {
            for pattern in patterns {
                let Rendered { rule, loss } = render(access, pattern);
                if let Some(rule) = rule {
                    let separator = if toml.is_empty() { "" } else { "\n" };
                    toml.push_str(separator);
                    toml.push_str(&rule.to_toml(access));
                }
                if let Some(loss) = loss {
                    unrepresentable.push(Unrepresentable { access, pattern: pattern.clone(), loss });
                }
            }
        }
        GeminiPolicy { toml, include_directories: self.directories.clone(), unrepresentable }
    }
}

/// What Gemini is told of one pattern, and what it is not.
struct Rendered {
    rule: Option<Rule>,
    loss: Option<&'static str>,
}

impl Rendered {
    fn fully(rule: Rule) -> Self {
        Self { rule: Some(rule), loss: None }
    }

    fn partly(rule: Rule, loss: &'static str) -> Self {
        Self { rule: Some(rule), loss: Some(loss) }
    }

    fn not(loss: &'static str) -> Self {
        Self { rule: None, loss: Some(loss) }
    }
}

fn render(access: Access, pattern: &ToolPattern) -> Rendered {
    match &pattern.0 {
        Kind::Bash(command) => Rendered::fully(shell(command)),
        Kind::Read(path) if path.is_everything() && access == Access::Allow => {
            Rendered::fully(Rule::tools(READ_TOOLS))
        }
        Kind::Read(path) if path.is_everything() => Rendered::partly(Rule::tools(READ_TOOLS), SHELL_STAYS),
        Kind::Read(path) => file(access, path, &["read_file"], SEARCH_STAYS),
        Kind::Edit(path) | Kind::Write(path) if path.is_everything() && access == Access::Allow => {
            Rendered::fully(Rule::tools(WRITE_TOOLS))
        }
        Kind::Edit(path) | Kind::Write(path) if path.is_everything() => {
            Rendered::partly(Rule::tools(WRITE_TOOLS), SHELL_STAYS)
        }
        Kind::Edit(path) | Kind::Write(path) => file(access, path, WRITE_TOOLS, SHELL_STAYS),
        Kind::WebFetch(_) if access == Access::Allow => {
            Rendered::not("Gemini fetches whatever its prompt names, so one domain cannot be allowed")
        }
        Kind::WebFetch(domain) => {
            let text = regex_escape(domain);
            let rule = Rule::tools(&["web_fetch"]).arguments(format!("(://|[.@]){text}"));
            Rendered::partly(rule, "only lowercase URLs in the prompt are stopped, not redirections")
        }
        Kind::McpServer(server) | Kind::McpTool { server, .. } if server.contains('_') => {
            Rendered::not("Gemini cannot name an MCP server with `_` in its name")
        }
        Kind::McpServer(server) => Rendered::fully(Rule::server(server)),
        Kind::McpTool { server, tool } => {
            Rendered::fully(Rule { tool_names: vec![tool.clone()], ..Rule::server(server) })
        }
        Kind::Raw(_) => Rendered::not("a rule in Claude's own words means nothing to Gemini"),
    }
}

fn shell(command: &Command) -> Rule {
    let rule = Rule::tools(&["run_shell_command"]);
    match command {
        Command::Any => rule,
        Command::Prefix(words) => Rule { command_prefix: Some(words.clone()), ..rule },
        Command::Exact(words) => {
            rule.arguments(format!("\"command\":\"{}\"", regex_escape(&json_escape(words))))
        }
    }
}

fn file(access: Access, path: &PathPattern, tools: &[&str], loss: &'static str) -> Rendered {
    if access == Access::Allow {
        return Rendered::not("Gemini matches a path's text, and another spelling could lead elsewhere");
    }
    if path.climbs() {
        return Rendered::not("Gemini cannot tell what lies above the workspace");
    }
    // No group is followed by `?`, `*` or `+`: Gemini refuses a regular expression that looks slow.
    let rule = Rule::tools(tools).arguments(format!("\"file_path\":\"([^\"]*/|){}\"", regex_of(path)));
    Rendered::partly(rule, loss)
}

/// The path as a regular expression that begins after a slash and ends before the quote.
fn regex_of(path: &PathPattern) -> String {
    let mut regex = String::new();
    let mut parts = path.parts().skip_while(|part| *part == "**").peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        match part {
            "**" if is_last => regex.push_str("[^\"]*"),
            "**" => regex.push_str("([^\"]*/|)"),
            _ => {
                let literals: Vec<String> =
                    part.split('*').map(|text| regex_escape(&json_escape(text))).collect();
                regex.push_str(&literals.join("[^\"/]*"));
                regex.push_str(if is_last { "" } else { "/" });
            }
        }
    }
    regex
}

#[derive(Debug, Default)]
struct Rule {
    tool_names: Vec<String>,
    mcp_name: Option<String>,
    command_prefix: Option<String>,
    args_pattern: Option<String>,
}

impl Rule {
    fn tools(names: &[&str]) -> Self {
        Self { tool_names: names.iter().map(|&name| name.to_owned()).collect(), ..Self::default() }
    }

    fn server(name: &str) -> Self {
        Self { mcp_name: Some(name.to_owned()), ..Self::default() }
    }

    fn arguments(self, pattern: String) -> Self {
        Self { args_pattern: Some(pattern), ..self }
    }

    fn to_toml(&self, access: Access) -> String {
        let names: Vec<String> = self.tool_names.iter().map(|name| toml_string(name)).collect();
        let tool_name = match names.as_slice() {
            [] => None,
            [name] => Some(name.clone()),
            several => Some(format!("[{}]", several.join(", "))),
        };
        let (decision, priority) = match access {
            Access::Deny => ("deny", 300),
            Access::Ask => ("ask_user", 200),
            Access::Allow => ("allow", 100),
        };
        let text = |text: &Option<String>| text.as_deref().map(toml_string);
        let fields = [
            ("mcpName", text(&self.mcp_name)),
            ("toolName", tool_name),
            ("commandPrefix", text(&self.command_prefix)),
            ("argsPattern", text(&self.args_pattern)),
            ("decision", Some(toml_string(decision))),
            ("priority", Some(priority.to_string())),
        ];
        let lines = fields.into_iter().filter_map(|(name, value)| Some(format!("{name} = {}\n", value?)));
        std::iter::once("[[rule]]\n".to_owned()).chain(lines).collect()
    }
}

/// A literal string where the text allows it, so that a regular expression stays readable.
fn toml_string(text: &str) -> String {
    let is_literal = text.contains(['"', '\\']) && !text.contains('\'');
    if is_literal { format!("'{text}'") } else { format!("\"{}\"", json_escape(text)) }
}

/// How `text` reads inside a JSON string.
fn json_escape(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default().to_owned()
}

fn regex_escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if r"\.+*?()[]{}|^$".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
