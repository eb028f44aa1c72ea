//! Text for a terminal: cleaned, measured, cut, and durations in words.

/// The most characters of a text that are looked at; no line is longer.
const MAX_CHARS: usize = 2_000;

/// Takes out what a terminal would obey or what would turn a line around: control characters become spaces, marks of direction and of zero
/// width are left out. Texts come from whoever sends spans, so this stands between them and the terminal.
pub(super) fn clean(text: &str) -> String {
    let visible = |char: char| match char {
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => None,
        '\u{e0000}'..='\u{e0fff}' | '\u{61c}' | '\u{ad}' => None,
        '\u{2028}' | '\u{2029}' => Some(' '),
        _ if char.is_control() => Some(' '),
        _ => Some(char),
    };
    text.chars().take(MAX_CHARS).filter_map(visible).collect()
}

/// The columns that a cleaned text takes.
pub(super) fn width_of(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// The columns of a character: none for combining marks, two for the wide scripts and emoji (Unicode TR 11, in ranges coarse enough to read).
fn columns(char: char) -> usize {
    match char as u32 {
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff => 0,
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 => 2,
        0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f680..=0x1f6ff | 0x1f900..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Makes a cleaned text exactly `width` columns wide: padded, or cut with an ellipsis.
pub(super) fn fit(text: &str, width: usize) -> String {
    let total = width_of(text);
    if total <= width {
        return format!("{text}{}", " ".repeat(width - total));
    }
    let mut out = String::new();
    let mut used = 0;
    for char in text.chars() {
        if used + columns(char) + 1 > width {
            break;
        }
        used += columns(char);
        out.push(char);
    }
    if used < width {
        out.push('…');
        used += 1;
    }
    out.extend(std::iter::repeat_n(' ', width - used));
    out
}

/// Pads on the left up to `width` columns.
pub(super) fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(width_of(text))))
}

/// A duration with a unit that keeps it short: `0 ns`, `812 ns`, `1.20 ms`, `3.5 s`, `2 min 5 s`.
pub(super) fn duration(nanos: u64) -> String {
    let scaled = |unit: f64, name: &str| {
        let value = nanos as f64 / unit;
        let digits = if value < 9.995 {
            2
        } else if value < 99.95 {
            1
        } else {
            0
        };
        format!("{value:.digits$} {name}")
    };
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..999_500 => scaled(1e3, "µs"),
        999_500..999_500_000 => scaled(1e6, "ms"),
        999_500_000..120_000_000_000 => scaled(1e9, "s"),
        120_000_000_000..7_200_000_000_000 => format!("{} m {} s", nanos / 60_000_000_000, nanos / 1_000_000_000 % 60),
        _ => scaled(3_600e9, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_gone() {
        for (text, expected, why) in [
            ("\u{1b}[2Jcleared", " [2Jcleared", "an escape sequence"),
            ("a\r\nb\tc", "a  b c", "a line of its own"),
            ("\u{9b}31mred", " 31mred", "the one-character form of an escape"),
            ("user\u{202e}gpj.exe", "usergpj.exe", "text turned around"),
            ("a\u{200b}b\u{feff}", "ab", "nothing to see"),
            ("Zürich 東京", "Zürich 東京", "usual text stays"),
        ] {
            assert_eq!(clean(text), expected, "{why}");
        }
    }

    #[test]
    fn texts_fit_their_column() {
        for (text, width, expected) in [
            ("abc", 5, "abc  "),
            ("abcdef", 5, "abcd…"),
            ("東京都", 5, "東京…"),
            ("東京都", 4, "東… "),
            ("abc", 0, ""),
            ("e\u{301}e\u{301}", 3, "e\u{301}e\u{301} "),
        ] {
            assert_eq!(fit(text, width), expected);
            assert_eq!(width_of(&fit(text, width)), width);
        }
    }

    #[test]
    fn durations_are_short_and_exact_enough() {
        for (nanos, expected) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (12_345_678, "12.3 ms"),
            (999_500_000, "1.00 s"),
            (61_000_000_000, "61.0 s"),
            (125_000_000_000, "2 m 5 s"),
            (u64::MAX, "5124096 h"),
        ] {
            assert_eq!(duration(nanos), expected);
        }
    }
}
