//! A track into several files at once, each format on a thread of its own.

use std::io::{self, Seek, Write};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::audio::{Bitrates, Encoder, Format, Tags};
use crate::domain::units::SampleRate;

/// Pieces of the track, a second each, that may wait for a slower format. Opus takes three times as long
/// as MP3, and must not hold it up when most of an article is in the cache: 26 MB at the very most.
const WAITING_MAX: usize = 300;

/// Files that grow together. One that is dropped leaves none of them finished.
pub struct Recording<W: Write + Seek> {
    /// The one that is written before anybody is told: what a listener may hear already.
    first: Encoder<W>,
    others: Following<W>,
    rate: SampleRate,
}

/// Files that are still being written after the first one is whole. Whoever drops them waits until
/// their threads have let go of them.
pub struct Following<W>(Vec<Other<W>>);

struct Other<W> {
    format: Format,
    pieces: SyncSender<Arc<[f32]>>,
    thread: JoinHandle<io::Result<W>>,
}

impl<W: Write + Seek + Send + 'static> Recording<W> {
    /// Begins the files, of which there is at least one.
    pub fn begin(
        files: Vec<(Format, W)>,
        rate: SampleRate,
        bitrates: Bitrates,
        tags: &Tags,
    ) -> io::Result<Self> {
        let mut encoders = Vec::new();
        for (format, out) in files {
            encoders.push((format, Encoder::begin(format, out, rate, bitrates, tags)?));
        }
        let mut encoders = encoders.into_iter();
        let first = encoders.next().ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self { first: first.1, others: Following(encoders.map(Other::begin).collect()), rate })
    }

    /// Adds the next samples of the track to all files.
    pub fn add(&mut self, samples: Vec<f32>) -> io::Result<()> {
        self.first.add(&samples)?;
        for piece in samples.chunks(self.rate.0 as usize) {
            let piece: Arc<[f32]> = piece.into();
            for place in 0..self.others.0.len() {
                if self.others.0[place].pieces.send(piece.clone()).is_err() {
                    // The thread ended before its time, and knows why.
                    let written = self.others.0.remove(place).end();
                    return Err(written.err().unwrap_or_else(|| io::ErrorKind::BrokenPipe.into()));
                }
            }
        }
        Ok(())
    }

    /// Ends the first file and gives it back, with those that are not written to their end yet.
    pub fn end(self) -> io::Result<(W, Following<W>)> {
        Ok((self.first.end()?, self.others))
    }
}

impl<W> Following<W> {
    /// Waits for the end of one file, if it is among them.
    pub fn end(&mut self, format: Format) -> io::Result<Option<W>> {
        let place = self.0.iter().position(|other| other.format == format);
        place.map(|place| self.0.remove(place).end()).transpose()
    }
}

impl<W> Drop for Following<W> {
    fn drop(&mut self) {
        for other in std::mem::take(&mut self.0) {
            let _ = other.end();
        }
    }
}

impl<W> Other<W> {
    fn end(self) -> io::Result<W> {
        drop(self.pieces);
        let crashed = || Err(io::Error::other("the encoder crashed"));
        self.thread.join().unwrap_or_else(|_| crashed())
    }
}

impl<W: Write + Seek + Send + 'static> Other<W> {
    fn begin((format, mut encoder): (Format, Encoder<W>)) -> Self {
        let (pieces, track) = sync_channel::<Arc<[f32]>>(WAITING_MAX);
        let thread = thread::spawn(move || {
            for piece in track {
                encoder.add(&piece)?;
            }
            encoder.end()
        });
        Self { format, pieces, thread }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, SeekFrom};

    use super::*;

    const RATE: SampleRate = SampleRate(22_050);

    #[test]
    fn every_format_gets_the_whole_track() {
        let files = Format::ALL.map(|format| (format, Cursor::new(Vec::new()))).into();
        let mut recording =
            Recording::begin(files, RATE, Bitrates::default(), &Tags::default()).unwrap();
        for _ in 0..20 {
            recording.add(vec![0.1; 5_000]).unwrap();
        }
        let (mp3, mut following) = recording.end().unwrap();
        let wav = following.end(Format::Wav).unwrap().unwrap();
        let opus = following.end(Format::Opus).unwrap().unwrap();
        assert!(following.end(Format::Opus).unwrap().is_none());
        for (file, start) in [(mp3, b"ID3".as_slice()), (opus, b"OggS"), (wav.clone(), b"RIFF")] {
            assert!(file.get_ref().starts_with(start), "{start:?}");
        }
        assert!(wav.get_ref().len() > 44 + 20 * 5_000 * 2);
    }

    /// A disk with room for so many bytes.
    struct Disk(Cursor<Vec<u8>>, u64);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.position() + bytes.len() as u64 > self.1 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Disk {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn a_full_disk_is_told_whichever_format_it_hits() {
        for full in 0..3 {
            let room = |i| if i == full { 9_000 } else { u64::MAX };
            let disk = |i| Disk(Cursor::new(Vec::new()), room(i));
            let files = (0..3).map(|i| (Format::ALL[i], disk(i))).collect();
            let tags = Tags::default();
            let mut recording = Recording::begin(files, RATE, Bitrates::default(), &tags).unwrap();
            let mut added = Ok(());
            for _ in 0..100 {
                added = recording.add(vec![0.1; 5_000]);
                if added.is_err() {
                    break;
                }
            }
            let ended = added.and_then(|()| recording.end()).and_then(|(_, mut following)| {
                following.end(Format::Opus)?;
                following.end(Format::Wav)
            });
            let error = ended.map(|_| ()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{:?}", Format::ALL[full]);
        }
    }
}
