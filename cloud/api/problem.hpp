// Failures as application/problem+json (RFC 9457), and the one table from codes to statuses. Pure.
#pragma once
#include <string>
#include <string_view>

#include "lib/host/message.hpp"
#include "lib/http/server.hpp"

namespace trayline::api {

int status_of(Code code);
// The table, and 422 for an Idempotency-Key that came with another request.
int status_of(const host::Problem& problem);
// "Not Found"; a stable text per status.
std::string_view title_of(int status);

// type, title, status, detail, code, errors[{pointer, detail}], request_id; the media type, and
// Retry-After where the status says to come again (409 in flight, 429, 503).
http::Response to_response(int status, const host::Problem& problem, const std::string& request_id);
http::Response to_response(const host::Problem& problem, const std::string& request_id);

// For http::Server: what the server itself refuses, in the same form.
http::Response refusal(int status, std::string_view detail);

// JSON Schema of a problem, for the description.
Json problem_schema();

}  // namespace trayline::api
