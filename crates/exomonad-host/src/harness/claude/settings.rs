//! stub
use crate::harness::settings::SettingsFacts;
use crate::install::Entry;
pub(in crate::harness) fn settings(_facts: &SettingsFacts) -> Vec<Entry> { Vec::new() }
