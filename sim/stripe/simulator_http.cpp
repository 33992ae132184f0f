// Requests as calls, replies as answers.
#include "sim/stripe/context.hpp"
#include "sim/stripe/form.hpp"
#include "sim/stripe/simulator.hpp"

namespace trayline::stripe_sim {
namespace {

std::string header_or_empty(const http::Request& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? "" : *value;
}

}  // namespace

Result<Call> call_of(const http::Request& request) {
  auto params = parse_form(request.method == "POST" ? request.body : request.query_text);
  if (!params) return fail(params.error());
  return Call{.method = request.method,
              .path = request.path,
              .params = std::move(*params),
              .authorization = header_or_empty(request, "authorization"),
              .idempotency_key = header_or_empty(request, "idempotency-key"),
              .stripe_version = header_or_empty(request, "stripe-version")};
}

http::Response response_of(const Reply& reply, const Call& call, const std::string& api_version) {
  http::Response response;
  response.status = reply.status;
  response.body = reply.body.dump();
  response.headers = {
      {"Content-Type", "application/json"},
      {"Request-Id", reply.request_id},
      {"Stripe-Version", call.stripe_version.empty() ? api_version : call.stripe_version}};
  if (call.method == "POST" && !call.idempotency_key.empty()) {
    response.headers.emplace_back("Idempotency-Key", call.idempotency_key);
  }
  if (reply.replayed) {
    response.headers.emplace_back("Idempotent-Replayed", "true");
    response.headers.emplace_back("Original-Request", reply.original_request);
  }
  if (reply.status == 401) response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"sim\"");
  return response;
}

}  // namespace trayline::stripe_sim
