//! Lists in pages, with links to the others.

use serde_json::Value;

use super::answer::Answer;
use super::route::Call;

/// One page of a list, as the query asks.
pub(super) fn page(call: &Call<'_>, items: &[Value]) -> Answer {
    let (shown, link) = cut(call, items);
    link_to(Answer::ok(&Value::Array(shown.to_vec())), link)
}

/// As [`page()`], in an object with the number of all.
pub(super) fn page_in(call: &Call<'_>, name: &str, items: &[Value], mut body: Value) -> Answer {
    let (shown, link) = cut(call, items);
    if let Some(body) = body.as_object_mut() {
        body.insert("total_count".to_owned(), items.len().into());
        body.insert(name.to_owned(), Value::Array(shown.to_vec()));
    }
    link_to(Answer::ok(&body), link)
}

fn link_to(answer: Answer, link: Option<String>) -> Answer {
    match link {
        Some(link) => answer.with("link", link),
        None => answer,
    }
}

fn cut<'a>(call: &Call<'_>, items: &'a [Value]) -> (&'a [Value], Option<String>) {
    let number = |name: &str| call.query(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("per_page").unwrap_or(30).clamp(1, 100);
    let page = number("page").unwrap_or(1).max(1);
    let last = items.len().div_ceil(size).max(1);
    let from = size.saturating_mul(page - 1).min(items.len());
    let to = from.saturating_add(size).min(items.len());
    let shown = items.get(from..to).unwrap_or_default();
    let mut links = Vec::new();
    if page > 1 {
        links.extend([("prev", page - 1), ("first", 1)]);
    }
    if page < last {
        links.extend([("next", page + 1), ("last", last)]);
    }
    let links: Vec<String> = links
        .into_iter()
        .map(|(name, page)| format!("<{}>; rel=\"{name}\"", call.url_of_page(page)))
        .collect();
    (shown, (!links.is_empty()).then(|| links.join(", ")))
}
