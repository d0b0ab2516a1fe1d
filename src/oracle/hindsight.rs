//! What shows only afterwards about an access token that all sessions share: whether it was still good.

use super::builder::REFUSALS;
use crate::case::{Endpoint, Grant};
use crate::transcript::{Allowed, Body, Exchange};

/// Allows every refusal of a credential request after which no further one was accepted: the access token that it carried may
/// have been used up or over, by another case or by time. One that is accepted in the end was good all the while.
pub fn in_hindsight(exchanges: &mut [Exchange]) {
    let is_shared = |exchange: &Exchange| {
        exchange.endpoint == Endpoint::Credential && exchange.facts.grant == Grant::Shared
    };
    let was_good = |exchange: &Exchange| is_shared(exchange) && exchange.is_accepted();
    let good_until = exchanges.iter().rposition(was_good).map_or(0, |at| at + 1);
    for exchange in exchanges[good_until..]
        .iter_mut()
        .filter(|one| is_shared(one))
    {
        let expectation = &mut exchange.expectation;
        expectation.either = expectation.faults.is_empty();
        let allowed = Allowed::new(REFUSALS, Body::NoCredential);
        expectation.allowed.push(allowed);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{Request, Response};

    use super::*;
    use crate::transcript::Facts;

    fn answered(status: u16, body: &'static str, grant: Grant) -> Exchange {
        let answer = Response::builder().status(status);
        let answer = answer.header("content-type", "application/json");
        let answer = answer.body(Bytes::from_static(body.as_bytes()));
        let request = Request::new(Bytes::new());
        let mut exchange = Exchange::new(
            Endpoint::Credential,
            request,
            Ok(answer.expect("it is one")),
        );
        exchange.expectation.allowed = vec![Allowed::new(&[400], Body::Problem)];
        exchange.facts = Facts {
            grant,
            ..Facts::default()
        };
        exchange
    }

    const CREDENTIAL: &str = r#"{"format":"jwt_vc_json","credential":"e30.e30.eA"}"#;

    #[test]
    fn what_was_refused_before_an_acceptance_is_judged_as_it_was() {
        let refused = || answered(401, "", Grant::Shared);
        let mut exchanges = [
            refused(),
            answered(200, CREDENTIAL, Grant::Shared),
            refused(),
        ];
        in_hindsight(&mut exchanges);
        assert!(!exchanges[0].is_allowed());
        assert!(exchanges[2].is_allowed());
    }

    #[test]
    fn what_came_with_a_token_of_its_own_is_judged_as_it_was() {
        let mut exchanges = [answered(401, "", Grant::Given)];
        in_hindsight(&mut exchanges);
        assert!(!exchanges[0].is_allowed());
    }
}
