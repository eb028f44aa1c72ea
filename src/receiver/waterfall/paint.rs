//! Colour, when the terminal has it.

/// What a text is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    Error,
    Warning,
    /// The n-th service of the trace.
    Service(usize),
}

/// Puts ANSI colours around texts, or leaves them as they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    colour: bool,
}

/// Cyan, green, magenta, blue, yellow: told apart on dark and light ground, and none of them the red of errors.
const SERVICES: [&str; 5] = ["36", "32", "35", "34", "33"];

impl Paint {
    pub(super) fn new(colour: bool) -> Self {
        Self { colour }
    }

    pub(super) fn style(self, style: Style, text: &str) -> String {
        match style {
            Style::Error => self.wrap("31", text),
            Style::Warning => self.wrap("33", text),
            Style::Service(index) => self.wrap(SERVICES[index % SERVICES.len()], text),
        }
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.colour && !text.trim().is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
