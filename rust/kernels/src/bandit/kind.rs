//! Which policy plays, with which parameters, and what these must be.

use crate::Result;

use super::parameter;

/// What counts as one observation in a bonus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A round, whatever its batch (the paper).
    Rounds,
    /// A point.
    Points,
}

/// A policy and its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// mean + √(ξ ln T/n), or ln t with no horizon (Auer et al. 2002).
    Ucb {
        /// T, or `None`: the number of rounds so far.
        horizon: Option<f64>,
        /// ξ.
        xi: f64,
        /// n counts these.
        unit: Unit,
    },
    /// mean + √(2 ln T)/n, the bonus of the published code.
    PublishedUcb {
        /// T.
        horizon: f64,
    },
    /// The largest q with n·kl(mean, q) ≤ ln T, or ln t (Garivier and Cappé 2011).
    KlUcb {
        /// T, or `None`: the number of rounds so far.
        horizon: Option<f64>,
        /// n counts these.
        unit: Unit,
    },
    /// mean + √(max(0, ln(T/(K n)))/n) (Audibert and Bubeck 2009).
    Moss {
        /// T.
        horizon: f64,
    },
    /// The largest draw from the Beta posteriors under uniform priors (Thompson 1933).
    Thompson,
    /// The largest mean, or with probability ε any source.
    EpsilonGreedy {
        /// ε.
        epsilon: f64,
    },
    /// One after another.
    RoundRobin,
    /// Any source.
    Uniform,
    /// The best source of the segment.
    Oracle,
    /// UCB on the last W rounds (Garivier and Moulines 2011).
    SlidingWindowUcb {
        /// W.
        window: usize,
        /// ξ.
        xi: f64,
    },
    /// UCB with geometrically discounted counts (Garivier and Moulines 2011).
    DiscountedUcb {
        /// Factor per round.
        discount: f64,
        /// ξ.
        xi: f64,
    },
}

impl Kind {
    pub(super) fn check(&self, sources: usize) -> Result<()> {
        let positive = |argument, value: f64| {
            if value > 0.0 && value.is_finite() {
                Ok(())
            } else {
                Err(parameter(argument, value, "positive and finite"))
            }
        };
        let long = |horizon: f64| {
            if horizon >= sources as f64 && horizon.is_finite() {
                Ok(())
            } else {
                Err(parameter("horizon", horizon, "at least the number of sources"))
            }
        };
        match *self {
            Self::Ucb { horizon, xi, .. } => positive("xi", xi).and_then(|()| horizon.map_or(Ok(()), long)),
            Self::KlUcb { horizon, .. } => horizon.map_or(Ok(()), long),
            Self::PublishedUcb { horizon } | Self::Moss { horizon } => long(horizon),
            Self::EpsilonGreedy { epsilon } if !(0.0..=1.0).contains(&epsilon) => {
                Err(parameter("epsilon", epsilon, "in [0, 1]"))
            }
            Self::SlidingWindowUcb { window: 0, .. } => Err(parameter("window", 0, "at least 1")),
            Self::DiscountedUcb { discount, .. } if !(discount > 0.0 && discount <= 1.0) => {
                Err(parameter("discount", discount, "in (0, 1]"))
            }
            Self::SlidingWindowUcb { xi, .. } | Self::DiscountedUcb { xi, .. } => positive("xi", xi),
            Self::Thompson | Self::EpsilonGreedy { .. } | Self::RoundRobin | Self::Uniform | Self::Oracle => Ok(()),
        }
    }
}
