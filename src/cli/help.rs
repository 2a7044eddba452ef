//! Help and usage errors in Japanese: what `--lang ja` is asked for must not end at the command line.

use std::ffi::OsString;

use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, Command, CommandFactory, FromArgMatches};

use super::args::Cli;

/// A page of help; its own headings, as clap's end with a narrow colon.
fn template(command: &Command) -> String {
    let part = |here: bool, text: &'static str| if here { text } else { "" };
    let subcommands = part(command.has_subcommands(), "コマンド：\n{subcommands}\n\n");
    let positionals = part(command.get_positionals().next().is_some(), "引数：\n{positionals}\n\n");
    ["{about-with-newline}\n使い方：{usage}\n\n", subcommands, positionals, "オプション：\n{options}"].concat()
}

/// Commands that are planned, and that nobody should have to look for.
const LATER: [&str; 3] = ["export", "revalidate", "history"];

/// Reads the command line; on an error, or where help was asked for, prints and ends the process as clap does.
#[must_use]
pub fn parse(arguments: &[OsString]) -> Cli {
    let wanted = in_japanese(arguments);
    let kept;
    let arguments = if arguments.get(1).is_some_and(|first| first == "help") {
        kept = without_language(arguments);
        kept.as_slice()
    } else {
        arguments
    };
    let command = if wanted { japanese() } else { Cli::command() };
    let read = command.try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    read.unwrap_or_else(|error| {
        if wanted && error.use_stderr() {
            super::complain(&problem(&error));
            std::process::exit(error.exit_code());
        }
        let asked = error.get(ContextKind::InvalidSubcommand).map(ToString::to_string).unwrap_or_default();
        if LATER.contains(&&*asked) {
            super::complain(&format!(
                "error: this version has no command `{asked}`\n  help:  the only export yet is weights.json; see `--help` for what there is"
            ));
            std::process::exit(error.exit_code());
        }
        error.exit()
    })
}

