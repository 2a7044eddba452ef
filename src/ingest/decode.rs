//! Bytes to text: gzip first, then the character encoding.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{DecoderResult, Encoding, SHIFT_JIS, UTF_16BE, UTF_16LE};

use super::IngestError;
use crate::notice::{Notice, Severity};
use crate::words;
use crate::words::Words;

const UTF8_BOM: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Whether the bytes start like a gzip file.
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B])
}

/// The content of a gzip file, all of its members.
///
/// # Errors
/// [`IngestError::TruncatedGzip`] if the data ends early, [`IngestError::DamagedGzip`] if it contradicts itself.
pub(super) fn gunzip(bytes: &[u8], file: &str) -> Result<Vec<u8>, IngestError> {
    let mut content = Vec::new();
    match flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut content) {
        Ok(_) => Ok(content),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(IngestError::TruncatedGzip { file: file.to_owned(), decoded: content.len() })
        }
        Err(error) => Err(IngestError::DamagedGzip { file: file.to_owned(), detail: error.to_string() }),
    }
}

/// The text, without its byte-order mark, and a notice when it is not UTF-8.
///
/// UTF-16 is recognised by its mark or by where its zero bytes are. Bytes that are not UTF-8 are taken for CP932
/// (Shift_JIS) when they are valid in it, unless they are plainly UTF-8 with a few broken bytes: Japanese UTF-8 that
/// is read as CP932 is valid now and then, and always nonsense.
///
/// # Errors
/// [`IngestError::Undecodable`] with the offset of the first byte that does not fit.
pub(super) fn decode<'a>(bytes: &'a [u8], file: &str) -> Result<(Cow<'a, str>, Option<Notice>), IngestError> {
    if let Some(rest) = bytes.strip_prefix(UTF8_BOM) {
        return match std::str::from_utf8(rest) {
            Ok(text) => Ok((Cow::Borrowed(text), None)),
            Err(error) => Err(undecodable(bytes, error.valid_up_to() + UTF8_BOM.len(), file, "UTF-8")),
        };
    }
    let marked = match bytes {
        [0xFF, 0xFE, ..] => Some((UTF_16LE, "UTF-16 LE")),
        [0xFE, 0xFF, ..] => Some((UTF_16BE, "UTF-16 BE")),
        _ => None,
    };
    if let Some((encoding, name)) = marked {
        let text = strict(encoding, bytes, 2).map_err(|offset| undecodable(bytes, offset, file, name))?;
        return Ok((text, Some(assumed(name, words!(en: "by its byte-order mark", ja: "バイト順マーク"), file))));
    }
    if let Some((encoding, name)) = unmarked_utf16(bytes) {
        let text = strict(encoding, bytes, 0).map_err(|offset| undecodable(bytes, offset, file, name))?;
        return Ok((text, Some(assumed(name, words!(en: "by its zero bytes", ja: "ゼロバイトの配置"), file))));
    }
    let valid_up_to = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok((Cow::Borrowed(text), None)),
        Err(error) => error.valid_up_to(),
    };
    if is_broken_utf8(bytes) {
        return Err(undecodable(bytes, valid_up_to, file, "UTF-8"));
    }
    match strict(SHIFT_JIS, bytes, 0) {
        Ok(text) => {
            let why = words!(en: "because it is not UTF-8", ja: "UTF-8として読めないため");
            Ok((text, Some(assumed("CP932 (Shift_JIS)", why, file))))
        }
        Err(offset) => Err(undecodable(bytes, offset, file, "UTF-8 / UTF-16 / CP932")),
    }
}

fn assumed(name: &str, why: Words, file: &str) -> Notice {
    let what = Words {
        en: format!("`{file}` was read as {name}, {}", why.en),
        ja: format!("「{file}」を{name}として読み込みました（判断の根拠：{}）", why.ja),
    };
    Notice::new(Severity::Info, "encoding_assumed", what).at(Words::same(file)).help(words!(
        en: "save it as UTF-8 if characters look wrong",
        ja: "文字化けしている場合は、UTF-8で保存し直してください",
    ))
}

