//! Effects of namespace `session`.

use super::{Failure, World, invalid};
use crate::contract::session::{Host, SessionInfo};

impl Host for World {
    fn register(&mut self, id: String, transcript: Option<String>) -> Result<(), Failure> {
        self.act("session.register", |caller| {
            if id.is_empty() || id.len() > 200 {
                return Err(invalid("a session's id has 1 to 200 bytes"));
            }
            let (agent, harness) = (caller.agent(), &caller.cx.agent.harness);
            let store = &caller.services.store;
            Ok(store.register_session(
                &id,
                agent,
                harness,
                transcript.as_deref(),
                caller.services.clock.now_ms(),
            )?)
        })
    }

    fn end(&mut self, id: String) -> Result<(), Failure> {
        self.act("session.end", |caller| {
            Ok(caller.services.store.end_session(&id, caller.agent(), caller.services.clock.now_ms())?)
        })
    }

    fn lookup(&mut self, agent: String) -> Result<Option<SessionInfo>, Failure> {
        self.act("session.lookup", |caller| Ok(caller.services.store.latest_session(&agent)?))
    }
}
