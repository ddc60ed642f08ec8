//! One pattern: which uses of which tool.

use std::fmt;

use super::PatternError;
use super::path::PathPattern;

/// Marks a rule in Claude's own words.
const RAW: &str = "raw:";

/// Matches uses of a tool.
///
/// The notation, which [`ToolPattern::parse`] reads and `Display` writes, is that of Claude's rules: `Bash(git log:*)`,
/// `Read(src/**)`, `Edit(//etc/hosts)`, `Write(.env)`, `WebFetch(domain:example.com)`, `mcp__server__tool`; `raw:` before a rule
/// that is taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolPattern(pub(super) Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Bash(Command),
    Read(PathPattern),
    Edit(PathPattern),
    Write(PathPattern),
    WebFetch(String),
    McpServer(String),
    McpTool { server: String, tool: String },
    Raw(String),
}

/// Which shell commands a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Any,
    /// The words, and whatever follows them.
    Prefix(String),
    /// The words and nothing else.
    Exact(String),
}

impl ToolPattern {
    /// Shell commands: `*` is all of them, `cargo test:*` those that begin with these words, `cargo test` only itself.
    ///
    /// # Errors
    /// It is no single command; a compound one is split before it is matched, so a pattern for it would never match.
    pub fn bash(command: &str) -> Result<Self, PatternError> {
        let refuse = |expected| Err(PatternError::new("shell command pattern", command, expected));
        if command == "*" {
            return Ok(Self(Kind::Bash(Command::Any)));
        }
        let prefix = command.strip_suffix(":*").or_else(|| command.strip_suffix(" *"));
        let words = prefix.unwrap_or(command);
        if words.trim().is_empty() {
            return refuse("a command, such as `cargo test`, or `*` for all");
        }
        if words.trim() != words {
            return refuse("a command without space at its ends");
        }
        if words.contains(char::is_control) {
            return refuse("one line without control characters");
        }
        if words.contains('*') {
            return refuse("`*` only at the end, as in `cargo test:*`");
        }
        if words.contains(['&', '|', ';', '<', '>', '`', '(', ')']) {
            return refuse("one simple command, without operators, redirections or substitutions");
        }
        if words.split(' ').next().is_some_and(|word| word.contains('=')) {
            return refuse("a command that does not begin with an assignment");
        }
        let words = words.to_owned();
        Ok(Self(Kind::Bash(if prefix.is_some() { Command::Prefix(words) } else { Command::Exact(words) })))
    }

    /// The GitHub CLI's commands that begin with `subcommand`, such as `pr view`.
    ///
    /// # Errors
    /// As [`ToolPattern::bash`].
    pub fn gh(subcommand: &str) -> Result<Self, PatternError> {
        match subcommand {
            "*" => Self::bash("gh:*"),
            _ if subcommand.ends_with('*') || subcommand.starts_with("gh ") => Err(PatternError::new(
                "pattern for `gh`",
                subcommand,
                "a subcommand, such as `pr view`, or `*` for all",
            )),
            _ => Self::bash(&format!("gh {subcommand}:*")),
        }
    }

    /// Reading files.
    ///
    /// # Errors
    /// `path` is empty, or has something in it that a rule cannot hold.
    pub fn read(path: &str) -> Result<Self, PatternError> {
        PathPattern::new("path to read", path).map(|path| Self(Kind::Read(path)))
    }

    /// Changing files.
    ///
    /// # Errors
    /// As [`ToolPattern::read`].
    pub fn edit(path: &str) -> Result<Self, PatternError> {
        PathPattern::new("path to edit", path).map(|path| Self(Kind::Edit(path)))
    }

    /// Creating files. The harnesses do not tell it from [`ToolPattern::edit`].
    ///
    /// # Errors
    /// As [`ToolPattern::read`].
    pub fn write(path: &str) -> Result<Self, PatternError> {
        PathPattern::new("path to write", path).map(|path| Self(Kind::Write(path)))
    }

