//! Whatever a client sends: no panic, the same frames however the bytes are split, and a bounded memory.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/exomonad-host/src/mcp/frame.rs"]
mod frame;
#[path = "../../crates/exomonad-host/src/mcp/message.rs"]
mod message;

use frame::{Cutter, Frame, MAX_FRAME};
use message::Incoming;

fn cut(chunks: &[&[u8]]) -> Vec<Frame> {
    let mut cutter = Cutter::new(MAX_FRAME.min(4096));
    chunks.iter().for_each(|chunk| cutter.push(chunk));
    cutter.finish();
    std::iter::from_fn(|| cutter.pop()).collect()
}

fuzz_target!(|input: (usize, &[u8])| {
    let (at, bytes) = input;
    let (first, rest) = bytes.split_at(at % (bytes.len() + 1));
    let frames = cut(&[first, rest]);
    assert_eq!(frames, cut(&[bytes]));
    for frame in &frames {
        let Frame::Text(text) = frame else { continue };
        match message::read(text) {
            Incoming::Message(message) => drop(serde_json::to_string(&message).expect("a message is JSON")),
            Incoming::Refused(refusal) => assert!(!refusal.message.is_empty() && refusal.code.0 < 0),
            Incoming::Ignored(what) => assert!(!what.is_empty()),
        }
    }
});
