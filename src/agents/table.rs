//! CSV from texts.

/// A table as it is written: a header and rows, comma-separated, quoted where needed.
#[derive(Debug, Default)]
pub(super) struct Csv(Vec<u8>);

impl Csv {
    pub(super) fn new<'a>(header: impl IntoIterator<Item = &'a str>) -> Self {
        let mut csv = Self::default();
        csv.row(header);
        csv
    }

    pub(super) fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.0.push(b',');
            }
            if cell.contains([',', '"', '\n', '\r']) {
                self.0.push(b'"');
                self.0.extend(cell.replace('"', "\"\"").bytes());
                self.0.push(b'"');
            } else {
                self.0.extend_from_slice(cell.as_bytes());
            }
        }
        self.0.push(b'\n');
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_needed() {
        let mut csv = Csv::new(["id", "名"]);
        csv.row(["a,b", ""]);
        csv.row(["say \"x\"", "2"]);
        assert_eq!(String::from_utf8(csv.bytes()).unwrap(), "id,名\n\"a,b\",\n\"say \"\"x\"\"\",2\n");
    }
}
