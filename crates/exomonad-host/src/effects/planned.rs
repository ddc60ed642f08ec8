//! Effects that the contract has and this host does not perform: each answers `unavailable` by its name.

use super::{EffectError, EffectErrorKind, Failure, World, error};
use crate::contract::ui;
use crate::contract::ui::Answer;

fn unavailable<T>(effect: &str) -> Result<T, EffectError> {
    Err(error(EffectErrorKind::Unavailable, format!("this version of exomonad does not offer `{effect}`")))
}

/// Implements effects by refusing them.
macro_rules! refuse {
    ($($func:ident($($argument:ty),*) -> $reply:ty = $name:literal;)*) => {
        $(fn $func(&mut self, $(_: $argument),*) -> Result<$reply, Failure> {
            self.act($name, |_| unavailable($name))
        })*
    };
}

impl ui::Host for World {
    refuse! {
        ask(String, u32) -> Answer = "ui.ask";
        notify(String) -> () = "ui.notify";
    }
}