/// The whole text, or the offset of the first malformed sequence.
fn strict<'a>(encoding: &'static Encoding, bytes: &'a [u8], skip: usize) -> Result<Cow<'a, str>, usize> {
    let body = bytes.get(skip..).unwrap_or_default();
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(body) {
        return Ok(text);
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(body.len()).unwrap_or(body.len());
    let (result, read) = decoder.decode_to_string_without_replacement(body, &mut String::with_capacity(room), true);
    let back = match result {
        DecoderResult::Malformed(length, after) => usize::from(length) + usize::from(after),
        _ => 0,
    };
    Err(skip + read.saturating_sub(back))
}

/// UTF-16 without a mark: digits, delimiters and line ends have a zero on one side, and nothing has it on the other.
fn unmarked_utf16(bytes: &[u8]) -> Option<(&'static Encoding, &'static str)> {
    let sample = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let pairs = sample.chunks_exact(2);
    let n_pairs = pairs.len();
    let (mut first, mut second) = (0, 0);
    for pair in pairs {
        first += usize::from(pair.first() == Some(&0));
        second += usize::from(pair.last() == Some(&0));
    }
    let clearly = |zeros: usize, others: usize| zeros * 10 >= n_pairs && zeros > 0 && others * 10 <= zeros;
    if clearly(second, first) {
        Some((UTF_16LE, "UTF-16 LE"))
    } else if clearly(first, second) {
        Some((UTF_16BE, "UTF-16 BE"))
    } else {
        None
    }
}

/// Whether well-formed multi-byte UTF-8 characters far outnumber the broken places.
fn is_broken_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 4 * bad
}

fn undecodable(bytes: &[u8], offset: usize, file: &str, tried: &'static str) -> IngestError {
    let before = bytes.get(..offset).unwrap_or(bytes);
    IngestError::Undecodable {
        file: file.to_owned(),
        offset,
        byte: bytes.get(offset).copied().unwrap_or_default(),
        line: 1 + before.iter().filter(|b| **b == b'\n').count(),
        tried,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "顧客,解約\n株式会社あ,はい\n";

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    fn read(bytes: &[u8]) -> (String, Option<String>) {
        let (text, notice) = decode(bytes, "f.csv").unwrap();
        (text.into_owned(), notice.map(|n| n.what.en))
    }

    #[test]
    fn every_encoding_gives_the_same_text_and_says_what_was_assumed() {
        assert_eq!(read(TEXT.as_bytes()), (TEXT.to_owned(), None));
        assert_eq!(read(&[UTF8_BOM, TEXT.as_bytes()].concat()), (TEXT.to_owned(), None));
        for (mark, big, name) in [(&[0xFF, 0xFE][..], false, "UTF-16 LE"), (&[0xFE, 0xFF], true, "UTF-16 BE")] {
            let (text, notice) = read(&[mark, &utf16(TEXT, big)].concat());
            assert_eq!((text.as_str(), notice.unwrap().contains(name)), (TEXT, true));
            let (text, notice) = read(&utf16(TEXT, big));
            assert_eq!((text.as_str(), notice.unwrap().contains(name)), (TEXT, true));
        }
        let (sjis, _, _) = SHIFT_JIS.encode(TEXT);
        let (text, notice) = read(&sjis);
        assert_eq!((text.as_str(), notice.unwrap().contains("CP932")), (TEXT, true));
    }

    #[test]
    fn vendor_characters_of_cp932_are_read() {
        // 0x8740 is the circled digit one, an extension that strict Shift_JIS lacks.
        assert_eq!(read(&[b'a', 0x87, 0x40]).0, "a\u{2460}");
    }

    #[test]
    fn the_first_bad_byte_is_named() {
        let error = decode(b"a,b\n1,\xFF\n", "f.csv").unwrap_err();
        let expected = IngestError::Undecodable {
            file: "f.csv".into(),
            offset: 6,
            byte: 0xFF,
            line: 2,
            tried: "UTF-8 / UTF-16 / CP932",
        };
        assert_eq!(error, expected);
        let odd = [&[0xFF, 0xFE][..], &utf16("ab", false), &[0x41]].concat();
        assert!(matches!(decode(&odd, "f.csv"), Err(IngestError::Undecodable { offset: 6, .. })));
    }

    #[test]
    fn broken_utf8_is_not_taken_for_cp932() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.remove(1);
        assert!(matches!(decode(&bytes, "f.csv"), Err(IngestError::Undecodable { offset: 0, tried: "UTF-8", .. })));
    }

    #[test]
    fn cut_gzip_is_told_from_damaged_gzip() {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&b"a,b\n1,2\n".repeat(200)).unwrap();
        let whole = encoder.finish().unwrap();
        assert_eq!(gunzip(&whole, "f").unwrap().len(), 1600);
        let cut = gunzip(&whole[..whole.len() - 9], "f");
        assert!(matches!(cut, Err(IngestError::TruncatedGzip { .. })), "{cut:?}");
        let mut flipped = whole.clone();
        let at = flipped.len() - 6;
        flipped[at] ^= 0xFF;
        assert!(matches!(gunzip(&flipped, "f"), Err(IngestError::DamagedGzip { .. })));
    }
}
