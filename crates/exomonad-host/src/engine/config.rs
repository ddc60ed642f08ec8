//! How WASM is compiled and run. `build.rs` includes this file: code that was compiled ahead of time loads only into
//! an engine with the same settings.

use wasmtime::Config;

/// The engine's settings.
pub(crate) fn engine_config() -> Config {
    let mut config = Config::new();
    config.epoch_interruption(true);
    // A guest is one small component; these halve what is mapped and compiled for it.
    config.generate_address_map(false);
    config.native_unwind_info(false);
    config.wasm_backtrace_max_frames(None);
    config.concurrency_support(false);
    config.gc_support(false);
    config.memory_reservation(64 << 20);
    config.memory_guard_size(64 << 10);
    config.memory_reservation_for_growth(1 << 20);
    config.memory_init_cow(false);
    config.max_wasm_stack(512 << 10);
    config
}
