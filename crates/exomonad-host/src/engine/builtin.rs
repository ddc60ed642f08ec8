//! The guest that was compiled into this program.

use std::ptr::NonNull;
use std::sync::Arc;

use rustix::mm::{MprotectFlags, mprotect};
use wasmtime::component::Component;
use wasmtime::{CustomCodeMemory, Engine};

use super::config::engine_config;
use super::guest::Memory;
use super::pool::keep_memory;

/// Code is mapped where it stands, so it has to begin at a page.
#[repr(C, align(65536))]
struct Paged<T: ?Sized>(T);

static CODE: &Paged<[u8]> = &Paged(*include_bytes!(concat!(env!("OUT_DIR"), "/guest.cwasm")));

/// The SHA-256 of the guest's WASM, in hex.
pub(super) const HASH: &str = include_str!(concat!(env!("OUT_DIR"), "/guest.sha256"));

/// An engine that can run it.
pub(super) fn engine(memory: Memory) -> wasmtime::Result<Engine> {
    let mut config = engine_config();
    config.with_custom_code_memory(Some(Arc::new(OwnImage)));
    match memory {
        Memory::Fresh => {}
        Memory::Kept => keep_memory(&mut config),
    }
    Engine::new(&config)
}

/// Loads it without copying it.
#[expect(unsafe_code, reason = "code compiled ahead of time can be loaded only by trusting it")]
pub(super) fn load(engine: &Engine) -> wasmtime::Result<Component> {
    let code = NonNull::from(&CODE.0);
    // SAFETY: the bytes come from our own build script, which compiled them with the settings of `config.rs` for this
    // target; they are part of this program's image, live as long as it, begin at a page and are never written.
    unsafe { Component::deserialize_raw(engine, code) }
}

/// Makes a part of this program's image executable. It stays so: it is never written, and another load may run it.
struct OwnImage;

impl CustomCodeMemory for OwnImage {
    fn required_alignment(&self) -> usize {
        rustix::param::page_size()
    }

    #[expect(unsafe_code, reason = "wasmtime leaves the protection of memory that is not its own to us")]
    fn publish_executable(&self, start: *const u8, length: usize) -> wasmtime::Result<()> {
        let flags = MprotectFlags::READ | MprotectFlags::EXEC;
        // SAFETY: wasmtime passes whole pages of `CODE`, which nothing writes; they stay readable.
        unsafe { mprotect(start.cast_mut().cast(), length, flags) }?;
        Ok(())
    }

    fn unpublish_executable(&self, _: *const u8, _: usize) -> wasmtime::Result<()> {
        Ok(())
    }
}
