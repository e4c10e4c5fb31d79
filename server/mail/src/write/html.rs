//! How a mail looks: one template, laid out by MJML into the tables that old mail programs need.
//!
//! No image, no web font, no address outside of the mail's own links: opening it tells nobody anything.
//! Every value is escaped by the formatter, whatever a template says; a value that is missing is an error.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, context};
use mrml::prelude::render::RenderOptions;
use protocol::Language;

use super::WriteError;
use super::wording::{Button, Said, SaidVisit};

const TEMPLATE: &str = include_str!("mail.mjml");

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(escape);
    environment
        .add_template("mail", TEMPLATE)
        .expect("the template parses: every test that writes a mail reads it");
    environment
});

/// Lays out what the mail says.
pub(super) fn lay_out(said: &Said, language: Language) -> Result<String, WriteError> {
    let words = context! {
        lang => language.as_str(),
        subject => said.subject.clone(),
        title => said.title.clone(),
        body => said.body.clone(),
        facts => said.facts.clone(),
        hint => said.hint.clone(),
        visits => said.visits.iter().map(value_of_visit).collect::<Vec<_>>(),
        buttons => said.buttons.iter().map(value_of).collect::<Vec<_>>(),
        links => said.all_buttons().map(value_of).collect::<Vec<_>>(),
        no_button => said.no_button.clone(),
        unsubscribe => said.unsubscribe.as_ref().map(value_of),
        automatic => said.automatic.clone(),
    };
    let layout = TEMPLATES
        .get_template("mail")
        .and_then(|template| template.render(words))
        .map_err(|_| WriteError::Layout)?;
    let parsed = mrml::parse(layout).map_err(|_| WriteError::Layout)?;
    if !parsed.warnings.is_empty() {
        return Err(WriteError::Layout);
    }
    let options = RenderOptions {
        fonts: HashMap::new(),
        ..RenderOptions::default()
    };
    parsed
        .element
        .render(&options)
        .map_err(|_| WriteError::Layout)
}

fn value_of_visit(visit: &SaidVisit) -> Value {
    let buttons: Vec<Value> = visit.buttons.iter().map(value_of).collect();
    context! { facts => visit.facts.clone(), buttons }
}

fn value_of(button: &Button) -> Value {
    context! { label => button.label.clone(), url => button.url.clone() }
}

/// Writes a value as text of HTML, safe between tags and between quotes.
fn escape(out: &mut Output<'_>, _state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_undefined() || value.is_none() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    for character in value.to_string().chars() {
        match character {
            '&' => out.write_str("&amp;")?,
            '<' => out.write_str("&lt;")?,
            '>' => out.write_str("&gt;")?,
            '"' => out.write_str("&quot;")?,
            '\'' => out.write_str("&#39;")?,
            other => out.write_char(other)?,
        }
    }
    Ok(())
}
