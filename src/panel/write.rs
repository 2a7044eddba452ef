//! The panel as a file for any other tool.

use std::io::Write;

use polars::io::parquet::write::{KeyValueMetadata, ParquetWriter};
use polars::prelude::{DataType, IntoColumn};

use super::{Panel, PanelError};

/// Key of the data dictionary in the metadata of a Parquet file.
pub const DICTIONARY_KEY: &str = "fuellamp.dictionary";

impl Panel {
    /// Writes Parquet; columns in `whole` as integers, `dictionary` as metadata.
    ///
    /// # Errors
    /// [`PanelError::Frame`] where the file cannot be written.
    pub fn write_parquet(&self, to: impl Write, whole: &[&str], dictionary: &str) -> Result<(), PanelError> {
        let mut frame = self.frame.clone();
        for name in whole {
            if let Ok(column) = self.frame.column(name)
                && column.dtype() == &DataType::Float64
            {
                frame.with_column(column.cast(&DataType::Int64)?.into_column())?;
            }
        }
        let metadata = KeyValueMetadata::from_static(vec![(DICTIONARY_KEY.to_owned(), dictionary.to_owned())]);
        ParquetWriter::new(to).with_key_value_metadata(Some(metadata)).finish(&mut frame)?;
        Ok(())
    }

    /// Writes CSV: numbers in their shortest form, nothing for what is not known.
    ///
    /// # Errors
    /// [`PanelError::Write`] where the file cannot be written.
    pub fn write_csv(&self, to: impl Write) -> Result<(), PanelError> {
        const ROWS: usize = 1 << 16;
        let broken = |error: csv::Error| PanelError::Write { detail: error.to_string() };
        let mut writer = csv::Writer::from_writer(to);
        let names = self.column_names();
        writer.write_record(&names).map_err(broken)?;
        let mut start = 0;
        while start < self.n_rows() {
            let rows = ROWS.min(self.n_rows() - start);
            let part = self.frame.slice(i64::try_from(start).unwrap_or(i64::MAX), rows);
            let columns =
                names.iter().map(|name| super::column::texts_of(part.column(name)?)).collect::<Result<Vec<_>, _>>()?;
            for row in 0..rows {
                writer.write_record(columns.iter().map(|c| c[row].as_deref().unwrap_or_default())).map_err(broken)?;
            }
            start += rows;
        }
        writer.flush().map_err(|error| PanelError::Write { detail: error.to_string() })
    }
}
