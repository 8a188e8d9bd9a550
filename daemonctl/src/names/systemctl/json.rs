//! JSON as systemd writes it: on one line, or with tabs for people.

use serde_json::Value;

/// A value, with a line end.
pub fn text(value: &Value, pretty: bool) -> String {
    let mut out = String::new();
    match pretty {
        true => write(value, 0, &mut out),
        false => out.push_str(&value.to_string()),
    }
    out.push('\n');
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let (open, close, count) = match value {
        Value::Array(items) => ('[', ']', items.len()),
        Value::Object(fields) => ('{', '}', fields.len()),
        other => {
            out.push_str(&other.to_string());
            return;
        }
    };
    out.push(open);
    if count == 0 {
        out.push(close);
        return;
    }
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n('\t', depth));
    };
    let mut is_first = true;
    let mut comma = |out: &mut String| {
        if !std::mem::take(&mut is_first) {
            out.push(',');
        }
        line(out, depth + 1);
    };
    match value {
        Value::Array(items) => {
            for item in items {
                comma(out);
                write(item, depth + 1, out);
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields {
                comma(out);
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push_str(" : ");
                write(item, depth + 1, out);
            }
        }
        _ => {}
    }
    line(out, depth);
    out.push(close);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn pretty() {
        let value = json!([{"unit": "a", "n": 1}, {}]);
        let text = "[\n\t{\n\t\t\"unit\" : \"a\",\n\t\t\"n\" : 1\n\t},\n\t{}\n]\n";
        assert_eq!(super::text(&value, true), text);
        assert_eq!(super::text(&value, false), "[{\"unit\":\"a\",\"n\":1},{}]\n");
    }
}
