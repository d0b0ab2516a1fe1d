//! The reference issuer.
