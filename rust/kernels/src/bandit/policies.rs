//! The policies, one file each. A new one is its file, `mod` and a line of the list.
//!
//! Inside a replicate sources are numbered in the order of ties: the first of the largest is chosen. Every formula is
//! evaluated as the Python policy of the same name evaluates it, operation by operation, so both choose alike.

mod discounted_ucb;
mod epsilon_greedy;
mod kl_ucb;
mod moss;
mod oracle;
mod published_ucb;
mod round_robin;
mod sliding_window_ucb;
mod thompson;
mod ucb;
mod uniform;

use super::parameters::Parameters;
use super::{Outcome, Policy, Replay};
use crate::{KernelError, Result};

macro_rules! policies {
    ($($room:ident::$policy:ident,)*) => {
        $(pub use $room::$policy;)*

        /// A policy and its parameters.
        #[derive(Debug, Clone, Copy, PartialEq)]
        #[expect(missing_docs, reason = "each variant is the policy of that name")]
        #[non_exhaustive]
        pub enum Kind {
            $($policy($policy),)*
        }

        $(impl From<$policy> for Kind {
            fn from(policy: $policy) -> Self {
                Self::$policy(policy)
            }
        })*

        impl Kind {
            /// Names of all policies.
            pub const NAMES: &'static [&'static str] = &[$($policy::NAME,)*];

            /// The policy of this name, with these parameters.
            ///
            /// # Errors
            /// [`KernelError::Unknown`] for a name or a parameter that there is not, [`KernelError::Parameter`] for a
            /// parameter that is missing or no number.
            pub fn named(name: &str, given: &Parameters) -> Result<Self> {
                match name {
                    $($policy::NAME => read::<$policy>(given).map(Self::$policy),)*
                    _ => Err(unknown("policy".into(), name, Self::NAMES)),
                }
            }

            pub(super) fn check(&self, sources: usize) -> Result<()> {
                match self {
                    $(Self::$policy(policy) => policy.check(sources),)*
                }
            }

            pub(super) fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
                match self {
                    $(Self::$policy(policy) => policy.play(replay),)*
                }
            }

            /// Policies of every kind, to hold all of them to what all must keep.
            #[cfg(test)]
            pub(super) fn examples() -> Vec<Self> {
                let mut examples = Vec::new();
                $(examples.extend($policy::examples().into_iter().map(Self::$policy));)*
                examples
            }
        }
    };
}

policies! {
    discounted_ucb::DiscountedUcb,
    epsilon_greedy::EpsilonGreedy,
    kl_ucb::KlUcb,
    moss::Moss,
    oracle::Oracle,
    published_ucb::PublishedUcb,
    round_robin::RoundRobin,
    sliding_window_ucb::SlidingWindowUcb,
    thompson::Thompson,
    ucb::Ucb,
    uniform::Uniform,
}

fn read<P: Policy>(given: &Parameters) -> Result<P> {
    match given.foreign(P::PARAMETERS) {
        Some(name) => Err(unknown(format!("parameter of the policy {}", P::NAME), name, P::PARAMETERS)),
        None => P::read(given),
    }
}

fn unknown(what: String, name: &str, known: &[&str]) -> KernelError {
    let known = if known.is_empty() { "none".into() } else { known.join(", ") };
    KernelError::Unknown { what, name: name.into(), known }
}