    /// Fetching from a domain.
    ///
    /// # Errors
    /// `domain` is not a domain name, such as a URL.
    pub fn web_fetch(domain: &str) -> Result<Self, PatternError> {
        let is_label = |label: &str| {
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
            !label.is_empty()
                && label.chars().all(is_allowed)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if !domain.split('.').all(is_label) {
            let expected = "a name such as `example.com`, without scheme, port, path or `*`";
            return Err(PatternError::new("domain", domain, expected));
        }
        Ok(Self(Kind::WebFetch(domain.to_ascii_lowercase())))
    }

    /// Every tool of an MCP server.
    ///
    /// # Errors
    /// `server` is not a server's name; `*` is none, because harnesses refuse a rule for all servers.
    pub fn mcp(server: &str) -> Result<Self, PatternError> {
        require_mcp_name("MCP server", server).map(|server| Self(Kind::McpServer(server)))
    }

    /// One tool of an MCP server.
    ///
    /// # Errors
    /// `server` or `tool` is not a name; for all tools of a server there is [`ToolPattern::mcp`].
    pub fn mcp_tool(server: &str, tool: &str) -> Result<Self, PatternError> {
        let server = require_mcp_name("MCP server", server)?;
        let tool = require_mcp_name("MCP tool", tool)?;
        Ok(Self(Kind::McpTool { server, tool }))
    }

    /// A rule in Claude's own words, for what the others cannot say. Other harnesses cannot be told it.
    ///
    /// # Errors
    /// It is known to match nothing.
    pub fn raw(rule: &str) -> Result<Self, PatternError> {
        let refuse = |expected| Err(PatternError::new("rule", rule, expected));
        if rule.trim().is_empty() || rule.trim() != rule || rule.contains(char::is_control) {
            return refuse("one line without space at its ends");
        }
        if rule.starts_with("mcp__*") {
            return refuse("the name of an MCP server: Claude refuses a rule for all");
        }
        if rule.starts_with("Write(") {
            return refuse("`Edit(path)`: in Claude `Write(path)` matches nothing");
        }
        Ok(Self(Kind::Raw(rule.to_owned())))
    }

    /// Reads a pattern from its notation. What is none of the known tools is [`ToolPattern::raw`].
    ///
    /// # Errors
    /// A known tool's pattern is wrong.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if let Some(rule) = text.strip_prefix(RAW) {
            return Self::raw(rule);
        }
        if text == "Bash" {
            return Self::bash("*");
        }
        if let Some(name) = text.strip_prefix("mcp__") {
            return match name.split_once("__") {
                None => Self::mcp(name),
                Some((server, "*")) => Self::mcp(server),
                Some((_, tool)) if tool.contains('*') => Self::raw(text),
                Some((server, tool)) => Self::mcp_tool(server, tool),
            };
        }
        let Some((tool, argument)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) else {
            return Self::raw(text);
        };
        match tool {
            "Bash" => Self::bash(argument),
            "Read" => PathPattern::parse("path to read", argument).map(|path| Self(Kind::Read(path))),
            "Edit" => PathPattern::parse("path to edit", argument).map(|path| Self(Kind::Edit(path))),
            "Write" => PathPattern::parse("path to write", argument).map(|path| Self(Kind::Write(path))),
            "WebFetch" => match argument.strip_prefix("domain:") {
                Some(domain) => Self::web_fetch(domain),
                None => Err(PatternError::new("domain", argument, "`domain:` and a name")),
            },
            _ => Self::raw(text),
        }
    }
}

fn require_mcp_name(what: &'static str, name: &str) -> Result<String, PatternError> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_name = !name.is_empty() && name.chars().all(is_allowed);
    // Two underscores separate the server from the tool, and one at an end would join them.
    if !is_name || name.contains("__") || name.starts_with('_') || name.ends_with('_') {
        return Err(PatternError::new(what, name, "letters, digits, `-` and single `_` inside"));
    }
    Ok(name.to_owned())
}

impl fmt::Display for ToolPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Bash(Command::Any) => formatter.write_str("Bash"),
            Kind::Bash(Command::Prefix(words)) => write!(formatter, "Bash({words}:*)"),
            Kind::Bash(Command::Exact(words)) => write!(formatter, "Bash({words})"),
            Kind::Read(path) => write!(formatter, "Read({path})"),
            Kind::Edit(path) => write!(formatter, "Edit({path})"),
            Kind::Write(path) => write!(formatter, "Write({path})"),
            Kind::WebFetch(domain) => write!(formatter, "WebFetch(domain:{domain})"),
            Kind::McpServer(server) => write!(formatter, "mcp__{server}"),
            Kind::McpTool { server, tool } => write!(formatter, "mcp__{server}__{tool}"),
            Kind::Raw(rule) => write!(formatter, "{RAW}{rule}"),
        }
    }
}
