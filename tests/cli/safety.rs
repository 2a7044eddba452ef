//! Names that try to do harm: markup, quotes, line breaks, formulas, invisible characters.

use super::support::{Panel, Room};

/// What a spreadsheet, a browser or a terminal might act on.
const NAMES: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "+1+1\r\n-2,\"quoted\"\nthird",
    "\u{202e}gnp.evil\u{202c} 🔥👩‍🚀",
    "</style></svg><svg onload=alert(1)> & &amp; ]]>",
    "javascript:alert(1) {{7*7}} {% x %}",
];

fn toml(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// A study whose every free text is one of [`NAMES`], on a panel whose levels, accounts and headers are too.
fn hostile_room(language: &str) -> Room {
    let room = Room::empty();
    let (usage, noise, segment) = (NAMES[0], NAMES[2], NAMES[6]);
    let panel = Panel::new()
        .map("account", |_, id| {
            let n: usize = id[1..].parse().unwrap();
            format!("{}{id}", NAMES[n % NAMES.len()])
        })
        .map("segment", |_, level| if level == "large" { NAMES[1] } else { NAMES[4] }.to_owned())
        .rename("usage", usage)
        .rename("noise", noise)
        .rename("segment", segment);
    room.put("panel.csv", panel.csv(','));
    let kpi = |name: &str, label: &str, reason: &str| {
        format!(
            "[[kpi]]\nname = {}\nlabel = {{ en = {label}, ja = {label} }}\nkind = \"action\"\nhoped = \"more\"\nreason = {}\n\
             action = {{ name = {label}, owner = {label}, playbook = {label} }}\n",
            toml(name),
            toml(reason),
            label = toml(label),
        )
    };
    let study = format!(
        "schema = 1\n[study]\nname = {name}\npurpose = {purpose}\nlanguage = \"{language}\"\n[kgi]\noutcome = {outcome}\n\
         [panel]\npath = \"panel.csv\"\naccount = \"account\"\nperiod = \"month\"\noutcome = \"churn\"\n\
         [roles]\nsegment = [{segment}]\n{one}{other}",
        name = toml(NAMES[0]),
        purpose = toml(NAMES[1]),
        outcome = toml(NAMES[6]),
        segment = toml(segment),
        one = kpi(usage, NAMES[4], NAMES[7]),
        other = kpi(noise, NAMES[5], NAMES[2]),
    );
    room.put("study.toml", study);
    for arguments in [
        &["run", "study.toml", "--out", "out"][..],
        &["fit", "study.toml", "--out", "out/coefficients.csv"],
        &["score", "out/weights.json", "panel.csv", "--explain", "--draft", "--out", "out/scored.csv"],
    ] {
        let ended = room.fuellamp(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.err);
    }
    room
}

fn named(files: &[(String, Vec<u8>)], ending: &str) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let found: Vec<_> =
        files.iter().filter(|(name, _)| name.ends_with(ending)).map(|(n, b)| (n.clone(), text(b))).collect();
    assert!(!found.is_empty(), "no {ending} file was left");
    found
}

#[test]
fn pages_hold_no_markup_of_a_name() {
    for language in ["en", "ja"] {
        let files = hostile_room(language).files("out");
        for (name, page) in named(&files, ".html") {
            for tag in tags(&page) {
                let lower = tag.to_lowercase();
                let element = lower.trim_start_matches('/').split([' ', '>', '/', '\n']).next().unwrap();
                assert!(
                    !["script", "img", "iframe", "object", "embed", "link", "base"].contains(&element),
                    "{name}: <{tag}>"
                );
                for attribute in attributes(&lower) {
                    assert!(!attribute.starts_with("on"), "{name}: <{tag}>");
                }
                assert!(!lower.contains("javascript:"), "{name}: <{tag}>");
            }
            let loose = page.replace("http://www.w3.org/", "");
            let outside = ["src=\"http", "href=\"http", "url(http", "@import", "url(//"];
            for word in outside {
                assert!(!loose.contains(word), "{name} reaches outside: {word}");
            }
            assert!(
                page.contains("&lt;script&gt;alert(1)") || page.contains("&#60;script&#62;alert(1)"),
                "{name} shows the name"
            );
        }
    }
}

#[test]
fn charts_are_well_formed() {
    let files = hostile_room("en").files("out");
    for (name, svg) in named(&files, ".svg") {
        if let Err(fault) = well_formed(&svg) {
            panic!("{name}: {fault}");
        }
        for tag in tags(&svg) {
            assert!(!tag.to_lowercase().starts_with("script"), "{name}: <{tag}>");
            assert!(attributes(&tag.to_lowercase()).iter().all(|a| !a.starts_with("on")), "{name}: <{tag}>");
        }
    }
    for (name, page) in named(&files, ".html") {
        for chart in page.split("<svg").skip(1) {
            let chart = format!("<svg{}</svg>", chart.split("</svg>").next().unwrap());
            if let Err(fault) = well_formed(&chart) {
                panic!("chart in {name}: {fault}");
            }
        }
    }
}

