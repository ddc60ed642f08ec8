//! Memory for many calls: instances reuse what earlier ones had, so that a call asks the system for nothing.
//!
//! A short process, such as a hook, is better off without: the pool is set up once, and pays from the second call on.

use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

/// Calls at the same time. The sidecar has as many threads for them.
const CALLS: u32 = 512;

/// What the parts of a component may be, far above those that Rust makes: modules, their memories and their tables.
const MODULES_A_CALL: u32 = 4;
const TABLES_A_CALL: u32 = 4;

/// The memory of a call. What a slot holds is reserved, not used, until a guest writes to it.
pub(super) const MEMORY: usize = 64 << 20;

/// What of a slot stays in memory between calls and is cleared by writing, which costs less than to give it back.
const KEPT: usize = 2 << 20;

/// Makes an engine with these settings keep the memory of its calls.
pub(super) fn keep_memory(config: &mut Config) {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(CALLS)
        .total_core_instances(CALLS * MODULES_A_CALL)
        .total_memories(CALLS)
        .total_tables(CALLS * TABLES_A_CALL)
        .max_core_instances_per_component(MODULES_A_CALL)
        .max_memories_per_component(1)
        .max_tables_per_component(TABLES_A_CALL)
        .max_memory_size(MEMORY)
        .linear_memory_keep_resident(KEPT)
        .table_keep_resident(KEPT)
        // Most of a guest's memory is a stack that it hardly uses: only pages it wrote to are cleared.
        .pagemap_scan(Enabled::Auto)
        .max_unused_warm_slots(4);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
}
