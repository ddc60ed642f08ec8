//! Effects of namespace `kv`.

use super::{Caller, Failure, World, invalid};
use crate::contract::EffectError;
use crate::contract::kv::{Host, Scope};
use crate::store;

/// The longest key, in bytes.
const KEY_CAP: usize = 256;
/// The longest value, in bytes.
const VALUE_CAP: usize = 256 << 10;

impl Host for World {
    fn get(&mut self, scope: Scope, key: String) -> Result<Option<String>, Failure> {
        self.act("kv.get", |caller| Ok(caller.services.store.value(of(caller, scope), check_key(&key)?)?))
    }

    fn set(&mut self, scope: Scope, key: String, value: String) -> Result<(), Failure> {
        self.act("kv.set", |caller| {
            let store = &caller.services.store;
            Ok(store.set_value(of(caller, scope), check_key(&key)?, check_value(&value)?)?)
        })
    }

    fn compare_and_set(
        &mut self,
        scope: Scope,
        key: String,
        expected: Option<String>,
        value: String,
    ) -> Result<bool, Failure> {
        self.act("kv.compare-and-set", |caller| {
            let (key, value) = (check_key(&key)?, check_value(&value)?);
            Ok(caller.services.store.swap_value(of(caller, scope), key, expected.as_deref(), value)?)
        })
    }

    fn delete(&mut self, scope: Scope, key: String) -> Result<(), Failure> {
        self.act("kv.delete", |caller| {
            Ok(caller.services.store.delete_value(of(caller, scope), check_key(&key)?)?)
        })
    }

    fn list(&mut self, scope: Scope, prefix: String) -> Result<Vec<String>, Failure> {
        self.act("kv.list", |caller| Ok(caller.services.store.keys(of(caller, scope), &prefix)?))
    }
}

fn of<'a>(caller: &'a Caller<'_>, scope: Scope) -> store::Scope<'a> {
    match scope {
        Scope::Agent => store::Scope::Agent(caller.agent()),
        Scope::Project => store::Scope::Project,
    }
}

fn check_key(key: &str) -> Result<&str, EffectError> {
    if key.is_empty() || key.len() > KEY_CAP {
        return Err(invalid(format!("a key has 1 to {KEY_CAP} bytes, not {}", key.len())));
    }
    Ok(key)
}

fn check_value(value: &str) -> Result<&str, EffectError> {
    if value.len() > VALUE_CAP {
        return Err(invalid(format!("a value has at most {VALUE_CAP} bytes, not {}", value.len())));
    }
    Ok(value)
}
