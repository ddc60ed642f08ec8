//! Which protocol a request speaks, told from its path.

/// A model protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// `POST /v1/messages`.
    Anthropic,
    /// `POST /v1beta/models/<model>:generateContent` and `:streamGenerateContent`.
    Gemini,
    /// `POST /v1/responses`.
    OpenAi,
}

/// What a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Generate { api: Api, streamed_by_path: bool },
    CountAnthropicTokens,
    CountGeminiTokens,
    Models,
    Unknown,
}

impl Route {
    pub(super) fn of(target: &str) -> Self {
        let path = target.split('?').next().unwrap_or_default();
        let generate = |api, streamed_by_path| Self::Generate { api, streamed_by_path };
        if path.ends_with("/messages") {
            generate(Api::Anthropic, false)
        } else if path.ends_with("/responses") {
            generate(Api::OpenAi, false)
        } else if path.ends_with(":generateContent") {
            generate(Api::Gemini, false)
        } else if path.ends_with(":streamGenerateContent") {
            generate(Api::Gemini, true)
        } else if path.ends_with("/messages/count_tokens") {
            Self::CountAnthropicTokens
        } else if path.ends_with(":countTokens") {
            Self::CountGeminiTokens
        } else if path.ends_with("/models") {
            Self::Models
        } else {
            Self::Unknown
        }
    }
}
