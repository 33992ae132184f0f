// The conventions of single headers, as pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "lib/host/message.hpp"
#include "lib/host/route.hpp"
#include "lib/http/server.hpp"

namespace trayline::api {

// The caller's X-Request-Id where it is [A-Za-z0-9._-]{1,128}; nothing else is echoed.
std::optional<std::string> given_request_id(const http::Request& request);
// The caller's traceparent where it is one of version 00 (W3C Trace Context).
std::optional<std::string> given_traceparent(const http::Request& request);

// The token of "Authorization: Bearer <token>"; empty without the header, nothing for another
// scheme or shape.
std::optional<std::string> bearer_token(const http::Request& request);

// The Idempotency-Key of a caller, 1 to 255 visible ASCII characters; invalid_argument otherwise.
host::OrProblem<host::Idempotency> idempotency_of(const http::Request& request,
                                                  const std::string& scope);
// A strong tag for a body.
std::string tag_of(std::string_view body);

// The JSON body within the limits; null where there is none. 415 and 400 as problems: the caller
// gets the status beside it.
struct BadBody {
  int status = 400;
  host::Problem problem;
};
tl::expected<Json, BadBody> read_body(const http::Request& request, const JsonLimits& limits);

}  // namespace trayline::api
