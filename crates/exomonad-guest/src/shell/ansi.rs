//! Backslash escapes of `$'..'`, `printf` and `echo -e`.

/// Replaces the escapes in `text`.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '\\' {
            plain.push(char);
            continue;
        }
        let Some(kind) = chars.next() else {
            plain.push('\\');
            break;
        };
        let (radix, most) = match kind {
            'x' => (16, 2),
            'u' => (16, 4),
            'U' => (16, 8),
            '0'..='7' => (8, 3),
            'a' | 'b' | 'e' | 'E' | 'f' | 'v' => {
                plain.push('\u{7}');
                continue;
            }
            'n' => {
                plain.push('\n');
                continue;
            }
            'r' => {
                plain.push('\r');
                continue;
            }
            't' => {
                plain.push('\t');
                continue;
            }
            '\\' | '\'' | '"' | '?' => {
                plain.push(kind);
                continue;
            }
            other => {
                plain.extend(['\\', other]);
                continue;
            }
        };
        let mut digits = String::new();
        if radix == 8 && kind != '0' {
            digits.push(kind);
        }
        while digits.len() < most {
            match chars.next_if(|next| next.is_digit(radix)) {
                Some(digit) => digits.push(digit),
                None => break,
            }
        }
        let code = u32::from_str_radix(&digits, radix).unwrap_or(0);
        plain.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    plain
}
