//! A guest that is loaded and can be called.

use std::sync::{Mutex, PoisonError};

use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, Linker};

use super::clock::Clock;
use super::pool::MEMORY;
use super::{GuestError, Limits, builtin};
use crate::contract::{self as interfaces, GuestPre};
use crate::effects::World;

/// Where the memory of a call comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// The system, each time.
    Fresh,
    /// Earlier calls.
    Kept,
}

/// A loaded guest. Cheap to clone; calls may run side by side.
#[derive(Clone)]
pub struct Guest {
    pub(super) engine: Engine,
    pub(super) pre: GuestPre<World>,
    pub(super) clock: Clock,
    hash: String,
}

impl std::fmt::Debug for Guest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Guest").field("hash", &self.hash).finish_non_exhaustive()
    }
}

impl Guest {
    /// The guest built into this program.
    ///
    /// # Errors
    /// Its code does not fit this machine.
    pub fn builtin() -> Result<Self, GuestError> {
        Self::builtin_with(Memory::Fresh)
    }

    /// The same, for a process that calls it again and again with no more memory than `limits` allow.
    ///
    /// # Errors
    /// Its code does not fit this machine.
    pub fn builtin_for_many(limits: Limits) -> Result<Self, GuestError> {
        if limits.memory > MEMORY {
            return Self::builtin();
        }
        Self::builtin_with(Memory::Kept).or_else(|err| {
            tracing::warn!(%err, "no memory is kept between calls: the system does not give so many addresses");
            Self::builtin()
        })
    }

    /// Its code can be mapped only once, so whoever asks first decides for the process.
    fn builtin_with(memory: Memory) -> Result<Self, GuestError> {
        static LOADED: Mutex<Option<Guest>> = Mutex::new(None);
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guest) = loaded.as_ref() {
            return Ok(guest.clone());
        }
        let engine = builtin::engine(memory).map_err(GuestError::Load)?;
        let component = builtin::load(&engine).map_err(GuestError::Load)?;
        let guest = Self::link(engine, &component, builtin::HASH.to_owned())?;
        Ok(loaded.insert(guest).clone())
    }

    /// Compiles a guest from its WASM: a component for world `exomonad:guest`. Takes a good part of a second.
    ///
    /// # Errors
    /// It is not such a component.
    #[cfg(feature = "compile")]
    pub fn compile(wasm: &[u8]) -> Result<Self, GuestError> {
        use sha2::{Digest, Sha256};

        use super::config::engine_config;

        let engine = Engine::new(&engine_config()).map_err(GuestError::Load)?;
        let component = Component::from_binary(&engine, wasm).map_err(GuestError::Load)?;
        let hash = Sha256::digest(wasm).iter().map(|byte| format!("{byte:02x}")).collect();
        Self::link(engine, &component, hash)
    }

    /// The SHA-256 of the built-in guest's WASM, in hex; known without loading it.
    #[must_use]
    pub fn builtin_hash() -> &'static str {
        builtin::HASH
    }

    /// The SHA-256 of the guest's WASM, in hex.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    fn link(engine: Engine, component: &Component, hash: String) -> Result<Self, GuestError> {
        let mut linker = Linker::new(&engine);
        link_imports(&mut linker, component).map_err(GuestError::Load)?;
        let pre = linker.instantiate_pre(component).and_then(GuestPre::new).map_err(GuestError::Load)?;
        let clock = Clock::new(&engine);
        Ok(Self { engine, pre, clock, hash })
    }
}

type Link = fn(&mut Linker<World>) -> wasmtime::Result<()>;

macro_rules! offer {
    ($($interface:ident),*) => {
        &[$((stringify!($interface), |linker| {
            interfaces::$interface::add_to_linker::<World, HasSelf<World>>(linker, |world| world)
        })),*]
    };
}

/// Every interface of the world.
const INTERFACES: &[(&str, Link)] =
    offer![types, git, forge, agents, messages, work, events, session, log, fs, kv, ui, process];

/// Offers the interfaces that the guest imports: most guests import few, and each one offered costs a hook 10 µs.
fn link_imports(linker: &mut Linker<World>, component: &Component) -> wasmtime::Result<()> {
    for (name, _) in component.component_type().imports(component.engine()) {
        let interface = name.split_once('/').map_or(name, |(_, rest)| rest);
        let interface = interface.split_once('@').map_or(interface, |(interface, _)| interface);
        if let Some((_, link)) = INTERFACES.iter().find(|(offered, _)| *offered == interface) {
            link(linker)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::INTERFACES;

    #[test]
    fn every_interface_of_the_world_is_offered() {
        let world = include_str!("../../../../wit/exomonad.wit");
        let imports = world.lines().filter_map(|line| line.trim().strip_prefix("import ")?.strip_suffix(';'));
        let missing: Vec<_> =
            imports.clone().filter(|import| !INTERFACES.iter().any(|(name, _)| name == import)).collect();
        assert_eq!(missing, Vec::<&str>::new());
        assert!(imports.count() > 10);
    }
}
