//! Prompts made of sections.
