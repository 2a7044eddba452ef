//! The Japanese sentence and the next step of every problem of a study file.

use crate::notice::Explain;
use crate::words;
use crate::words::Words;

use super::problem::StudyProblem;
use super::schema;
use super::shape::{Expected, Scope};

impl Explain for StudyProblem {
    fn ja(&self) -> String {
        match self {
            Self::Syntax { message, .. } => format!("TOML として読めません（{message}）"),
            Self::UnknownKey { key, table, .. } => {
                format!("{} に `{key}` というキーはありません", table.label_ja)
            }
            Self::WrongType { key, table, expected, found, .. } => format!(
                "{} の `{key}` は{}で書く必要がありますが、{}になっています",
                table.label_ja,
                expected.ja(),
                found.ja()
            ),
            Self::MissingKey { key, table, .. } => format!("{} に `{key}` が必要です", table.label_ja),
            Self::MissingTable { table, .. } => format!("調査ファイルに {} が必要です", table.label_ja),
            Self::UnknownWord { key, table, value, allowed, .. } => format!(
                "{} の `{key}` に `{value}` は使えません。{} のいずれかにしてください",
                table.label_ja,
                allowed.join("、")
            ),
            Self::OutOfRange { key, table, value, limit, .. } => {
                format!("{} の `{key}` が {value} です。{}にしてください", table.label_ja, limit.ja)
            }
            Self::BadText { key, table, value, fault, .. } => {
                format!("{} の `{key}`（`{value}`）：{}", table.label_ja, fault.words().ja)
            }
            Self::OtherSchema { found, .. } => {
                format!("このプログラムが読めるのは `schema = 1` ですが、`schema = {found}` と書かれています")
            }
            Self::NoSource { .. } => {
                "データの指定がありません（[snapshot]、[panel]、[tables] のいずれもありません）".to_owned()
            }
            Self::TwoSources { first, first_line, second, .. } => {
                format!("{first_line}行目に {first} があるため、{second} は2つ目のデータ指定になります")
            }
            Self::NoKpi { .. } => "検証する KPI がありません".to_owned(),
            Self::SameName { table, name, first_line, .. } => {
                format!("{} の `{name}` が重複しています（最初は{first_line}行目）", table.label_ja)
            }
            Self::NotForSource { kpi, key, source_table, .. } => {
                format!("KPI `{kpi}`：`{key}` は {source_table} では使えません")
            }
            Self::NeedsValue { kpi, agg, .. } => {
                format!("KPI `{kpi}`：`agg = \"{agg}\"` には集計する列 `value` が必要です")
            }
            Self::ValueNotUsed { kpi, agg, .. } => {
                format!("KPI `{kpi}`：`agg = \"{agg}\"` では `value` は使われません")
            }
            Self::ChangeNeedsWindow { kpi, .. } => {
                format!("KPI `{kpi}`：`agg = \"change\"` は2つの期間を比べるため、`window` が必要です")
            }
            Self::ZeroDaysSince { kpi, .. } => format!(
                "KPI `{kpi}`：`agg = \"days_since\"` に `missing = \"zero\"` を指定すると「当日に発生した」という意味になってしまいます"
            ),
            Self::NoSuchEvents { kpi, from, .. } => {
                format!("KPI `{kpi}`：`{from}` という名前のイベントの表はありません")
            }
            Self::ReservedColumn { user, column, meaning, .. } => format!(
                "{} が列 `{column}` を使っていますが、これはデータの{}の列です",
                user.words().ja,
                meaning.words().ja
            ),
            Self::TwoMeanings { column, first, second, .. } => {
                format!("列 `{column}` を {} と {} の両方に使うことはできません", first.words().ja, second.words().ja)
            }
            Self::Repeated { key, table, value, .. } => {
                format!("{} の `{key}` に `{value}` が2回書かれています", table.label_ja)
            }
            Self::EmptyList { key, table, .. } => format!("{} の `{key}` が空のリストです", table.label_ja),
            Self::BandOrder { red, yellow, .. } => {
                format!("`red`（{red}）は `yellow`（{yellow}）より大きくしてください（どちらも離反確率です）")
            }
            Self::DatesReversed { from, to, .. } => format!("`from`（{from}）が `to`（{to}）より後になっています"),
            Self::NoEndOfContract { .. } => {
                "`contracts` に `end` も `notice` もないため、離反を判定できません".to_owned()
            }
        }
    }

