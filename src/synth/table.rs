//! The simulated panel as a plain table of typed columns.

use chrono::NaiveDate;

/// One column of a [`PanelTable`]; `None` is a missing cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Text, never missing.
    Text(Vec<String>),
    /// Real numbers.
    Number(Vec<Option<f64>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Dates, never missing.
    Date(Vec<NaiveDate>),
}

impl Column {
    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Number(cells) => cells.len(),
            Self::Integer(cells) => cells.len(),
            Self::Date(cells) => cells.len(),
        }
    }

    /// Whether it has no cells.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One cell as written to CSV; empty when missing or out of range.
    #[must_use]
    pub fn cell(&self, row: usize) -> String {
        match self {
            Self::Text(cells) => cells.get(row).cloned(),
            Self::Number(cells) => cells.get(row).copied().flatten().map(|value| value.to_string()),
            Self::Integer(cells) => cells.get(row).copied().flatten().map(|value| value.to_string()),
            Self::Date(cells) => cells.get(row).map(ToString::to_string),
        }
        .unwrap_or_default()
    }
}

/// A table: named columns of equal length, in the order in which they are written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PanelTable {
    /// Name and cells.
    pub columns: Vec<(String, Column)>,
}

impl PanelTable {
    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// The column with this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(own, _)| own == name).map(|(_, column)| column)
    }

    /// The table as CSV in UTF-8 with a header line; missing cells are empty, dates ISO, numbers the shortest that read back.
    #[must_use]
    pub fn to_csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let rows = (0..self.n_rows()).map(|row| self.columns.iter().map(|(_, column)| column.cell(row)).collect());
        let header: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        for record in std::iter::once(header).chain(rows) {
            // Writing to memory cannot fail, and every record has one field per column.
            if writer.write_record(&record).is_err() {
                break;
            }
        }
        writer.into_inner().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_leaves_missing_cells_empty_and_quotes_what_needs_it() {
        let table = PanelTable {
            columns: vec![
                ("id".into(), Column::Text(vec!["A-00001".into(), "a,b".into()])),
                ("month".into(), Column::Date(vec![NaiveDate::from_ymd_opt(2024, 4, 30).unwrap(); 2])),
                ("score".into(), Column::Number(vec![Some(1.5), None])),
                ("visits".into(), Column::Integer(vec![None, Some(0)])),
            ],
        };
        let text = String::from_utf8(table.to_csv()).unwrap();
        assert_eq!(text, "id,month,score,visits\nA-00001,2024-04-30,1.5,\n\"a,b\",2024-04-30,,0\n");
        assert_eq!((table.n_rows(), table.column("score").map(Column::len)), (2, Some(2)));
        assert!(table.column("nothing").is_none());
    }
}
