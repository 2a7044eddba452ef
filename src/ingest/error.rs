//! Why a table could not be read, with file, line, column and value.

use thiserror::Error;

use super::numeral::NumberFault;
use super::{BadDate, ColumnKind};
use crate::notice::Explain;
use crate::words;
use crate::words::{Lang, Words};

/// What stops a table from being read, or a column from being read as asked.
///
/// `file` is a file name, `path` a path as given, `line` counts from 1 in the decoded text, `place` reads like
/// `customers.csv line 12`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the fields are described once, on the enum, and the message of each variant uses them"
)]
pub enum IngestError {
    /// There is no such file.
    #[error("file `{path}` does not exist")]
    Missing { path: String, near: Vec<String> },
    /// A glob that no file matches.
    #[error("no file matches `{pattern}`")]
    NoMatch { pattern: String },
    /// The path is a directory.
    #[error("`{path}` is a folder, not a file")]
    Directory { path: String },
    /// The operating system refused.
    #[error("file `{path}` cannot be read: {detail}")]
    Unreadable { path: String, detail: String },
    /// Nothing in the file, or blanks only.
    #[error("file `{file}` is empty")]
    Empty { file: String },
    /// Column names and no row.
    #[error("`{file}` has a header and no rows")]
    HeaderOnly { file: String },
    /// Neither the ending nor the first bytes tell a known format.
    #[error("the format of `{file}` is not known: {}", found.en)]
    UnknownFormat { file: String, found: Words },
    /// The same name more than once; positions count from 1.
    #[error("`{file}` has the same column name more than once: {}", duplicates(names, Lang::En))]
    DuplicateColumns { file: String, names: Vec<(String, Vec<usize>)> },
    /// A column without a name; positions count from 1.
    #[error("column {position} of `{file}` has no name")]
    BlankColumnName { file: String, position: usize },
    /// A row with more or fewer fields than the header.
    #[error("a row and the header differ in their number of fields: {found} and {expected}")]
    RaggedRow { file: String, line: u64, found: usize, expected: usize, delimiter: char },
    /// A quoted value that never ends.
    #[error("a quoted value is opened and never closed")]
    UnclosedQuote { file: String, line: u64 },
    /// Bytes that are text in no known encoding; offsets count from 0.
    #[error("`{file}` is not text in {tried}: byte {byte:#04x} at offset {offset}")]
    Undecodable { file: String, offset: usize, byte: u8, line: usize, tried: &'static str },
    /// A cell or a column name that is text in no known encoding.
    #[error("{} of `{file}` is not text in {tried}: byte {byte:#04x}", cell.en)]
    UndecodableCell { file: String, line: u64, cell: Words, byte: u8, tried: &'static str },
    /// The gzip stream stops before its end.
    #[error("the gzip data of `{file}` is cut off after {decoded} decoded bytes")]
    TruncatedGzip { file: String, decoded: usize },
    /// The gzip stream contradicts itself.
    #[error("the gzip data of `{file}` is damaged: {detail}")]
    DamagedGzip { file: String, detail: String },
    /// A Parquet or Arrow file that its reader refuses.
    #[error("the {format} file `{file}` is damaged or cut off: {}", detail.en)]
    Damaged { file: String, format: &'static str, detail: Words },
    /// A Parquet or Arrow file of which no column can be used.
    #[error("no column of `{file}` has a type that can be used")]
    NoUsableColumn { file: String, columns: Vec<String> },
    /// A line that is not JSON.
    #[error("a line is not valid JSON: {detail}")]
    InvalidJson { file: String, line: u64, column: usize, detail: String },
    /// A line that is JSON, but not an object.
    #[error("a line holds {found}, not an object with one key per column")]
    NotAnObject { file: String, line: u64, found: &'static str },
    /// A value that is itself an array or an object.
    #[error("the value of `{key}` is {found}; a cell must be a single value")]
    NestedJson { file: String, line: u64, key: String, found: &'static str },
    /// Files of one glob that do not have the same columns.
    #[error("`{file}` and `{first}` do not have the same columns")]
    HeadersDiffer { first: String, file: String, missing: Vec<String>, extra: Vec<String> },
    /// A column that the table does not have.
    #[error("`{table}` has no column `{column}`")]
    ColumnMissing { table: String, column: String, near: Vec<String> },
    /// A column of a kind that cannot be read as asked.
    #[error("column `{column}` holds {}, not {}", kind_words(*kind).en, wanted.words().en)]
    WrongKind { table: String, column: String, kind: ColumnKind, wanted: Wanted },
    /// A value that cannot be read as asked.
    #[error("value `{value}` of column `{column}` is not {}", wanted.words().en)]
    WrongValue { place: Words, column: String, value: String, wanted: Wanted },
    /// Records do not fit into memory, and the temporary folder does not take them.
    #[error("{bytes} bytes of records do not fit into the temporary folder: {detail}")]
    NoRoom { bytes: u64, detail: String },
    /// A time zone that does not exist.
    #[error("there is no time zone `{zone}`")]
    NoZone { zone: String },
    /// A cell or a column that should be a date and is none.
    #[error("{}", .0.what().en)]
    Date(Box<BadDate>),
    /// A column that has to hold numbers and holds other values.
    #[error("{}", .0.what().en)]
    Numbers(Box<BadNumbers>),
    /// The frame of columns could not be put together.
    #[error("the columns of `{file}` do not form a table: {detail}")]
    NoFrame { file: String, detail: String },
}

/// A column that has to hold numbers, with the first cells that do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadNumbers {
    /// Files and lines of the first such cells.
    pub place: Words,
    /// The column.
    pub column: String,
    /// Its role, or the KPI.
    pub needed_as: Words,
    /// The first such cell.
    pub value: String,
    /// How many there are.
    pub n: usize,
    /// Of so many values.
    pub of: usize,
}

impl BadNumbers {
    fn what(&self) -> Words {
        let Self { column, needed_as, value, n, of, .. } = self;
        let fault = NumberFault::of(value).words();
        Words {
            en: format!(
                "column `{column}` ({}) must hold numbers; values that are none: {n} of {of}, first `{value}` ({})",
                needed_as.en, fault.en
            ),
            ja: format!(
                "列「{column}」（{}）は数値の列でなければなりませんが、{of}個の値のうち{n}個を数値として読めません（最初は「{value}」、{}）",
                needed_as.ja, fault.ja
            ),
        }
    }
}

/// What a typed read asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Numbers.
    Numbers,
    /// Two values: yes and no.
    Flags,
    /// Calendar dates.
    Dates,
}

impl Wanted {
    fn words(self) -> Words {
        match self {
            Self::Numbers => words!(en: "a number", ja: "数値"),
            Self::Flags => words!(en: "a yes or no", ja: "はい/いいえ（0/1）の値"),
            Self::Dates => words!(en: "a date", ja: "日付"),
        }
    }
}

fn kind_words(kind: ColumnKind) -> Words {
    match kind {
        ColumnKind::Empty => words!(en: "nothing", ja: "空欄のみ"),
        ColumnKind::Boolean => words!(en: "true and false", ja: "真偽値"),
        ColumnKind::Number => words!(en: "numbers", ja: "数値"),
        ColumnKind::Date => words!(en: "dates", ja: "日付"),
        ColumnKind::Text => words!(en: "text", ja: "文字列"),
    }
}

fn duplicates(names: &[(String, Vec<usize>)], lang: Lang) -> String {
    let parts = names.iter().map(|(name, positions)| {
        let positions: Vec<String> = positions.iter().map(usize::to_string).collect();
        match lang {
            Lang::En => format!("`{name}` (columns {})", positions.join(", ")),
            Lang::Ja => format!("「{name}」（{}列目）", positions.join("、")),
        }
    });
    parts.collect::<Vec<_>>().join(if lang == Lang::En { ", " } else { "、" })
}

fn quoted(names: &[String]) -> Words {
    Words {
        en: names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "),
        ja: names.iter().map(|n| format!("「{n}」")).collect::<Vec<_>>().join("、"),
    }
}

fn suggestion(near: &[String]) -> Option<Words> {
    let Words { en, ja } = quoted(near);
    (!near.is_empty()).then(|| Words {
        en: format!("did you mean {en}?"),
        ja: format!("名前が近いもの：{ja}。指定を確認してください"),
    })
}

impl Explain for IngestError {
    fn ja(&self) -> String {
        match self {
            Self::Missing { path, .. } => format!("ファイル「{path}」が見つかりません"),
            Self::NoMatch { pattern } => format!("「{pattern}」に一致するファイルがありません"),
            Self::Directory { path } => format!("「{path}」はファイルではなくフォルダーです"),
            Self::Unreadable { path, detail } => format!("ファイル「{path}」を読み込めません：{detail}"),
            Self::Empty { file } => format!("ファイル「{file}」は空です"),
            Self::HeaderOnly { file } => format!("「{file}」には見出し行だけがあり、データ行がありません"),
            Self::UnknownFormat { file, found } => format!("「{file}」の形式を判別できません：{}", found.ja),
            Self::DuplicateColumns { file, names } => {
                format!("「{file}」に同じ列名が複数あります：{}", duplicates(names, Lang::Ja))
            }
            Self::BlankColumnName { file, position } => format!("「{file}」の{position}列目に列名がありません"),
            Self::RaggedRow { found, expected, .. } => {
                format!("行の項目数が{found}個で、見出しの{expected}個と一致しません")
            }
            Self::UnclosedQuote { .. } => "引用符で始まる値が閉じられていません".to_owned(),
            Self::Undecodable { file, offset, byte, tried, .. } => {
                format!("「{file}」は{tried}の文字列として読めません：先頭から{offset}バイト目の値が{byte:#04x}です")
            }
            Self::UndecodableCell { file, cell, byte, tried, .. } => {
                format!("「{file}」の{}は{tried}の文字列として読めません：値{byte:#04x}のバイトがあります", cell.ja)
            }
            Self::TruncatedGzip { file, decoded } => {
                format!("「{file}」のgzipデータが途中で切れています（展開できたのは{decoded}バイト）")
            }
            Self::DamagedGzip { file, detail } => format!("「{file}」のgzipデータが壊れています：{detail}"),
            Self::Damaged { file, format, detail } => {
                format!("{format}ファイル「{file}」が壊れているか、途中で切れています：{}", detail.ja)
            }
            Self::NoUsableColumn { file, .. } => format!("「{file}」には利用できる型の列がありません"),
            Self::InvalidJson { detail, .. } => format!("JSONとして正しくない行があります：{detail}"),
            Self::NotAnObject { found, .. } => {
                format!("行の内容が、列名をキーとするオブジェクトではありません（{}）", json_ja(found))
            }
            Self::NestedJson { key, found, .. } => {
                format!("「{key}」の値が単一の値ではありません（{}）", json_ja(found))
            }
            Self::HeadersDiffer { first, file, .. } => format!("「{file}」と「{first}」の列が一致しません"),
            Self::ColumnMissing { table, column, .. } => format!("「{table}」に列「{column}」がありません"),
            Self::WrongKind { column, kind, wanted, .. } => {
                format!("列「{column}」の内容は{}で、{}として読めません", kind_words(*kind).ja, wanted.words().ja)
            }
            Self::WrongValue { column, value, wanted, .. } => {
                format!("列「{column}」の値「{value}」は{}として読めません", wanted.words().ja)
            }
            Self::NoRoom { bytes, detail } => {
                format!("一時フォルダーに{bytes}バイトの中間データを書き込めません：{detail}")
            }
            Self::NoZone { zone } => format!("タイムゾーン「{zone}」はありません"),
            Self::Date(date) => date.what().ja,
            Self::Numbers(numbers) => numbers.what().ja,
            Self::NoFrame { file, detail } => format!("「{file}」の列を表にまとめられません：{detail}"),
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::RaggedRow { file, line, .. }
            | Self::UnclosedQuote { file, line }
            | Self::UndecodableCell { file, line, .. }
            | Self::NotAnObject { file, line, .. }
            | Self::NestedJson { file, line, .. } => Some(words!(en: "{file} line {line}", ja: "{file} {line}行目")),
            Self::Undecodable { file, line, .. } => Some(words!(en: "{file} line {line}", ja: "{file} {line}行目")),
            Self::InvalidJson { file, line, column, .. } => Some(words!(
                en: "{file} line {line}, character {column}",
                ja: "{file} {line}行目の{column}文字目",
            )),
            Self::WrongValue { place, .. } => Some(place.clone()),
            Self::Date(date) => Some(date.place.clone()),
            Self::Numbers(numbers) => Some(numbers.place.clone()),
            Self::WrongKind { table, column, .. } => {
                Some(words!(en: "{table}, column `{column}`", ja: "{table} 列「{column}」"))
            }
            Self::NoUsableColumn { columns, .. } => Some(quoted(columns)),
            Self::HeadersDiffer { file, missing, extra, .. } => {
                let (missing, extra) = (quoted(missing), quoted(extra));
                let side = |en: &str, ja: &str, names: &Words| match names.en.is_empty() {
                    true => Words::default(),
                    false => Words { en: format!("{en} {}", names.en), ja: format!("{ja}：{}", names.ja) },
                };
                let sides = [side("lacks", "不足", &missing), side("adds", "余分", &extra)];
                let join = |texts: [&str; 2], with: &str| {
                    texts.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(with)
                };
                Some(Words {
                    en: format!("{file} {}", join([&sides[0].en, &sides[1].en], ", ")),
                    ja: format!("{file} {}", join([&sides[0].ja, &sides[1].ja], "、")),
                })
            }
            _ => None,
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::Missing { near, .. } => suggestion(near).or_else(|| {
                Some(words!(
                    en: "check the path; a path inside a study file starts from the folder of that file",
                    ja: "パスを確認してください。調査ファイルに書いたパスは、調査ファイルのあるフォルダーが起点です",
                ))
            }),
            Self::ColumnMissing { near, .. } => suggestion(near).or_else(|| {
                Some(words!(
                    en: "name the column in the study exactly as the file does",
                    ja: "調査ファイルの列名を、ファイルの列名と同じにしてください",
                ))
            }),
            Self::NoMatch { .. } => Some(words!(
                en: "`*` stands for any characters and `?` for one, inside one folder level",
                ja: "「*」は任意の文字列、「?」は任意の1文字に一致します（フォルダーの区切りはまたぎません）",
            )),
            Self::Directory { path } => Some(words!(
                en: "name one file, or a pattern such as `{path}/*.csv`",
                ja: "ファイル名、または「{path}/*.csv」のようなパターンを指定してください",
            )),
            Self::Unreadable { .. } => Some(words!(
                en: "check that you may read the file and its folder",
                ja: "ファイルとフォルダーの読み取り権限を確認してください",
            )),
            Self::NoFrame { .. } => None,
            Self::NoRoom { .. } => Some(words!(
                en: "free disk space, or let `TMPDIR` name a folder with more of it",
                ja: "空き容量を増やすか、環境変数`TMPDIR`で容量のあるフォルダーを指定してください",
            )),
            Self::NoZone { .. } => Some(words!(
                en: "name a zone such as `Asia/Tokyo`, `UTC` or `+09:00`",
                ja: "「Asia/Tokyo」「UTC」「+09:00」のように指定してください",
            )),
            Self::Date(date) => Some(date.help()),
            Self::Numbers(numbers) => Some(NumberFault::of(&numbers.value).help()),
            Self::Empty { .. } | Self::HeaderOnly { .. } => Some(words!(
                en: "check whether the export that wrote it has finished and its filter matches any row",
                ja: "出力処理が完了しているか、抽出条件に合う行があるかを確認してください",
            )),
            Self::UnknownFormat { .. } => Some(words!(
                en: "save it as CSV, JSON lines, Parquet or Arrow IPC, with the usual file ending",
                ja: "CSV、JSON Lines、Parquet、Arrow IPCのいずれかの形式で、標準の拡張子を付けて保存してください",
            )),
            Self::DuplicateColumns { .. } => {
                Some(words!(en: "rename all but one of them", ja: "重複しない列名に変更してください"))
            }
            Self::BlankColumnName { .. } => Some(words!(
                en: "give the column a name, or remove it; where a title or a second header stands above the column names, remove those rows",
                ja: "列名を付けるか、その列を削除してください。列名の上に表題や2段目の見出しがある場合は、その行を削除してください",
            )),
            Self::RaggedRow { delimiter, .. } => {
                let delimiter = if *delimiter == '\t' { "\\t" } else { &delimiter.to_string() };
                Some(words!(
                    en: "the delimiter was taken to be `{delimiter}`; put values that contain it in double quotes, and look for a quote that is not closed; remove titles, totals and other lines that are no rows of the table",
                    ja: "区切り文字は「{delimiter}」と判断しました。区切り文字を含む値は二重引用符で囲み、閉じ忘れた引用符がないか確認してください。表題や合計など、データでない行は削除してください",
                ))
            }
            Self::UnclosedQuote { .. } => Some(words!(
                en: "close the quote; a double quote inside a quoted value is written twice",
                ja: "引用符を閉じてください。値の中の二重引用符は2つ続けて書きます",
            )),
            Self::Undecodable { .. } | Self::UndecodableCell { .. } => {
                Some(words!(en: "save the file as UTF-8", ja: "ファイルをUTF-8で保存し直してください"))
            }
            Self::TruncatedGzip { .. } | Self::DamagedGzip { .. } | Self::Damaged { .. } => Some(words!(
                en: "copy or export the file again and compare its size with the original",
                ja: "ファイルを再度コピーまたは出力し、元のファイルとサイズを比べてください",
            )),
            Self::NoUsableColumn { .. } => Some(words!(
                en: "export the columns as numbers, text, booleans or dates",
                ja: "列を数値、文字列、真偽値、日付のいずれかの型で出力してください",
            )),
            Self::InvalidJson { .. } | Self::NotAnObject { .. } => Some(words!(
                en: "write one JSON object per line, without an array around them; a value that is not known is null (NaN is no JSON)",
                ja: "全体を配列で囲まず、1行に1つのJSONオブジェクトを書いてください。不明な値はnullとします（NaNはJSONでは使えません）",
            )),
            Self::NestedJson { key, .. } => Some(words!(
                en: "flatten it before export, for example into `{key}_1`, `{key}_2`",
                ja: "出力前に「{key}_1」「{key}_2」のような単一の値の列に展開してください",
            )),
            Self::HeadersDiffer { .. } => Some(words!(
                en: "files of one pattern are one table and need the same column names",
                ja: "1つのパターンで読むファイルは1つの表になるため、列名を揃えてください",
            )),
            Self::WrongKind { wanted, .. } | Self::WrongValue { wanted, .. } => Some(match wanted {
                Wanted::Numbers => words!(
                    en: "correct the value, or leave the cell empty where the number is unknown",
                    ja: "値を修正するか、不明な場合はセルを空欄にしてください",
                ),
                Wanted::Flags => words!(
                    en: "use 0/1, true/false or yes/no, or say which value counts with `positive = \"...\"`",
                    ja: "0/1、true/false、はい/いいえ、有/無のいずれかにするか、該当を表す値を `positive = \"...\"` で指定してください",
                ),
                Wanted::Dates => words!(
                    en: "write dates as YYYY-MM-DD or YYYY/MM/DD",
                    ja: "日付はYYYY-MM-DDまたはYYYY/MM/DDの形式で書いてください",
                ),
            }),
        }
    }
}

fn json_ja(found: &str) -> &'static str {
    match found {
        "an array" => "配列です",
        "an object" => "オブジェクトです",
        "a string" => "文字列です",
        "a number" => "数値です",
        "a boolean" => "真偽値です",
        _ => "nullです",
    }
}
