//! Tool permissions, rendered to each harness.