#[test]
fn no_cell_is_a_formula() {
    let files = hostile_room("en").files("out");
    for (name, text) in named(&files, ".csv") {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let mut cells = 0;
        for record in reader.records() {
            for cell in record.unwrap().iter() {
                cells += 1;
                let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
                assert!(!formula, "{name}: {cell:?}");
            }
        }
        assert!(cells > 10, "{name} is empty");
    }
}

#[test]
fn terminals_get_no_control_characters() {
    let room = hostile_room("en");
    for arguments in [&["run", "study.toml", "--out", "out"][..], &["check", "study.toml"]] {
        let ended = room.fuellamp(arguments);
        for text in [&ended.out, &ended.err] {
            let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}'));
            assert_eq!(bad, None, "{arguments:?}: {text:?}");
        }
    }
}

/// What stands between `<` and `>`; text between tags must not hold a bare `<`.
fn tags(text: &str) -> Vec<&str> {
    text.split('<')
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap_or(rest))
        .filter(|tag| !tag.starts_with('!'))
        .collect()
}

/// Names of the attributes of a tag, values skipped.
fn attributes(tag: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut outside = true;
    for part in tag.split('"') {
        if outside {
            names.extend(part.split_whitespace().filter_map(|word| word.strip_suffix('=')));
        }
        outside = !outside;
    }
    names
}

/// Strict about what a browser forgives: balanced tags, quoted and unique attributes, known entities, legal characters.
fn well_formed(xml: &str) -> Result<(), String> {
    if let Some(c) = xml.chars().find(|&c| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || c == '\u{fffe}') {
        return Err(format!("character {c:?}"));
    }
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml.trim();
    while let Some(start) = rest.find('<') {
        text(&rest[..start])?;
        if open.is_empty() && !rest[..start].trim().is_empty() {
            return Err(format!("text outside the root: {:?}", &rest[..start]));
        }
        let end = rest.find('>').ok_or("a tag is never closed")?;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('?') && tag.ends_with('?') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name.trim_end()) {
                return Err(format!("</{name}> closes nothing"));
            }
            continue;
        }
        let inner = tag.strip_suffix('/').unwrap_or(tag);
        let (name, attributes) = inner.split_once(|c: char| c.is_whitespace()).unwrap_or((inner, ""));
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_')) {
            return Err(format!("<{tag}> is no tag"));
        }
        pairs(attributes)?;
        if inner.len() == tag.len() {
            open.push(name);
        }
    }
    text(rest)?;
    if open.is_empty() { Ok(()) } else { Err(format!("never closed: {open:?}")) }
}

fn pairs(mut rest: &str) -> Result<(), String> {
    let mut names: Vec<&str> = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(());
        }
        let (name, after) = rest.split_once('=').ok_or_else(|| format!("{rest:?} has no value"))?;
        let quote = after
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
            .ok_or_else(|| format!("{after:?} is not quoted"))?;
        let (value, after) = after[1..].split_once(quote).ok_or_else(|| format!("{after:?} is never closed"))?;
        text(value)?;
        let name = name.trim();
        if names.contains(&name) || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_')) {
            return Err(format!("attribute {name:?}"));
        }
        names.push(name);
        rest = after;
    }
}

fn text(text: &str) -> Result<(), String> {
    for rest in text.split('&').skip(1) {
        let entity = rest.split(';').next().unwrap_or_default();
        let known = ["amp", "lt", "gt", "quot", "apos"].contains(&entity)
            || entity
                .strip_prefix('#')
                .is_some_and(|n| n.trim_start_matches('x').chars().all(|c| c.is_ascii_hexdigit()));
        if !known || !rest.contains(';') {
            return Err(format!("entity &{entity}"));
        }
    }
    if text.contains("]]>") { Err("`]]>` in text".to_owned()) } else { Ok(()) }
}

#[test]
fn the_checker_finds_faults() {
    let good = "<?xml version=\"1.0\"?><svg a=\"1\"><b/>x &amp; y</svg>";
    assert_eq!(well_formed(good), Ok(()));
    for bad in [
        "<svg>",
        "<svg></b>",
        "<svg a=1/>",
        "<svg a=\"1\" a=\"2\"/>",
        "<svg>&nbsp;</svg>",
        "<svg>a & b</svg>",
        "<svg>\u{1}</svg>",
        "<svg/>x<",
    ] {
        assert!(well_formed(bad).is_err(), "{bad:?}");
    }
}
