//! Companies drawn again, account by account, as tables: what `fuellamp::pipeline` approximates in one step.

use std::collections::BTreeMap;

use fuellamp::ingest::{ReadOptions, read_table};
use fuellamp::pipeline::{Data, Examination, examine};
use fuellamp::stats::resample::Draws;
use fuellamp::study::{Source, Study, parse_study};
use fuellamp::verdict::{KpiVerdict, Verdict};

/// Any error, as text.
type Failed = Box<dyn std::error::Error + Send + Sync>;

/// A study and its panel by account.
pub(crate) struct Company {
    study: Study,
    column: String,
    header: Vec<u8>,
    /// Position of the account's cell.
    at: usize,
    rows: Vec<csv::ByteRecord>,
    /// Rows of each account, in the order of their names.
    accounts: BTreeMap<Vec<u8>, Vec<usize>>,
}

impl Company {
    /// Reads a study of a panel and the CSV that it names.
    pub(crate) fn new(study: &str, table: impl Fn(&str) -> Result<Vec<u8>, Failed>) -> Result<Self, Failed> {
        let study = parse_study(study, "study.toml").map_err(|problems| format!("{problems:?}"))?.value;
        let Source::Panel(source) = &study.source else { return Err("only panels are drawn again".into()) };
        let column = source.account.clone();
        let bytes = table(&source.path)?;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*bytes);
        let mut rows = reader.byte_records().collect::<Result<Vec<_>, _>>()?;
        let head = rows.remove(0);
        let at = head.iter().position(|name| name == column.as_bytes()).ok_or("no column of accounts")?;
        let mut accounts: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for (index, row) in rows.iter().enumerate() {
            accounts.entry(row[at].to_vec()).or_default().push(index);
        }
        Ok(Self { study, column, header: line(head.iter().map(<[u8]>::to_vec)), at, rows, accounts })
    }

    /// Number of accounts.
    pub(crate) fn n_accounts(&self) -> usize {
        self.accounts.len()
    }

    /// The study.
    pub(crate) fn study(&self) -> &Study {
        &self.study
    }

    /// Evidence about the company as it is.
    pub(crate) fn whole(&self) -> Result<Examination, Failed> {
        self.with(|_| 1)
    }

    /// Evidence about one draw: an account that came twice is two accounts with the same history.
    pub(crate) fn drawn(&self, draws: &Draws, draw: usize) -> Result<Examination, Failed> {
        self.with(|account| draws.count(draw, account))
    }

    fn with(&self, count: impl Fn(usize) -> usize) -> Result<Examination, Failed> {
        let mut text = self.header.clone();
        for (index, (name, rows)) in self.accounts.iter().enumerate() {
            for copy in 0..count(index) {
                for &row in rows {
                    let cell = |(at, cell): (usize, &[u8])| {
                        if at == self.at { [name, format!("~{copy}").as_bytes()].concat() } else { cell.to_vec() }
                    };
                    text.extend(line(self.rows[row].iter().enumerate().map(cell)));
                }
            }
        }
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("panel.csv");
        std::fs::write(&path, text)?;
        let table = read_table(&path, &ReadOptions { text_columns: &[&self.column], ..ReadOptions::default() })
            .map_err(|e| e.to_string())?;
        let data = Data::Table(Box::new(table));
        Ok(examine(&self.study, data, &|_, _| ()).map_err(|e| e.to_string())?)
    }
}

fn line(cells: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

/// The same verdict; `validated` also says which way.
pub(crate) fn same(a: &KpiVerdict, b: &KpiVerdict) -> bool {
    a.verdict == b.verdict && (a.verdict != Verdict::Validated || a.direction == b.direction)
}

/// Share of the draws in which each verdict comes back when everything is done again.
pub(crate) fn real_shares(company: &Company, seed: u64, n_draws: usize) -> Result<Vec<f64>, Failed> {
    let found = company.whole()?.verdicts();
    let draws = Draws::new(seed, company.n_accounts(), n_draws);
    let mut returned = vec![0.0; found.len()];
    for draw in 0..n_draws {
        for ((count, a), b) in returned.iter_mut().zip(&found).zip(company.drawn(&draws, draw)?.verdicts()) {
            *count += f64::from(u8::from(same(a, &b)));
        }
    }
    Ok(returned.into_iter().map(|count| count / n_draws as f64).collect())
}
