//! The lengths that an Arrow IPC file declares, checked before polars reserves memory for them.

use polars_arrow_format::ipc::planus::ReadAsRoot;
use polars_arrow_format::ipc::{
    Block, CompressionType, FooterRef, MessageHeaderRef, MessageRef, RecordBatchRef, planus,
};

use super::flaw::{Flaw, LZ4, ZSTD, check_growth, check_rows, part};

impl From<planus::Error> for Flaw {
    fn from(_: planus::Error) -> Self {
        Self::Unreadable
    }
}

/// Checks the footer, and of each batch its place in the file, its row count and its buffers.
///
/// # Errors
/// The first [`Flaw`].
pub(super) fn check(bytes: &[u8]) -> Result<(), Flaw> {
    // Four bytes of length and six of the closing mark.
    let end = bytes.len().checked_sub(10).ok_or(Flaw::Outside)?;
    let length: [u8; 4] = bytes.get(end..end + 4).and_then(|b| b.try_into().ok()).ok_or(Flaw::Outside)?;
    let length = usize::try_from(i32::from_le_bytes(length)).map_err(|_| Flaw::Outside)?;
    let start = end.checked_sub(length).ok_or(Flaw::Outside)?;
    let footer = FooterRef::read_as_root(bytes.get(start..end).ok_or(Flaw::Outside)?)?;
    for block in footer.dictionaries()?.into_iter().flatten() {
        check_block(bytes, &Block::from(block))?;
    }
    let n_columns = footer.schema()?.ok_or(Flaw::Unreadable)?.fields()?.map_or(0, |fields| fields.len());
    let mut rows = 0u64;
    for block in footer.record_batches()?.into_iter().flatten() {
        rows = rows.saturating_add(check_block(bytes, &Block::from(block))?);
    }
    check_rows(rows, n_columns, bytes.len())
}

/// Checks one batch and returns its number of rows.
fn check_block(bytes: &[u8], block: &Block) -> Result<u64, Flaw> {
    let offset = size(block.offset)?;
    let body = offset.checked_add(size(block.meta_data_length.into())?).ok_or(Flaw::Outside)?;
    let prefix = |at: u64| -> Result<i32, Flaw> {
        let four: [u8; 4] = part(bytes, at, 4)?.try_into().map_err(|_| Flaw::Outside)?;
        Ok(i32::from_le_bytes(four))
    };
    // The length follows a marker of four bytes FF, except in files of the first versions.
    let (at, length) = match prefix(offset)? {
        -1 => (offset.saturating_add(8), prefix(offset.saturating_add(4))?),
        length => (offset.saturating_add(4), length),
    };
    let message = MessageRef::read_as_root(part(bytes, at, size(length.into())?)?)?;
    let batch = match message.header()?.ok_or(Flaw::Unreadable)? {
        MessageHeaderRef::RecordBatch(batch) => batch,
        MessageHeaderRef::DictionaryBatch(batch) => batch.data()?.ok_or(Flaw::Unreadable)?,
        _ => return Err(Flaw::Unreadable),
    };
    check_batch(bytes, body, batch)
}

fn check_batch(bytes: &[u8], body: u64, batch: RecordBatchRef) -> Result<u64, Flaw> {
    let most = match batch.compression()? {
        None => None,
        Some(compression) => Some(match compression.codec()? {
            CompressionType::Lz4Frame => LZ4,
            CompressionType::Zstd => ZSTD,
        }),
    };
    for buffer in batch.buffers()?.into_iter().flatten() {
        let start = body.checked_add(size(buffer.offset())?).ok_or(Flaw::Outside)?;
        let stored = part(bytes, start, size(buffer.length())?)?;
        // A compressed buffer begins with its length; -1 says that it is stored as it is.
        if let (Some(most), Some((claimed, rest))) = (most, stored.split_first_chunk::<8>()) {
            let claimed = i64::from_le_bytes(*claimed);
            if claimed != -1 {
                check_growth(rest.len() as u64, size(claimed)?, most)?;
            }
        }
    }
    let rows = size(batch.length()?)?;
    for node in batch.nodes()?.into_iter().flatten() {
        check_rows(size(node.length())?, 1, bytes.len())?;
    }
    Ok(rows)
}

fn size(number: i64) -> Result<u64, Flaw> {
    u64::try_from(number).map_err(|_| Flaw::Outside)
}
