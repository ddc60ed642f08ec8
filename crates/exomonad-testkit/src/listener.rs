//! Listens on a port of the loopback interface, until it is dropped.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// Hands each connection to a thread of its own.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    /// Absent once it has stopped.
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Begins on a port of its own.
    pub(crate) fn start(serve: impl Fn(&TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("listen on the loopback interface");
        let address = listener.local_addr().expect("a listener has an address");
        let stopping = Arc::new(AtomicBool::new(false));
        let (stopped, serve) = (Arc::clone(&stopping), Arc::new(serve));
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let stream = stream.expect("accept a connection");
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(&stream));
            }
        });
        Self { address, stopping, thread: Some(thread) }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections; says whether it took any until now. Those that are there go on.
    pub(crate) fn stop(&mut self) -> bool {
        let Some(thread) = self.thread.take() else { return false };
        self.stopping.store(true, Ordering::SeqCst);
        // A last connection wakes the thread, so that it sees the flag.
        if TcpStream::connect(self.address).is_ok() {
            drop(thread.join());
        }
        true
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
    }
}
