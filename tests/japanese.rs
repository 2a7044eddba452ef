//! One Japanese word for one thing, in every text of the program.

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    /// What is not written, and what is written instead.
    const WORDS: [(&str, &str); 33] = [
        ("スタディ", "調査"),
        ("設定ファイル", "調査ファイル"),
        ("アカウント", "顧客"),
        ("取引先", "顧客"),
        ("チャーン", "離反"),
        ("退会", "離反"),
        ("離脱", "離反"),
        ("解約率", "離反率"),
        ("解約確率", "離反確率"),
        ("解約を予測", "離反を予測"),
        ("指標", "KPI, or 評価指標 for a measure of the validation"),
        ("打ち手", "働きかけ"),
        ("セグメント", "区分"),
        ("フォルダ", "フォルダー"),
        ("ユーザ", "ユーザー"),
        ("閾値", "しきい値"),
        ("欠損", "欠測"),
        ("検査", "検定"),
        ("経営向け", "経営層向け"),
        ("1枚まとめ", "経営層向け1ページ"),
        ("わかり", "分かり"),
        ("わかる", "分かる"),
        ("わからな", "分からな"),
        ("下さい", "ください"),
        ("}社", "件"),
        // 期 is one period of the panel, 期間 a stretch of time.
        ("}期間", "期"),
        ("1期間", "1期"),
        ("何期間", "何期"),
        ("期間数", "期数"),
        ("期間ごと", "期ごと"),
        ("期間あたり", "1期あたり"),
        ("顧客と期間", "顧客と期"),
        ("顧客×期間", "顧客と期"),
    ];

    /// Words in which one of the above stands for something else.
    const OTHER: [&str; 4] = ["評価指標", "達成指標", "フォルダー", "ユーザー"];

    /// Tables of words that columns are known by, and names that simulated companies give their tables.
    const WORDLISTS: [&str; 4] =
        ["words_of_columns.rs", "contradictions.rs", "agents/names.rs", "agents/vocabulary.rs"];

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                files(&path, found);
            } else if [".rs", ".html"].iter().any(|end| name.ends_with(end)) && !name.ends_with("tests.rs") {
                found.push(path);
            }
        }
    }

    fn japanese(text: &str) -> bool {
        text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
    }

    /// The texts in quotes of one line, as they are written.
    fn quoted(line: &str) -> Vec<String> {
        let mut texts = Vec::new();
        let mut open: Option<String> = None;
        let mut letters = line.chars();
        while let Some(letter) = letters.next() {
            match (&mut open, letter) {
                (None, '"') => open = Some(String::new()),
                (None, _) => (),
                (Some(_), '"') => texts.extend(open.take()),
                (Some(text), '\\') => text.extend(letters.next()),
                (Some(text), _) => text.push(letter),
            }
        }
        texts
    }

    /// A text without code, placeholders and the words that only contain a forbidden one.
    fn prose(text: &str) -> String {
        let code = text.split('`').step_by(2).collect::<Vec<_>>().join("`");
        OTHER.iter().fold(code, |text, word| text.replace(word, "…"))
    }

    fn faults(text: &str) -> Vec<String> {
        let text = prose(text);
        let words = WORDS.iter().filter(|(word, _)| text.contains(word));
        let mut faults: Vec<String> = words.map(|(word, instead)| format!("{word}: write {instead}")).collect();
        let mut depth = 0_usize;
        let letters: Vec<char> = text.chars().collect();
        for (at, letter) in letters.iter().enumerate() {
            let (next, after) = (letters.get(at + 1), letters.get(at + 2));
            match letter {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                '(' | ')' if depth == 0 => faults.push(format!("{letter}: write （）")),
                // `drop:理由` and `12:30` are written as they are typed.
                ':' if depth == 0 && next.is_none_or(|next| matches!(next, ' ' | '「' | '`')) => {
                    faults.push(": write ：".to_owned());
                }
                // More than one space lines up what follows.
                '：' if next == Some(&' ') && after != Some(&' ') => {
                    faults.push("： write no space after it".to_owned())
                }
                _ => (),
            }
        }
        faults
    }

    #[test]
    fn one_word_for_one_thing_and_one_form_of_brackets_and_colons() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all = Vec::new();
        for folder in ["src", "templates", "score/src"] {
            files(&root.join(folder), &mut all);
        }
        all.retain(|path| !WORDLISTS.iter().any(|list| path.ends_with(list)));
        let (mut told, mut wrong) = (0, Vec::new());
        for path in all {
            let page = fs::read_to_string(&path).unwrap();
            let page = page.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines = page.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
            for (number, line) in lines {
                // What joins two Japanese texts has no letter of its own.
                let joins = line.split_once("ja: ").map(|(_, ja)| quoted(ja)).unwrap_or_default();
                for text in quoted(line).into_iter().filter(|text| japanese(text) || joins.contains(text)) {
                    told += 1;
                    let place = path.strip_prefix(root).unwrap().display().to_string();
                    wrong.extend(
                        faults(&text).into_iter().map(|fault| format!("{place}:{}: {fault}: {text}", number + 1)),
                    );
                }
            }
        }
        assert!(told > 1500, "{told}");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn what_is_forbidden_is_found_and_code_is_not() {
        for wrong in [
            "スタディの対象",
            "この指標",
            "3つの値(例)",
            "{n}社",
            "フォルダに書く",
            "期間数",
            "{n}期間",
            "例: 値",
            "値: `x`",
            "役割:",
            "列:「x」",
            "値： 5",
        ] {
            assert_eq!(faults(wrong).len().min(1), 1, "{wrong}");
        }
        for right in [
            "評価指標",
            "フォルダーに書く",
            "`f(x)`を直す",
            "値（{f(x)}）",
            "顧客{n}件",
            "契約期間は{n}期",
            "例：値",
            "`a: b`の値",
            "値{x: >3}",
            "名前=drop:理由",
        ] {
            assert_eq!(faults(right), Vec::<String>::new(), "{right}");
        }
        assert_eq!(quoted(r#"t("a \"b\"", "値") + x"#), ["a \"b\"", "値"]);
    }
}
