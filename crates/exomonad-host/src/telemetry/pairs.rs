//! Lists of `name=value`, as OpenTelemetry's variables have them.

/// The pairs of a list; nothing when one is no pair. What is in percent-encoding is decoded.
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=')?;
            let name = name.trim();
            (!name.is_empty()).then_some(())?;
            Some((name.to_owned(), decode(value.trim())?))
        })
        .collect()
}

/// Takes the value of a name out of pairs.
pub(super) fn take(pairs: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let index = pairs.iter().position(|(known, _)| known == name)?;
    Some(pairs.remove(index).1)
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn a_list_is_pairs_with_their_values_decoded() {
        let check = |text: &str, expect: Option<&[(&str, &str)]>| {
            let owned = |pairs: &[(&str, &str)]| {
                pairs
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect::<Vec<_>>()
            };
            assert_eq!(pairs(text), expect.map(owned), "{text}");
        };
        check("", Some(&[]));
        check("a=1", Some(&[("a", "1")]));
        check(
            " authorization = Bearer%20x%2Cy , empty=,a=b=c,",
            Some(&[("authorization", "Bearer x,y"), ("empty", ""), ("a", "b=c")]),
        );
        for wrong in ["a", "=1", "a=%2", "a=%zz", "a=%ff"] {
            check(wrong, None);
        }
    }
}
