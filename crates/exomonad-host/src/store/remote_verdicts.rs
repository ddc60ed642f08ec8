//! What agents, and people by this program, said of pull requests on a forge that calls them all by one name.

use rusqlite::params;

use super::events::to_row;
use super::{Store, StoreError, review_state_name};
use crate::contract::forge::ReviewState;

/// A review that was made by this program, as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnReview {
    /// The forge's id of it.
    pub id: String,
    /// The agent, or a person.
    pub author: String,
    /// A person made it.
    pub human: bool,
    /// What was to come of it; the forge may know it as a comment.
    pub state: ReviewState,
}

impl Store {
    /// The reviews of a pull request that were made by this program.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn own_remote_reviews(&self, repository: &str, number: u64) -> Result<Vec<OwnReview>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT id, author, human, state FROM remote_reviews WHERE repository = ?1 AND pull = ?2 AND ours ORDER BY seq",
        )?;
        let mut rows = select.query(params![repository, to_row(number)])?;
        let mut reviews = Vec::new();
        while let Some(row) = rows.next()? {
            let word: String = row.get(3)?;
            let states = [
                ReviewState::Approved,
                ReviewState::ChangesRequested,
                ReviewState::Commented,
                ReviewState::Pending,
            ];
            let state = states.into_iter().find(|state| review_state_name(*state) == word);
            let state = state.ok_or(StoreError::Unknown { table: "remote_reviews", value: word })?;
            reviews.push(OwnReview { id: row.get(0)?, author: row.get(1)?, human: row.get(2)?, state });
        }
        Ok(reviews)
    }
}
