//! Compressed log files as streams.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

/// Windows of zstd archives may be this large (2^26 bytes): those of its usual levels are, by far.
const ZSTD_WINDOW_LOG_MAX: u32 = 26;

/// Enough for `xz -9`. Its own choice, `-6`, needs an eighth.
const XZ_MEMORY_KIB: u32 = 70 << 10;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// gzip(1), also several members behind each other.
    Gzip,
    /// xz(1).
    Xz,
    /// zstd(1).
    Zstd,
    /// bzip2(1): known, not read.
    Bzip2,
}

impl Packing {
    /// By the first bytes of the file; names lie.
    pub fn of(start: &[u8]) -> Option<Packing> {
        const MAGIC: [(&[u8], Packing); 4] = [
            (b"\x1f\x8b\x08", Packing::Gzip),
            (b"\xfd7zXZ\0", Packing::Xz),
            (b"\x28\xb5\x2f\xfd", Packing::Zstd),
            (b"BZh", Packing::Bzip2),
        ];
        MAGIC.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, packing)| *packing)
    }
}

/// A file from its start, wherever others read it.
struct FromStart {
    file: Arc<File>,
    at: u64,
}

impl Read for FromStart {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read_at(buffer, self.at)?;
        self.at += length as u64;
        Ok(length)
    }
}

/// What an archive holds, from its start on. Going back starts anew.
pub struct Unpacker {
    file: Arc<File>,
    packing: Packing,
    decoder: Option<Box<dyn Read + Send>>,
    position: u64,
    end: Option<u64>,
}

impl Unpacker {
    /// At the start.
    pub fn new(file: Arc<File>, packing: Packing) -> Unpacker {
        Unpacker { file, packing, decoder: None, position: 0, end: None }
    }

    /// Where the unpacked text ends, once that was seen.
    pub fn end(&self) -> Option<u64> {
        self.end
    }

    fn start(&self) -> io::Result<Box<dyn Read + Send>> {
        let file = BufReader::with_capacity(64 << 10, FromStart { file: self.file.clone(), at: 0 });
        Ok(match self.packing {
            Packing::Gzip => Box::new(MultiGzDecoder::new(file)),
            Packing::Xz => Box::new(XzReader::new_mem_limit(file, true, XZ_MEMORY_KIB)),
            Packing::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(file)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Box::new(decoder)
            }
            Packing::Bzip2 => return Err(io::ErrorKind::Unsupported.into()),
        })
    }

    /// Reads at an offset of the unpacked text, cheap only where the last read ended. Fewer bytes
    /// only at the end.
    ///
    /// # Errors
    /// The archive is damaged there, and ends there for good.
    pub fn read_at(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset < self.position {
            (self.decoder, self.position) = (None, 0);
        }
        while self.position < offset {
            let gap = usize::try_from(offset - self.position).unwrap_or(usize::MAX);
            let part = gap.min(buffer.len());
            let Some(part) = buffer.get_mut(..part).filter(|part| !part.is_empty()) else {
                return Ok(0);
            };
            if self.read(part)? == 0 {
                return Ok(0);
            }
        }
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read(rest) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if filled == 0 => return Err(error),
                // Told by the next read.
                Err(_) => break,
            }
        }
        Ok(filled)
    }
}

impl Read for Unpacker {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.end.is_some_and(|end| self.position >= end) {
            return Ok(0);
        }
        let mut decoder = match self.decoder.take() {
            Some(decoder) => decoder,
            None => self.start()?,
        };
        let length = loop {
            match decoder.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        match length {
            Ok(length) if length > 0 || buffer.is_empty() => {
                self.position += length as u64;
                self.decoder = Some(decoder);
            }
            // Its end, or as much of it as can be had.
            _ => self.end = Some(self.position),
        }
        length
    }
}

/// What is wrong with a file that could not be read on.
pub fn describe(error: &io::Error) -> Cow<'static, str> {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "ends in the middle: the rest is missing".into(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            format!("cannot be read on from some place: {text}").into()
        }
    }
}
