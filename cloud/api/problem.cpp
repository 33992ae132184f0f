// The table of statuses and the document.
#include "cloud/api/problem.hpp"

#include <algorithm>
#include <array>

#include "lib/host/schema.hpp"

namespace trayline::api {
namespace {

struct Named {
  int status;
  std::string_view title;
  std::string_view word;  // the code of refusals that have none of their own
};
constexpr std::array kNames{Named{400, "Bad Request", "invalid_argument"},
                            Named{401, "Unauthorized", "unauthenticated"},
                            Named{403, "Forbidden", "permission_denied"},
                            Named{404, "Not Found", "not_found"},
                            Named{405, "Method Not Allowed", "method_not_allowed"},
                            Named{408, "Request Timeout", "request_timeout"},
                            Named{409, "Conflict", "conflict"},
                            Named{412, "Precondition Failed", "precondition_failed"},
                            Named{413, "Content Too Large", "content_too_large"},
                            Named{415, "Unsupported Media Type", "unsupported_media_type"},
                            Named{422, "Unprocessable Content", "unprocessable"},
                            Named{428, "Precondition Required", "precondition_required"},
                            Named{429, "Too Many Requests", "exhausted"},
                            Named{431, "Request Header Fields Too Large", "header_too_large"},
                            Named{500, "Internal Server Error", "internal"},
                            Named{501, "Not Implemented", "not_implemented"},
                            Named{503, "Service Unavailable", "unavailable"},
                            Named{504, "Gateway Timeout", "timeout"}};

const Named* name_of(int status) {
  const auto found = std::find_if(kNames.begin(), kNames.end(),
                                  [&](const Named& n) { return n.status == status; });
  return found == kNames.end() ? nullptr : &*found;
}

}  // namespace

int status_of(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return 400;
    case Code::not_found:
      return 404;
    case Code::conflict:
      return 409;
    case Code::unauthenticated:
      return 401;
    case Code::permission_denied:
      return 403;
    case Code::unavailable:
      return 503;
    case Code::exhausted:
      return 429;
    case Code::unknown_outcome:
      return 503;  // repeat it under the same Idempotency-Key
  }
  return 500;
}

// Refusals whose status is finer than their code; everything else follows the code.
int status_of(const host::Problem& problem) {
  constexpr std::pair<std::string_view, int> kFiner[] = {
      {"idempotency_mismatch", 422}, {"precondition_failed", 412}, {"precondition_required", 428}};
  for (const auto& [type, status] : kFiner) {
    if (problem.type == type) return status;
  }
  return status_of(problem.code);
}

std::string_view title_of(int status) {
  const Named* named = name_of(status);
  return named == nullptr ? "Error" : named->title;
}

http::Response to_response(int status, const host::Problem& problem,
                           const std::string& request_id) {
  const Named* named = name_of(status);
  const std::string code =
      problem.type.empty() ? std::string(named ? named->word : "error") : problem.type;
  Json::Object body;
  body.set("type", "urn:trayline:problem:" + code).set("title", title_of(status));
  body.set("status", status).set("detail", problem.detail).set("code", code);
  if (!problem.errors.empty()) {
    Json::Array errors;
    for (const JsonProblem& e : problem.errors) {
      errors.push_back(Json::object({{"pointer", e.pointer}, {"detail", e.detail}}));
    }
    body.set("errors", std::move(errors));
  }
  if (!request_id.empty()) body.set("request_id", request_id);
  http::Response response{
      .status = status,
      .headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
      .body = Json(std::move(body)).dump()};
  if (status == 429 || status == 503 || problem.type == "in_flight") {
    response.headers.emplace_back("Retry-After", "1");
  }
  return response;
}

http::Response to_response(const host::Problem& problem, const std::string& request_id) {
  return to_response(status_of(problem), problem, request_id);
}

http::Response refusal(int status, std::string_view detail) {
  host::Problem problem;
  problem.detail = std::string(detail);
  return to_response(status, problem, {});
}

Json problem_schema() {
  using namespace host::schema;
  const Json error = object("", {{"pointer", text()}, {"detail", text()}});
  Json schema =
      object("", {{"type", text()}, {"title", text()}, {"status", integer()}, {"code", text()}},
             {{"detail", text()}, {"errors", array_of(error)}, {"request_id", text()}});
  schema.as_object()->set("description", "What went wrong (RFC 9457).");
  return schema;
}

}  // namespace trayline::api
