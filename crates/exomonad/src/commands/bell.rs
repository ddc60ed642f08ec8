//! Has the user's own terminal show a notice on their desktop, where it is one that can: by OSC 9 or OSC 777.

use std::time::Duration;

use exomonad_host::exec::Cmd;
use exomonad_host::ui::has_desktop;

use crate::env::Env;

/// How long tmux may take to tell which terminal it is in.
const LIMIT: Duration = Duration::from_secs(1);

/// The most characters that are shown.
const CHARS: usize = 200;

/// The way in which a terminal is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// A text.
    Osc9,
    /// A title and a text.
    Osc777,
}

impl Dialect {
    /// That of a terminal, by what it calls itself.
    fn of(terminal: &str) -> Option<Self> {
        let terminal = terminal.to_lowercase();
        let known = [
            ("iterm", Self::Osc9),
            ("kitty", Self::Osc9),
            ("wezterm", Self::Osc777),
            ("ghostty", Self::Osc777),
            ("foot", Self::Osc777),
            ("rxvt-unicode", Self::Osc777),
        ];
        known.into_iter().find(|(name, _)| terminal.contains(name)).map(|(_, dialect)| dialect)
    }
}

/// A terminal that can show notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bell {
    dialect: Dialect,
    /// It is reached through tmux, which passes codes on.
    is_in_tmux: bool,
}

impl Bell {
    /// The terminal that this process is in, if it can. On the user's own desktop the agents' side shows what there is to
    /// show, and it is not shown twice.
    pub(crate) fn find(env: &Env) -> Option<Self> {
        let surroundings = &env.surroundings;
        let variable = |name: &str| surroundings.variable(name);
        if has_desktop(surroundings) || variable("ZELLIJ").is_some() {
            return None;
        }
        if variable("TMUX").is_some() {
            let told = Cmd::new("tmux", &env.dir, surroundings.search_path())
                .args(["display-message", "-p", "#{allow-passthrough} #{client_termtype} #{client_termname}"])
                .envs(&surroundings.variables)
                .limit(LIMIT)
                .text()
                .ok()?;
            return Self::in_tmux(&told);
        }
        let names = ["TERM_PROGRAM", "TERM"].into_iter().filter_map(variable);
        let dialect = names.filter_map(Dialect::of).next()?;
        Some(Self { dialect, is_in_tmux: false })
    }

    /// By what tmux says: whether it passes codes on, and to which terminal. tmux 3.3 says `1` for `on`.
    fn in_tmux(told: &str) -> Option<Self> {
        let (passes, terminal) = told.split_once(' ')?;
        let dialect = Dialect::of(terminal).filter(|_| matches!(passes, "1" | "on" | "all"))?;
        Some(Self { dialect, is_in_tmux: true })
    }

    /// What the terminal is sent.
    pub(crate) fn codes(self, title: &str, text: &str) -> String {
        let shown = |text: &str| -> String {
            let kept = text.chars().map(|c| if c.is_control() { ' ' } else { c });
            kept.take(CHARS).collect::<String>().trim().to_owned()
        };
        let (title, text) = (shown(title), shown(text));
        let codes = match self.dialect {
            Dialect::Osc9 if text.is_empty() => format!("\x1b]9;{title}\x1b\\"),
            // A text that begins with a number and a semicolon would be a command of its own.
            Dialect::Osc9 => format!("\x1b]9;{title}: {text}\x1b\\"),
            Dialect::Osc777 => {
                format!("\x1b]777;notify;{};{}\x1b\\", title.replace(';', ","), text.replace(';', ","))
            }
        };
        match self.is_in_tmux {
            true => format!("\x1bPtmux;{}\x1b\\", codes.replace('\x1b', "\x1b\x1b")),
            false => codes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bell, Dialect};

    #[test]
    fn a_terminal_is_told_in_its_own_way_and_nothing_in_a_text_is_a_code() {
        let check = |terminal: &str, text: &str, expect: Option<&str>| {
            let bell = Dialect::of(terminal).map(|dialect| Bell { dialect, is_in_tmux: false });
            assert_eq!(bell.map(|bell| bell.codes("api asks", text)).as_deref(), expect, "{terminal}");
        };
        check("iTerm.app", "Deploy?\x1b\\\x07", Some("\x1b]9;api asks: Deploy? \\\x1b\\"));
        check("xterm-kitty", "", Some("\x1b]9;api asks\x1b\\"));
        check("foot", "a;b", Some("\x1b]777;notify;api asks;a,b\x1b\\"));
        check("WezTerm", "\u{9d}x", Some("\x1b]777;notify;api asks;x\x1b\\"));
        check("xterm-256color", "x", None);
        check("Apple_Terminal", "x", None);
    }

    #[test]
    fn tmux_is_asked_whether_it_passes_codes_on_and_to_whom() {
        let check = |told: &str, expect: Option<&str>| {
            assert_eq!(Bell::in_tmux(told).map(|bell| bell.codes("t", "x")).as_deref(), expect, "{told}");
        };
        check("on foot(1.16.2) foot\n", Some("\x1bPtmux;\x1b\x1b]777;notify;t;x\x1b\x1b\\\x1b\\"));
        check("all  xterm-kitty\n", Some("\x1bPtmux;\x1b\x1b]9;t: x\x1b\x1b\\\x1b\\"));
        check("1 WezTerm xterm-256color\n", Some("\x1bPtmux;\x1b\x1b]777;notify;t;x\x1b\x1b\\\x1b\\"));
        check("0 foot(1.16.2) foot\n", None);
        check("off foot(1.16.2) foot\n", None);
        check("on  xterm-256color\n", None);
        check("\n", None);
    }
}
