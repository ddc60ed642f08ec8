//! Where agents can be seen: the project's terminal session, and each agent's pane in it.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};
use crate::agent::AgentName;
use crate::mux::{Address, Pane};

impl Store {
    /// The project's terminal session.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn terminal(&self) -> Result<Option<Address>, StoreError> {
        let text = self
            .lock()
            .query_row("SELECT address FROM terminal", [], |row| row.get::<_, String>(0))
            .optional()?;
        let parse = |text: String| {
            serde_json::from_str(&text)
                .map_err(|_not_an_address| StoreError::Unknown { table: "terminal", value: text })
        };
        text.map(parse).transpose()
    }

    /// Keeps the project's terminal session unless there is one; returns the one that is kept. Of several who try, all get
    /// the same.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn claim_terminal(&self, address: &Address) -> Result<Address, StoreError> {
        self.lock().execute(
            "INSERT INTO terminal (one, address) VALUES (1, ?1) ON CONFLICT (one) DO NOTHING",
            params![text(address)],
        )?;
        Ok(self.terminal()?.unwrap_or_else(|| address.clone()))
    }

    /// Keeps the project's terminal session, or forgets it.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_terminal(&self, address: Option<&Address>) -> Result<(), StoreError> {
        let connection = self.lock();
        match address {
            Some(address) => connection.execute(
                "INSERT INTO terminal (one, address) VALUES (1, ?1)
                 ON CONFLICT (one) DO UPDATE SET address = excluded.address",
                params![text(address)],
            )?,
            None => connection.execute("DELETE FROM terminal", [])?,
        };
        Ok(())
    }

    /// An agent's pane.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub fn pane(&self, agent: &AgentName) -> Result<Option<Pane>, StoreError> {
        let text = self
            .lock()
            .query_row("SELECT pane FROM panes WHERE agent = ?1", params![agent.as_str()], |row| {
                row.get::<_, String>(0)
            })
            .optional()?;
        text.map(read_pane).transpose()
    }

    /// Every agent's pane, by the agent's name.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn panes(&self) -> Result<Vec<(String, Pane)>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached("SELECT agent, pane FROM panes ORDER BY agent")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
        rows.into_iter().map(|(agent, text)| Ok((agent, read_pane(text)?))).collect()
    }

    /// Keeps where an agent can be seen, or forgets it.
    ///
    /// # Errors
    /// The database failed.
    pub fn set_pane(&self, agent: &AgentName, pane: Option<&Pane>) -> Result<(), StoreError> {
        let connection = self.lock();
        match pane {
            Some(pane) => connection.execute(
                "INSERT INTO panes (agent, pane) VALUES (?1, ?2)
                 ON CONFLICT (agent) DO UPDATE SET pane = excluded.pane",
                params![agent.as_str(), text(pane)],
            )?,
            None => connection.execute("DELETE FROM panes WHERE agent = ?1", params![agent.as_str()])?,
        };
        Ok(())
    }
}

fn text(value: &impl serde::Serialize) -> String {
    // Structs of texts and numbers always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

fn read_pane(text: String) -> Result<Pane, StoreError> {
    serde_json::from_str(&text).map_err(|_not_a_pane| StoreError::Unknown { table: "panes", value: text })
}
