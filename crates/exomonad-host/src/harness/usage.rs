//! What a line of a harness's own record of a conversation says of tokens.
//!
//! Seen in Claude Code 2.1.197 and 2.1.329 and in Gemini CLI 0.61. Claude Code writes a line for each part of an answer, all
//! with the numbers of the whole; Gemini CLI counts what comes from its cache as input. Neither writes down what it costs.

use std::borrow::Cow;

use serde::Deserialize;

use super::Harness;

/// What one answer of a model took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Names the answer: what is said of it again is no other one.
    pub answer: String,
    /// How many tokens the conversation had with it.
    pub context: u64,
    /// How many of them the model wrote.
    pub written: u64,
}

impl Harness {
    /// What a line of this harness's record says of tokens; absent when it says nothing, or nothing of the conversation itself.
    #[must_use]
    pub fn read_usage(self, line: &str) -> Option<Usage> {
        match self {
            // Most lines are long, and say nothing of it.
            Self::Claude if line.contains("\"usage\"") => {
                serde_json::from_str::<Claude<'_>>(line).ok()?.usage()
            }
            Self::Gemini if line.contains("\"tokens\"") => {
                serde_json::from_str::<Gemini<'_>>(line).ok().map(Gemini::usage)
            }
            // What Codex's record looks like was not seen.
            Self::Claude | Self::Gemini | Self::Codex => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claude<'a> {
    /// What a subagent does is no part of the conversation.
    #[serde(default)]
    is_sidechain: bool,
    #[serde(borrow)]
    message: ClaudeMessage<'a>,
}

#[derive(Deserialize)]
struct ClaudeMessage<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    usage: ClaudeUsage,
}

#[derive(Deserialize)]
struct ClaudeUsage {
    input_tokens: u64,
    #[serde(default)]
    cache_creation_input_tokens: u64,
    #[serde(default)]
    cache_read_input_tokens: u64,
    output_tokens: u64,
}

impl Claude<'_> {
    fn usage(self) -> Option<Usage> {
        let ClaudeUsage { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } =
            self.message.usage;
        let parts = [input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens];
        let context = parts.into_iter().fold(0, u64::saturating_add);
        // What the harness answers itself, such as an error, took nothing.
        (!self.is_sidechain && context > 0).then(|| Usage {
            answer: self.message.id.into_owned(),
            context,
            written: output_tokens,
        })
    }
}

#[derive(Deserialize)]
struct Gemini<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    tokens: GeminiTokens,
}

#[derive(Deserialize)]
struct GeminiTokens {
    output: u64,
    #[serde(default)]
    thoughts: u64,
    total: u64,
}

impl Gemini<'_> {
    fn usage(self) -> Usage {
        let GeminiTokens { output, thoughts, total } = self.tokens;
        Usage { answer: self.id.into_owned(), context: total, written: output.saturating_add(thoughts) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Harness, Usage};

    #[test]
    fn what_an_answer_took_is_read_from_the_records_of_real_programs() {
        let check = |harness: Harness, line: &str, expect: Option<(&str, u64, u64)>| {
            let expect = expect.map(|(answer, context, written)| Usage {
                answer: answer.to_owned(),
                context,
                written,
            });
            assert_eq!(harness.read_usage(line), expect, "{line}");
        };
        let claude = r#"{"parentUuid":"e1","isSidechain":false,"message":{"id":"msg_2","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"done"}],"stop_reason":"end_turn","usage":{"input_tokens":10,"cache_creation_input_tokens":200,"cache_read_input_tokens":3000,"output_tokens":7,"output_tokens_details":{"thinking_tokens":0},"service_tier":"standard","cache_creation":{"ephemeral_1h_input_tokens":0}}},"type":"assistant","version":"2.1.329"}"#;
        check(Harness::Claude, claude, Some(("msg_2", 3217, 7)));
        check(Harness::Claude, &claude.replace("\"isSidechain\":false", "\"isSidechain\":true"), None);
        check(
            Harness::Claude,
            r#"{"type":"user","message":{"role":"user","content":"what is \"usage\"?"}}"#,
            None,
        );
        check(Harness::Claude, "{\"usage\"", None);
        let gemini = r#"{"id":"ba48","timestamp":"2026-11-21T15:32:45.833Z","type":"gemini","content":"done","thoughts":[],"tokens":{"input":10,"output":10,"cached":4,"thoughts":5,"tool":0,"total":25},"model":"gemini-2.5-flash"}"#;
        check(Harness::Gemini, gemini, Some(("ba48", 25, 15)));
        check(Harness::Gemini, r#"{"id":"a","type":"user","content":"\"tokens\""}"#, None);
        check(Harness::Codex, claude, None);
    }
}
