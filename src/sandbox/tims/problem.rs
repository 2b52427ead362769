//! What TIMS says when it does not do what was asked: problem documents in the manner of RFC 9457, with a code to
//! branch on and the path of every field that is wrong.

use serde_json::{Value, json};

/// A refusal.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) detail: String,
    pub(super) errors: Vec<Value>,
    pub(super) more: Vec<(String, Value)>,
    pub(super) retry_after: Option<u64>,
}

impl Problem {
    /// A refusal with a sentence for people.
    pub(super) fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { status, code, detail, errors: Vec::new(), more: Vec::new(), retry_after: None }
    }

    /// A business rule that one field breaks.
    pub(super) fn field(path: &str, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut problem = Self::new(422, code, format!("{path}: {message}"));
        problem.errors.push(json!({"path": path, "code": code, "message": message}));
        problem
    }

    /// A state that does not allow what was asked.
    pub(super) fn state(detail: impl Into<String>) -> Self {
        Self::new(409, "invalid_state", detail)
    }

    /// The same with one more member.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.push((name.to_owned(), value.into()));
        self
    }

    /// The document.
    pub(super) fn body(self, request_id: &str) -> Value {
        let title = match self.status {
            400 => "Bad Request",
            401 => "Unauthorized",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            412 => "Precondition Failed",
            415 => "Unsupported Media Type",
            422 => "Unprocessable Content",
            423 => "Locked",
            428 => "Precondition Required",
            429 => "Too Many Requests",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        };
        let mut body = json!({
            "type": format!("https://tims.example/problems/{}", self.code),
            "title": title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "errors": self.errors,
        });
        for (name, value) in self.more {
            body[name.as_str()] = value;
        }
        body["request_id"] = request_id.into();
        body
    }
}
