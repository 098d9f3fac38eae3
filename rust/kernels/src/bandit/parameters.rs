//! Parameters of policies as callers give them, by name, and what they must be.

use std::collections::BTreeMap;

use crate::{KernelError, Result};

/// What counts as one observation in a bonus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A round, whatever its batch (the paper).
    Rounds,
    /// A point.
    Points,
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// One of some words.
    Word(String),
}

/// Parameters by name; one that is not set is not there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parameters(BTreeMap<String, Value>);

impl FromIterator<(String, Value)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(given: I) -> Self {
        Self(given.into_iter().collect())
    }
}

impl Parameters {
    /// The first name that is not among `known`.
    pub(super) fn foreign(&self, known: &[&str]) -> Option<&str> {
        self.0.keys().map(String::as_str).find(|name| !known.contains(name))
    }

    pub(super) fn number(&self, name: &'static str) -> Result<f64> {
        self.optional(name)?.ok_or_else(|| parameter(name, "missing", "given"))
    }

    pub(super) fn optional(&self, name: &'static str) -> Result<Option<f64>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(Some(*number)),
            Some(Value::Word(word)) => Err(parameter(name, format!("{word:?}"), "a number")),
        }
    }

    pub(super) fn count(&self, name: &'static str) -> Result<usize> {
        let number = self.number(name)?;
        if number >= 0.0 && number.fract() == 0.0 && number <= crate::uniform::TWO_53 {
            return Ok(number as usize);
        }
        Err(parameter(name, number, "a whole number, at least 0 and at most 2^53"))
    }

    pub(super) fn unit(&self) -> Result<Unit> {
        match self.0.get("unit") {
            Some(Value::Word(word)) if word == "rounds" => Ok(Unit::Rounds),
            Some(Value::Word(word)) if word == "points" => Ok(Unit::Points),
            Some(Value::Word(word)) => Err(parameter("unit", format!("{word:?}"), "\"rounds\" or \"points\"")),
            Some(Value::Number(number)) => Err(parameter("unit", number, "\"rounds\" or \"points\"")),
            None => Err(parameter("unit", "missing", "given")),
        }
    }
}

pub(super) fn parameter(argument: &'static str, value: impl ToString, requirement: &'static str) -> KernelError {
    KernelError::Parameter { argument, value: value.to_string(), requirement }
}

/// Refuses what is not positive and finite.
pub(super) fn positive(argument: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(parameter(argument, value, "positive and finite"))
}

/// Refuses a horizon in which not every source can be tried.
pub(super) fn long_enough(horizon: f64, sources: usize) -> Result<()> {
    if horizon >= sources as f64 && horizon.is_finite() {
        return Ok(());
    }
    Err(parameter("horizon", horizon, "finite and at least the number of sources"))
}
