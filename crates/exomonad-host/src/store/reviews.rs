//! Reviews of pull requests, and remarks about their files.

use rusqlite::{Row, params};
use serde_json::json;

use super::events::{from_outside, from_row, to_row};
use super::pulls::{by_whom, require, send, tell};
use super::{Sender, Store, StoreError};
use crate::contract::forge::{PullRequestState, Remark, Review, ReviewComment, ReviewState};

/// A review to keep.
#[derive(Debug, Clone, Copy)]
pub struct ReviewDraft<'a> {
    /// Who reviews.
    pub by: Sender<'a>,
    /// What comes of it.
    pub state: ReviewState,
    /// What there is to say about all of it.
    pub body: &'a str,
    /// What there is to say about files.
    pub remarks: &'a [Remark],
    /// The commit that was reviewed.
    pub commit: &'a str,
    /// What the author is told.
    pub notice: &'a str,
}

impl Store {
    /// Keeps a review of an open pull request, and tells its author; nothing when it is not open.
    ///
    /// # Errors
    /// There is none of this number, or the database failed.
    pub fn add_review(
        &self,
        number: u64,
        draft: &ReviewDraft<'_>,
        now_ms: u64,
    ) -> Result<Option<Review>, StoreError> {
        let (author, human, now) = (draft.by.as_str(), draft.by.is_human(), to_row(now_ms));
        self.write_durably(|transaction| {
            let pull = require(transaction, number)?;
            if pull.state != PullRequestState::Open {
                return Ok(None);
            }
            let review = transaction
                .prepare_cached(
                    "INSERT INTO reviews (pull, author, human, state, commit_sha, time_ms, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .insert(params![
                    to_row(number),
                    author,
                    human,
                    review_state_name(draft.state),
                    draft.commit,
                    now,
                    draft.body
                ])?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO review_comments (pull, review, author, human, path, line, commit_sha, time_ms, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            for remark in draft.remarks {
                insert.execute(params![
                    to_row(number),
                    review,
                    author,
                    human,
                    remark.path,
                    remark.line,
                    draft.commit,
                    now,
                    remark.body
                ])?;
            }
            let mut data = by_whom(draft.by);
            if let Some(data) = data.as_object_mut() {
                data.insert("review".to_owned(), json!(review.to_string()));
                data.insert("author".to_owned(), json!(author));
                data.insert("body".to_owned(), json!(from_outside(draft.body)));
                data.insert("state".to_owned(), json!(review_state_name(draft.state)));
                data.insert("commit".to_owned(), json!(draft.commit));
                data.insert("remarks".to_owned(), json!(draft.remarks.len()));
            }
            tell(transaction, "pull.reviewed", &pull, data, now_ms)?;
            send(transaction, &pull, draft.by, "pull.review", draft.notice, now_ms)?;
            Ok(Some(Review {
                id: review.to_string(),
                author: author.to_owned(),
                human,
                state: draft.state,
                body: draft.body.to_owned(),
                commit: draft.commit.to_owned(),
                time_ms: now_ms,
            }))
        })
    }

    /// The reviews of a pull request, oldest first.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn reviews(&self, number: u64) -> Result<Vec<Review>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT id, author, human, state, commit_sha, time_ms, body FROM reviews WHERE pull = ?1 ORDER BY id",
        )?;
        let mut rows = select.query(params![to_row(number)])?;
        let mut reviews = Vec::new();
        while let Some(row) = rows.next()? {
            reviews.push(read(row)?);
        }
        Ok(reviews)
    }

    /// The remarks about the files of a pull request, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub fn review_comments(&self, number: u64) -> Result<Vec<ReviewComment>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT id, author, human, path, line, body FROM review_comments WHERE pull = ?1 ORDER BY id",
        )?;
        let rows = select.query_map(params![to_row(number)], |row| {
            Ok(ReviewComment {
                id: row.get::<_, i64>(0)?.to_string(),
                author: row.get(1)?,
                human: row.get(2)?,
                path: row.get(3)?,
                line: row.get(4)?,
                body: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn read(row: &Row<'_>) -> Result<Review, StoreError> {
    let word: String = row.get(3)?;
    let states = [ReviewState::Approved, ReviewState::ChangesRequested, ReviewState::Commented];
    let state = states.into_iter().find(|state| review_state_name(*state) == word);
    Ok(Review {
        id: row.get::<_, i64>(0)?.to_string(),
        author: row.get(1)?,
        human: row.get(2)?,
        state: state.ok_or(StoreError::Unknown { table: "reviews", value: word })?,
        commit: row.get(4)?,
        time_ms: from_row(row.get(5)?),
        body: row.get(6)?,
    })
}

/// The word for it.
#[must_use]
pub fn review_state_name(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Approved => "approved",
        ReviewState::ChangesRequested => "changes-requested",
        ReviewState::Commented => "commented",
        ReviewState::Pending => "pending",
    }
}
