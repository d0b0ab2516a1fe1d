//! What a child process writes to standard error: handed on, and its end kept for the message when it dies.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStderr;

/// Takes what a child process writes to standard error.
pub(super) type Words = dyn Fn(&[u8]) + Send + Sync;

/// The last bytes of it.
#[derive(Clone, Default)]
pub(super) struct Tail(Arc<Mutex<Vec<u8>>>);

impl Tail {
    fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }

    /// The last lines as the end of a sentence; nothing if there are none.
    pub(super) fn quoted(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        let mut lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        let last = lines.split_off(lines.len().saturating_sub(LINES));
        if last.is_empty() {
            return String::new();
        }
        format!(
            "; its last words were {}",
            shown(last.join(" | ").as_bytes())
        )
    }
}

/// Reads until the end, or until the process is dropped.
pub(super) async fn listen(mut errors: ChildStderr, words: Arc<Words>, tail: Tail) {
    let mut chunk = [0; 4096];
    while let Ok(length) = errors.read(&mut chunk).await {
        if length == 0 {
            return;
        }
        words(&chunk[..length]);
        tail.push(&chunk[..length]);
    }
}

/// The beginning of what a child process wrote, in quotation marks.
pub(super) fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * SHOWN)]);
    let text = text.trim_end();
    let cut: String = text.chars().take(SHOWN).collect();
    let dots = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut:?}{dots}")
}

/// How many bytes are kept, how many lines of them are shown, and how many characters of anything.
const KEPT: usize = 2048;
const LINES: usize = 3;
const SHOWN: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_quoted() {
        let tail = Tail::default();
        assert_eq!(tail.quoted(), "");
        for line in 1..2000 {
            tail.push(format!("line {line}\n").as_bytes());
        }
        let expected = "; its last words were \"line 1997 | line 1998 | line 1999\"";
        assert_eq!(tail.quoted(), expected);
        assert!(tail.0.lock().expect("no panic").len() <= KEPT);
    }

    #[test]
    fn what_is_shown_is_short_and_has_no_control_characters() {
        assert_eq!(shown(b"\x1b[2Jhi\xff\n"), "\"\\u{1b}[2Jhi\u{fffd}\"");
        let long = shown(&[b'a'; 100_000]);
        assert_eq!(long.chars().count(), SHOWN + 3);
    }
}
