//! Every rule of the authorization server, broken alone: where it refuses, and in which words.

mod authorize;
mod direct_post;
mod token;