/// A usage error in Japanese.
fn problem(error: &clap::Error) -> String {
    let about = |kind: ContextKind| error.get(kind).map(|value| value.to_string().replace(", ", "、"));
    let argument = about(ContextKind::InvalidArg).unwrap_or_default();
    let value = about(ContextKind::InvalidValue).unwrap_or_default();
    let asked = about(ContextKind::InvalidSubcommand).unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::MissingRequiredArgument => format!("必要な引数がありません：{argument}"),
        ErrorKind::UnknownArgument => format!("`{argument}`という引数はありません"),
        ErrorKind::InvalidSubcommand => {
            format!("`{asked}`というコマンドはありません")
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}`に値がありません"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("`{argument}`の値`{value}`は使えません"),
        ErrorKind::ArgumentConflict => format!("`{argument}`は一度だけ指定できます"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return format!("エラー：コマンドを指定してください\n\n{}", japanese().render_help());
        }
        _ => "引数を読み取れません".to_owned(),
    };
    let near = about(ContextKind::SuggestedArg)
        .or_else(|| about(ContextKind::SuggestedSubcommand))
        .or_else(|| about(ContextKind::ValidValue))
        .map(|near| format!("  候補：{near}\n"));
    let form = match argument.split_whitespace().next() {
        Some("--valid-until") => Some("  日付は2026-12-31のように、実在する日を書きます\n"),
        Some("--seed") => Some("  20261001のように、0以上の整数を書きます\n"),
        _ if LATER.contains(&&*asked) => {
            Some("  このバージョンにはまだありません。書き出せる形式はweights.jsonだけです\n")
        }
        _ => None,
    };
    let usage = about(ContextKind::Usage).map(|usage| format!("  {}\n", usage.replacen("Usage: ", "使い方：", 1)));
    let (near, form, usage) = (near.unwrap_or_default(), form.unwrap_or_default(), usage.unwrap_or_default());
    format!("エラー：{what}\n{near}{form}{usage}  詳しくは `--help` を付けてください")
}

/// `--lang ja` or `--lang=ja`, wherever it stands before `--`.
fn in_japanese(arguments: &[OsString]) -> bool {
    let before = || arguments.iter().take_while(|argument| *argument != "--");
    before().any(|argument| argument == "--lang=ja")
        || before().zip(before().skip(1)).any(|(option, value)| option == "--lang" && value == "ja")
}

/// `help` takes no options of its own, and whoever adds the language there is understood.
fn without_language(arguments: &[OsString]) -> Vec<OsString> {
    let mut rest = arguments.iter();
    let mut kept = Vec::with_capacity(arguments.len());
    while let Some(argument) = rest.next() {
        if argument == "--lang" {
            rest.next();
        } else if !argument.to_string_lossy().starts_with("--lang=") {
            kept.push(argument.clone());
        }
    }
    kept
}

fn japanese() -> Command {
    let mut command = Cli::command();
    // Options of every command, `--help` and `help` are there once it is built.
    command.build();
    translated(command)
}

fn translated(mut command: Command) -> Command {
    let name = command.get_name().to_owned();
    let usage = command.render_usage().to_string();
    let usage =
        usage.trim_start_matches("Usage:").replace("[OPTIONS]", "[オプション]").replace("[COMMAND]", "[コマンド]");
    let template = template(&command);
    let command = match about(&name) {
        Some(about) => command.about(about).long_about(None::<&str>),
        None => command,
    };
    command
        .override_usage(usage.trim().to_owned())
        .help_template(template)
        .mut_args(|argument| in_words(&name, argument))
        .mut_subcommands(translated)
}

fn in_words(command: &str, argument: Arg) -> Arg {
    let Some(help) = help(command, argument.get_id().as_str()) else { return argument };
    argument.help(help).long_help(None::<&str>).hide_possible_values(true).hide_default_value(true)
}

/// What a command is for.
fn about(command: &str) -> Option<&'static str> {
    Some(match command {
        "fuellamp" => "離反を本当に予測するKPIと、そう見えるだけのKPIを見分け、残ったKPIで健全度スコアを作ります",
        "demo" => "罠を仕込んだ架空のSaaS企業で、分析の全体を実行します（ほかに何も要りません）",
        "init" => "渡した表から、最初の調査ファイルを書きます",
        "check" => "モデルを当てはめずに、調査ファイルとデータを点検します",
        "panel" => "顧客と期ごとに1行のパネルを書き出します（値はその時点で分かっていたもの）",
        "fit" => "宣言した回帰だけを当てはめます（Rと照合する統計担当者向け）",
        "run" => "すべてを実行します：判定、レポート、経営層向け1ページ、重み、スコア",
        "approve" => "実行結果の重みに記名して承認し、KPIごとに残すか外すかを理由とともに記録します",
        "score" => "書き出した重みで、表の各行のスコアを計算します",
        "verify" => {
            "書き出した重みの照合ベクトルを再計算し、同じフォルダーのartifact.jsonと照合し、有効期限を確かめます"
        }
        "help" => "このヘルプ、または指定したコマンドのヘルプを表示します",
        _ => return None,
    })
}

/// What an argument of a command means.
fn help(command: &str, argument: &str) -> Option<&'static str> {
    Some(match (command, argument) {
        (_, "lang") => "表示と出力の言語：ja | en（既定：調査ファイルの言語、なければen）",
        (_, "threads") => "スレッド数。結果は変わりません（既定：全コア）",
        (_, "quiet") => "エラーと求めたもののほかは表示しません",
        (_, "json") => "診断をJSON（1行1件）で標準エラーに出します",
        (_, "help") => "ヘルプを表示します",
        (_, "version") => "バージョンを表示します",
        ("demo", "out") => "表・調査ファイル・結果を置くフォルダー（既定：fuellamp-demo）",
        ("demo", "seed") => "架空企業の乱数の種（既定：20261001）",
        ("init", "tables") => "表：CSV、TSV、JSON Lines、Parquet、Arrow IPC（.gzも可）",
        ("init", "out") => "書き出す調査ファイル（既定：study.toml）",
        ("init", "force") => "すでにある調査ファイルを置き換えます",
        ("check" | "panel" | "fit" | "run", "study") => "調査ファイル",
        ("panel", "out") => "書き出すファイル：.parquet、または.csv（データ辞書を添えます）",
        ("fit", "penalty") => "罰則：none | firth | ridge=重み（既定：none）",
        ("fit", "se") => "標準誤差：model | cluster（顧客ごと）| two-way（顧客と期ごと）（既定：cluster）",
        ("fit", "scale") => "数値の単位：raw（元の単位）| sd（標準偏差あたり）（既定：raw）",
        ("fit", "lag") => "KPIから結果までの期数。0は同じ期（既定：gap + 1）",
        ("fit" | "score", "out") => "書き出すCSVファイル（既定：標準出力）",
        ("run", "out") => "結果を置くフォルダー",
        ("run", "exact") => {
            "200回の顧客の再抽出のたびに、一次近似ではなくすべての検定をやり直します（数秒ではなく数分）"
        }
        ("approve", "dir") => "実行結果のフォルダー",
        ("approve", "by") => "承認する人の名前",
        ("approve", "note") => "承認者のメモ。理由のない--kpiの理由にもなります",
        ("approve", "kpis") => "KPIごとの決定と理由：NAME=keep、NAME=drop、NAME=drop:理由",
        ("approve", "valid_until") => {
            "有効期限の最終日、例：2026-12-31（既定：重みの期限、データの終わりから四半期後）"
        }
        ("score", "weights") => "実行結果のweights.json",
        ("score", "table") => "スコアを計算する、顧客ごとに1行の表",
        ("score", "explain") => {
            "入力ごとの寄与を点数で添えます。平均的な顧客の点数（points_baseline）に足すと、0と100で切る前のスコアになります"
        }
        ("score", "allow_draft") => "承認されていない重みでも計算します",
        ("verify", "files") => "weights.jsonファイル（複数可）",
        ("help", "subcommand" | "command") => "コマンド",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(command: &Command) -> Vec<&Command> {
        std::iter::once(command).chain(command.get_subcommands().flat_map(all)).collect()
    }

    #[test]
    fn every_command_and_argument_is_told_in_japanese() {
        let command = japanese();
        let mut told = 0;
        for command in all(&command).into_iter().filter(|command| command.get_name() != "help") {
            let name = command.get_name();
            assert!(about(name).is_some(), "{name}");
            for argument in command.get_arguments() {
                assert!(help(name, argument.get_id().as_str()).is_some(), "{name} {argument}");
                told += 1;
            }
        }
        assert!(told > 60, "{told}");
    }

    /// What clap adds by itself is English: a line of help in which no letter is Japanese.
    #[test]
    fn help_has_no_line_in_english() {
        let mut command = japanese();
        let names: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        let mut pages = vec![command.render_help(), command.render_long_help()];
        for name in names.iter().filter(|name| *name != "help") {
            let command = command.find_subcommand_mut(name).unwrap();
            pages.extend([command.render_help(), command.render_long_help()]);
        }
        assert!(pages.len() > 18, "{}", pages.len());
        for page in pages.iter().map(ToString::to_string) {
            assert!(page.contains("オプション：") && page.contains("使い方：fuellamp"), "{page}");
            for line in page.lines().filter(|line| !line.trim().is_empty()) {
                // An argument's own line has its name alone where the help stands below.
                let name = line.trim_start().starts_with(['-', '<', '[']);
                assert!(name || !line.is_ascii(), "{line}");
                assert!(!line.contains("[OPTIONS]") && !line.contains("Print "), "{line}");
            }
        }
    }

    #[test]
    fn defaults_told_in_words_are_those_in_use() {
        let mut command = Cli::command();
        command.build();
        for command in all(&command) {
            for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
                let told = help(command.get_name(), argument.get_id().as_str()).unwrap_or_default();
                for value in argument.get_default_values() {
                    let value = value.to_string_lossy();
                    assert!(told.contains(&format!("既定：{value}")), "{} {argument}: {value}", command.get_name());
                }
            }
        }
    }

    #[test]
    fn usage_errors_name_what_is_wrong_and_what_was_meant() {
        let said = |arguments: &[&str]| {
            problem(&japanese().try_get_matches_from([&["fuellamp"], arguments].concat()).unwrap_err())
        };
        let cases: [(&[&str], &[&str]); 8] = [
            (&["--lang", "ja"], &["コマンドを指定してください", "使い方：fuellamp", "すべてを実行します"]),
            (
                &["approve", "a", "--by", "A", "--valid-until", "2026/12/31"],
                &["`2026/12/31`は使えません", "2026-12-31"],
            ),
            (&["run"], &["必要な引数がありません：--out <OUT>、<STUDY>", "使い方：fuellamp run"]),
            (&["run", "a.toml", "--exat"], &["`--exat`という引数はありません", "候補：--exact"]),
            (&["verfy"], &["`verfy`というコマンドはありません", "候補：verify"]),
            (&["fit", "a.toml", "--se", "robust"], &["--se", "`robust`は使えません", "cluster"]),
            (&["fit", "a.toml", "--lag", "soon"], &["--lag", "`soon`は使えません"]),
            (&["run", "a.toml", "--out"], &["--out", "値がありません"]),
        ];
        for (arguments, expected) in cases {
            let said = said(arguments);
            assert!(expected.iter().all(|part| said.contains(part)), "{arguments:?}: {said}");
            assert!(said.lines().all(|line| line.is_empty() || !line.trim().is_empty()), "a line of blanks: {said}");
        }
    }

    #[test]
    fn help_for_a_command_may_be_asked_for_in_japanese_at_its_end() {
        let shown = |arguments: &[&str]| {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            japanese().try_get_matches_from(without_language(&arguments)).unwrap_err().to_string()
        };
        let expected = shown(&["fuellamp", "help", "run"]);
        assert!(expected.contains("使い方：fuellamp run"), "{expected}");
        assert_eq!(shown(&["fuellamp", "help", "run", "--lang", "ja"]), expected);
        assert_eq!(shown(&["fuellamp", "help", "--lang=ja", "run"]), expected);
    }

    #[test]
    fn japanese_is_asked_for_anywhere_before_the_names_of_files() {
        let asks = |arguments: &[&str]| in_japanese(&arguments.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(asks(&["fuellamp", "run", "--lang", "ja", "--help"]) && asks(&["fuellamp", "--lang=ja"]));
        assert!(!asks(&["fuellamp", "--lang", "en", "ja"]) && !asks(&["fuellamp", "init", "--", "--lang=ja"]));
    }
}
