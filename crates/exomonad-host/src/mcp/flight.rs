//! The requests that wait for a reply: no two with one id, and not too many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::model::{ErrorCode, RequestId};

use super::message::Refusal;

/// The most requests of one client at a time.
const MAX_REQUESTS: usize = 4096;

/// The most bytes of one client's requests at a time.
const MAX_BYTES: usize = 256 << 20;

/// A server's own error, which neither JSON-RPC nor MCP gives another meaning.
const BUSY: ErrorCode = ErrorCode(-32000);

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Flight(Arc<Mutex<Requests>>);

#[derive(Debug, Default)]
struct Requests {
    sizes: HashMap<RequestId, usize>,
    bytes: usize,
}

impl Flight {
    fn lock(&self) -> MutexGuard<'_, Requests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request of `size` bytes in.
    ///
    /// # Errors
    /// Its id is taken, or there are too many.
    pub(super) fn admit(&self, id: &RequestId, size: usize) -> Result<(), Refusal> {
        let mut requests = self.lock();
        if requests.sizes.contains_key(id) {
            let message = "a request with this `id` still waits for its reply";
            return Err(Refusal::new(Some(id.clone()), ErrorCode::INVALID_REQUEST, message));
        }
        if requests.sizes.len() >= MAX_REQUESTS || requests.bytes.saturating_add(size) > MAX_BYTES {
            let message = format!(
                "{} requests of {} bytes wait for their replies; send more when some of them came",
                requests.sizes.len(),
                requests.bytes
            );
            return Err(Refusal::new(Some(id.clone()), BUSY, message));
        }
        requests.bytes += size;
        requests.sizes.insert(id.clone(), size);
        Ok(())
    }

    /// Says that it is dealt with.
    pub(super) fn land(&self, id: &RequestId) {
        let mut requests = self.lock();
        if let Some(size) = requests.sizes.remove(id) {
            requests.bytes = requests.bytes.saturating_sub(size);
        }
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::RequestId;

    use super::{Flight, MAX_BYTES, MAX_REQUESTS};

    fn id(number: usize) -> RequestId {
        RequestId::Number(i64::try_from(number).unwrap())
    }

    #[test]
    fn an_id_is_taken_until_its_request_is_dealt_with() {
        let flight = Flight::default();
        flight.admit(&id(1), 1).unwrap();
        assert_eq!(flight.admit(&id(1), 1).unwrap_err().code.0, -32600);
        flight.admit(&RequestId::String("1".into()), 1).unwrap();
        flight.land(&id(1));
        flight.admit(&id(1), 1).unwrap();
    }

    #[test]
    fn too_many_requests_are_refused_until_some_are_dealt_with() {
        let flight = Flight::default();
        for number in 0..MAX_REQUESTS {
            flight.admit(&id(number), 1).unwrap();
        }
        assert_eq!(flight.admit(&id(MAX_REQUESTS), 1).unwrap_err().code.0, -32000);
        flight.land(&id(0));
        flight.admit(&id(MAX_REQUESTS), 1).unwrap();
    }

    #[test]
    fn too_many_bytes_are_refused() {
        let flight = Flight::default();
        flight.admit(&id(1), MAX_BYTES).unwrap();
        assert_eq!(flight.admit(&id(2), 1).unwrap_err().code.0, -32000);
        flight.land(&id(1));
        flight.admit(&id(2), 1).unwrap();
    }
}
