// Answers of one request.
#include "cloud/api/call.hpp"

#include "cloud/api/conventions.hpp"
#include "lib/http/files.hpp"

namespace trayline::api {

host::Problem busy() {
  return {Code::unavailable, "busy", "Too much is waiting just now. Try again.", {}};
}

void Call::send(http::Response response) const {
  for (const auto& header : headers) response.headers.push_back(header);
  responder->answer(std::move(response));
}

void Call::refuse(int status, const host::Problem& problem, http::Headers more) const {
  http::Response response = to_response(status, problem, request_id);
  for (auto& header : more) response.headers.push_back(std::move(header));
  send(std::move(response));
}

void Call::answer(const host::Answer& answer) const {
  if (answer.problem) {  // a stale If-Match hears the tag of what is there now
    http::Headers tag;
    if (!answer.etag.empty()) tag.emplace_back("ETag", "\"" + answer.etag + "\"");
    return refuse(status_of(*answer.problem), *answer.problem, std::move(tag));
  }
  http::Response response{.status = answer.status, .headers = {}, .body = {}};
  if (!answer.location.empty()) response.headers.emplace_back("Location", answer.location);
  if (!answer.body.is_null() && answer.status != 204) {
    response.headers.emplace_back("Content-Type", "application/json");
    response.body = answer.body.dump();
  }
  const bool reads = std::holds_alternative<host::Query>(route->handle);
  const bool tags_itself = reads && answer.status == 200 && !response.body.empty();
  const std::string tag =
      !answer.etag.empty() ? answer.etag : (tags_itself ? tag_of(response.body) : std::string());
  // What belongs to one user is kept by that user alone, and asked for again each time.
  response.headers.emplace_back("Cache-Control", reads ? "private, no-cache" : "no-store");
  if (!tag.empty()) {
    response.headers.emplace_back("ETag", "\"" + tag + "\"");
    const std::string* none = request.header("If-None-Match");
    if (reads && none != nullptr && http::names_tag(*none, '"' + tag + '"')) {
      response.status = 304;
      response.body.clear();
    }
  }
  send(std::move(response));
}

}  // namespace trayline::api