    fn place(&self) -> Option<Words> {
        Some(self.position().words())
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::UnknownKey { nearest, belongs, table, .. } => Some(unknown_key(nearest.as_deref(), belongs, table)),
            Self::WrongType { expected: Expected::Tables, key, table, .. } => {
                let header = if table.label == schema::TABLES.label { format!("tables.{key}") } else { key.clone() };
                Some(words!(en: "begin each one with `[[{header}]]`", ja: "1件ごとに `[[{header}]]` で始めてください"))
            }
            Self::MissingKey { key, table, .. } => missing_key(key, table),
            Self::MissingTable { .. } => Some(purpose()),
            Self::UnknownWord { nearest: Some(nearest), .. } => Some(did_you_mean(nearest)),
            Self::BadText { fault, .. } => fault.help(),
            Self::OtherSchema { .. } => Some(words!(
                en: "use the release that reads this schema, or rewrite the file",
                ja: "この形式に対応した版を使うか、ファイルを書き直してください"
            )),
            Self::NoSource { .. } => Some(words!(
                en: "add [snapshot] (one row per customer), [panel] (one row per account and period) or [tables] (raw tables)",
                ja: "[snapshot]（顧客ごとに1行）、[panel]（顧客と期ごとに1行）、[tables]（元の表）のいずれかを追加してください"
            )),
            Self::TwoSources { .. } => Some(words!(en: "keep one of the two", ja: "どちらか一方だけを残してください")),
            Self::NoKpi { .. } => Some(words!(
                en: "add at least one `[[kpi]]` with `name`, `kind` and `hoped`",
                ja: "`name`・`kind`・`hoped` を書いた `[[kpi]]` を1件以上追加してください"
            )),
            Self::SameName { .. } => Some(words!(en: "rename or remove one", ja: "一方を改名するか削除してください")),
            Self::NotForSource { key: "column", .. } => Some(words!(
                en: "under [tables] a KPI is computed: give `from` and `agg`, with `value` where it needs one",
                ja: "[tables] では KPI を集計して作ります。`from` と `agg`（必要なら `value`）を指定してください"
            )),
            Self::NotForSource { key: "measured", .. } => Some(words!(
                en: "where rows have a period, the program takes values of earlier periods: remove this key",
                ja: "期のある行では、前の期の値を使います。このキーを削除してください"
            )),
            Self::NotForSource { .. } => Some(words!(
                en: "the data already holds the KPI as a column: remove this key, or declare [tables]",
                ja: "KPI はすでに列としてデータにあります。このキーを削除するか、[tables] を使ってください"
            )),
            Self::ValueNotUsed { .. } => Some(words!(
                en: "remove `value`, or choose an aggregate of values such as `sum` or `mean`",
                ja: "`value` を削除するか、`sum` や `mean` など値を集計する方法にしてください"
            )),
            Self::ChangeNeedsWindow { .. } => Some(
                words!(en: "add for example `window = \"90d\"`", ja: "`window = \"90d\"` のように追加してください"),
            ),
            Self::ZeroDaysSince { .. } => Some(words!(
                en: "leave `missing` out, or write `missing = \"unknown\"`",
                ja: "`missing` を省くか、`missing = \"unknown\"` にしてください"
            )),
            Self::NoSuchEvents { nearest: Some(nearest), .. } => Some(did_you_mean(nearest)),
            Self::NoSuchEvents { known, .. } if known.is_empty() => Some(words!(
                en: "declare the table under `[[tables.events]]`",
                ja: "`[[tables.events]]` でテーブルを宣言してください"
            )),
            Self::NoSuchEvents { known, .. } => Some(words!(
                en: "the event tables are {}", ja: "宣言済みのイベントの表：{}", known.join(", ")
            )),
            Self::ReservedColumn { .. } => Some(words!(
                en: "a KPI or role must be known before the outcome; name another column or remove it",
                ja: "KPI や役割の列は結果より前に分かるものでなければなりません。別の列にするか、削除してください"
            )),
            Self::TwoMeanings { .. } => {
                Some(words!(en: "keep the meaning that is true", ja: "正しい方の意味だけを残してください"))
            }
            _ => None,
        }
    }
}

