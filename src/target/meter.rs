//! A stream of which only so much is read for each answer, whatever it holds: a server that sends one preliminary answer after
//! the other is read for as long as it sends, and costs the time of all else.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Counts the bytes of an answer.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    read: Arc<AtomicUsize>,
    most: usize,
}

/// A stream that ends with an error when its meter has seen too much.
#[derive(Debug)]
pub(super) struct Metered<S> {
    stream: S,
    meter: Meter,
}

impl Meter {
    /// Allows so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self {
            read: Arc::default(),
            most,
        }
    }

    /// Begins to count anew.
    pub(super) fn begin(&self) {
        self.read.store(0, Ordering::Relaxed);
    }
}

impl<S> Metered<S> {
    /// Reads this stream by this meter.
    pub(super) fn new(stream: S, meter: Meter) -> Self {
        Self { stream, meter }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let new = buffer.filled().len() - before;
        let read = self.meter.read.fetch_add(new, Ordering::Relaxed) + new;
        Poll::Ready(if read > self.meter.most {
            Err(io::Error::other(format!(
                "more than {} bytes for one answer",
                self.meter.most
            )))
        } else {
            Ok(())
        })
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn each_answer_has_its_measure() {
        let meter = Meter::new(10);
        let mut stream = Metered::new(&b"0123456789abcdefghij0123456789k"[..], meter.clone());
        let mut ten = [0; 10];
        for _ in 0..3 {
            meter.begin();
            stream.read_exact(&mut ten).await.expect("ten are allowed");
        }
        assert!(stream.read_exact(&mut ten[..1]).await.is_err());
    }
}
