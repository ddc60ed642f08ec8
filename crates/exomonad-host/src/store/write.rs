//! Changes that are made as a whole or not at all.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Store, StoreError};

impl Store {
    /// Makes a change that is on the disk when this returns. Every other change may be lost with the machine's power.
    pub(super) fn write_durably<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.lock();
        // Not possible within a transaction.
        connection.pragma_update(None, "synchronous", "full")?;
        let changed = in_transaction(&mut connection, change);
        let restored = connection.pragma_update(None, "synchronous", "normal");
        crate::drop_logged(restored, "make writes cheap again");
        changed
    }

    /// Makes a change.
    pub(super) fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        in_transaction(&mut self.lock(), change)
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let changed = change(&transaction)?;
    transaction.commit()?;
    Ok(changed)
}