fn did_you_mean(nearest: &str) -> Words {
    words!(en: "did you mean `{nearest}`?", ja: "`{nearest}` の誤りではありませんか")
}

fn unknown_key(nearest: Option<&str>, belongs: &[&Scope], table: &Scope) -> Words {
    let (en, ja): (Vec<_>, Vec<_>) = belongs.iter().map(|scope| (scope.label, scope.label_ja)).unzip();
    let home = (!belongs.is_empty()).then(|| Words {
        en: format!("it belongs in {}", en.join(", ")),
        ja: format!("{} に書くキーです", ja.join("、")),
    });
    match (home, nearest.map(did_you_mean)) {
        (Some(home), Some(guess)) => {
            Words { en: format!("{}; or {}", home.en, guess.en), ja: format!("{}。または {}", home.ja, guess.ja) }
        }
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => {
            let known = table.keys.join(", ");
            words!(en: "its keys are {known}", ja: "使えるキー：{known}")
        }
    }
}

fn purpose() -> Words {
    words!(
        en: "say why the score is wanted, for example `purpose = \"find accounts to call before renewal\"`: the purpose decides which data and which errors matter",
        ja: "`purpose = \"更新前に連絡すべき顧客を見つける\"` のように、スコアの目的を書いてください。目的によって必要なデータと避けるべき誤りが決まります"
    )
}

fn missing_key(key: &str, table: &Scope) -> Option<Words> {
    Some(match (table.label, key) {
        ("[study]", "purpose") => purpose(),
        ("[study]", _) => {
            words!(en: "name the study, for example `name = \"2026Q3\"`", ja: "`name = \"2026Q3\"` のように名前を付けてください")
        }
        (_, "schema") => {
            words!(en: "begin the file with `schema = 1`", ja: "ファイルの先頭に `schema = 1` と書いてください")
        }
        ("[[kpi]]", "kind") => words!(
            en: "say what it measures: action (ours to decide), behaviour, perception, outcome or friction",
            ja: "何を測る KPI かを書いてください：action（自社で決められること）、behaviour、perception、outcome、friction"
        ),
        ("[[kpi]]", "hoped") => words!(
            en: "say which direction people believe is good: `hoped = \"more\"` or `hoped = \"less\"`",
            ja: "どちらの方向が良いと考えられているかを書いてください：`hoped = \"more\"` または `hoped = \"less\"`"
        ),
        ("[[kpi]]", "from") => words!(
            en: "name the event table that it is computed from", ja: "集計元のイベントの表の名前を書いてください"
        ),
        ("[lamp]", "cost_of_action") => words!(
            en: "say what acting on one account costs, for example `cost_of_action = 50.0`, or leave `saves`, `value` and `value_periods` out",
            ja: "1件に対応する費用を `cost_of_action = 50.0` のように書くか、`saves`・`value`・`value_periods` を削除してください"
        ),
        ("[lamp]", "saves") => words!(
            en: "say which share of those who would leave the action keeps, for example `saves = 0.3`",
            ja: "対応によって引き止められる割合を `saves = 0.3` のように書いてください"
        ),
        ("[lamp]", "value") => words!(
            en: "say what keeping an account is worth, `value = 1000`, or name its revenue as `weight` in [roles]",
            ja: "顧客を1件引き止める価値を `value = 1000` のように書くか、[roles] の `weight` に売上の列を指定してください"
        ),
        _ => return None,
    })
}
