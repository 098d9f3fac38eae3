//! Exact fractions of small integers: four operations and an order, for checks without a tolerance.
//!
//! Reduced after every operation, so numerators and denominators stay far below 2^127 as long as results do; no
//! allocation.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Sub};

/// A fraction in lowest terms with a positive denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fraction {
    pub(crate) top: i128,
    pub(crate) bottom: i128,
}

/// `top`/`bottom` in lowest terms; `bottom` is not 0.
pub(crate) fn fraction(top: i128, bottom: i128) -> Fraction {
    let divisor = gcd(top.unsigned_abs(), bottom.unsigned_abs()) as i128 * bottom.signum();
    Fraction { top: top / divisor, bottom: bottom / divisor }
}

/// The share of a part in a whole that is not 0.
pub(crate) fn share(part: u64, whole: u64) -> Fraction {
    fraction(i128::from(part), i128::from(whole))
}

/// A whole number.
pub(crate) fn whole(number: i128) -> Fraction {
    Fraction { top: number, bottom: 1 }
}

/// Greatest common divisor; in 64 bits where they suffice, which is nearly always.
fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        if let (Ok(mut x), Ok(mut y)) = (u64::try_from(a), u64::try_from(b)) {
            while y != 0 {
                (x, y) = (y, x % y);
            }
            return u128::from(x);
        }
        (a, b) = (b, a % b);
    }
    a
}

impl Add for Fraction {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        fraction(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)
    }
}

impl Sub for Fraction {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        fraction(self.top * other.bottom - other.top * self.bottom, self.bottom * other.bottom)
    }
}

impl Mul for Fraction {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        fraction(self.top * other.top, self.bottom * other.bottom)
    }
}

/// By a number that is not 0: every caller has compared the divisor with 0.
impl Div for Fraction {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        fraction(self.top * other.bottom, self.bottom * other.top)
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.top * other.bottom).cmp(&(other.top * self.bottom))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn fractions_obey_their_order(a in -50i128..50, b in 1i128..50, c in -50i128..50, d in 1i128..50) {
            let (x, y) = (fraction(a, b), fraction(c, d));
            let near = |f: Fraction, g: f64| (f.top as f64 / f.bottom as f64 - g).abs() < 1e-9;
            let (p, q) = (a as f64 / b as f64, c as f64 / d as f64);
            prop_assert!(near(x + y, p + q) && near(x - y, p - q) && near(x * y, p * q));
            prop_assert!(c == 0 || near(x / y, p / q));
            prop_assert_eq!(x < y, a * d < c * b);
        }
    }
}
