//! Records in partitions: in memory while there is room, in one nameless temporary file beyond it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use super::IngestError;

/// Bytes kept in memory before partitions are written out.
const ROOM: usize = 1 << 30;

/// Byte records by partition, in the order in which they came.
///
/// The temporary file has no name: whatever happens to the program, nothing of it is left behind.
#[derive(Debug)]
pub struct Partitions {
    open: Vec<Vec<u8>>,
    held: usize,
    room: usize,
    file: Option<Mutex<File>>,
    length: u64,
    /// Start and length of what each partition has in the file.
    written: Vec<Vec<(u64, usize)>>,
}

impl Partitions {
    /// So many empty partitions.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self::with_room(n, ROOM)
    }

    fn with_room(n: usize, room: usize) -> Self {
        let n = n.max(1);
        Self { open: vec![Vec::new(); n], held: 0, room, file: None, length: 0, written: vec![Vec::new(); n] }
    }

    /// The end of a partition, to append a record to.
    pub fn end_of(&mut self, partition: usize) -> &mut Vec<u8> {
        let last = self.open.len() - 1;
        &mut self.open[partition.min(last)]
    }

    /// Called now and then: writes out when so many bytes more were appended that memory runs full.
    ///
    /// # Errors
    /// [`IngestError::NoRoom`] where the temporary folder cannot take them.
    pub fn appended(&mut self, bytes: usize) -> Result<(), IngestError> {
        self.held += bytes;
        if self.held < self.room {
            return Ok(());
        }
        self.write_out()
            .map_err(|e| IngestError::NoRoom { bytes: self.length + self.held as u64, detail: e.to_string() })
    }

    fn write_out(&mut self) -> std::io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(Mutex::new(tempfile::tempfile()?)),
        };
        let file = file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.length))?;
        for (bytes, written) in self.open.iter_mut().zip(&mut self.written) {
            if bytes.is_empty() {
                continue;
            }
            file.write_all(bytes)?;
            written.push((self.length, bytes.len()));
            self.length += bytes.len() as u64;
            bytes.clear();
        }
        self.held = 0;
        Ok(())
    }

    /// Partitions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether there is no partition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// All records of a partition.
    ///
    /// # Errors
    /// [`IngestError::NoRoom`] where the temporary file cannot be read back.
    pub fn read(&self, partition: usize) -> Result<Vec<u8>, IngestError> {
        let (Some(open), Some(written)) = (self.open.get(partition), self.written.get(partition)) else {
            return Ok(Vec::new());
        };
        let mut bytes = vec![0; written.iter().map(|(_, length)| length).sum()];
        if let Some(file) = &self.file {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            let mut at = 0;
            for (start, length) in written {
                let part = &mut bytes[at..at + length];
                let done = file.seek(SeekFrom::Start(*start)).and_then(|_| file.read_exact(part));
                done.map_err(|e| IngestError::NoRoom { bytes: self.length, detail: e.to_string() })?;
                at += length;
            }
        }
        bytes.extend_from_slice(open);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_in_order_from_memory_and_file() {
        for room in [1, 64, 1 << 20] {
            let mut partitions = Partitions::with_room(3, room);
            for n in 0_u32..300 {
                partitions.end_of(n as usize % 3).extend_from_slice(&n.to_le_bytes());
                partitions.appended(4).unwrap();
            }
            for part in 0..3 {
                let bytes = partitions.read(part).unwrap();
                let found: Vec<u32> =
                    bytes.chunks_exact(4).map(|b| u32::from_le_bytes(b.try_into().unwrap())).collect();
                let expected: Vec<u32> = (0..300).filter(|n| *n as usize % 3 == part).collect();
                assert_eq!(found, expected, "room for {room} bytes");
            }
        }
    }
}
