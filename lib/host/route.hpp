// Routes as a readable table: which request becomes which message, which read answers which
// request. Services hand tables to cloud/api, which adds the conventions (sign-in, problems,
// idempotency keys, entity tags, description).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/random.hpp"
#include "lib/host/message.hpp"
#include "lib/http/server.hpp"
#include "lib/store/store.hpp"
#include "lib/wire/topics.hpp"

namespace trayline::host {

// Who asks. user is empty for nobody.
struct Caller {
  UserId user;
  std::string name;                 // first name or e-mail, for display
  std::vector<std::string> groups;  // "staff" among them
  bool in_group(std::string_view group) const;
};

enum class Access { anybody, user, staff };

// A request after the conventions: signed in, body read as JSON within the limits.
struct Asked {
  const http::Request& http;
  const Caller& caller;
  const Json& body;  // null without one
  Time now;
  Random& random;
  const std::string& param(std::string_view name) const;  // of the route's pattern
};

template <class T>
using OrProblem = tl::expected<T, Problem>;

// Changes something: becomes a message for the tick and waits for its Reply. Runs on a worker, so
// it may compute for milliseconds, and reads through its own reader where it must.
using Command = std::function<OrProblem<Message>(const Asked&, store::Session& reader)>;
// Reads committed state. Runs on a worker with its own reader.
using Query = std::function<OrProblem<Answer>(const Asked&, store::Session& reader)>;
// Any other exchange: facades of other wires, uploads. Runs on the loop's thread and answers
// itself.
using Raw = std::function<void(http::Request, http::ResponderPtr, const Caller&)>;

// A live stream: key is woken by Output::wake; read gives the present event. The stream sends it
// when its id differs from the last one sent, re-reads on every wake and every 5 s, and ends after
// an event with last = true.
struct LiveEvent {
  std::string id;
  std::string event;
  Json data;
  bool last = false;
};
struct Live {
  std::function<std::string(const Asked&)> key;
  std::function<OrProblem<LiveEvent>(const Asked&, store::Session& reader)> read;
};

// A member of the query string, as text.
struct QueryDoc {
  std::string name;
  std::string about;
  bool required = false;
};

// What /openapi.json says about a route.
struct RouteDoc {
  std::string summary;
  Json request;   // JSON Schema of the body (schema.hpp); null without one
  Json response;  // JSON Schema of the answer
  int success = 200;
  std::vector<int> problems;  // statuses beyond 400, 401 and 500s; 428 means that it needs If-Match
  std::vector<QueryDoc> query = {};
};

struct Route {
  std::string method;
  std::string pattern;  // "/v1/orders/{id}"
  Access access = Access::user;
  bool idempotent = false;  // Idempotency-Key required and honoured
  std::variant<Command, Query, Live, Raw> handle;
  RouteDoc doc;
  std::size_t body_bytes_max = 0;  // 0: the server's
  // Refuses a request before its body is read and before anything else here is looked at.
  http::Guard guard = nullptr;
};

// Messages from devices: which topic becomes which message. filter is "<function>/<topic>".
struct Topic {
  std::string filter;
  // invalid_argument and the like: kept as a dead letter, answered with refuse().
  std::function<Result<Message>(const wire::UpTopic&, const std::string& payload)> decode;
  std::function<std::vector<bus::Message>(const wire::UpTopic&, const std::string& payload,
                                          const Error&)>
      refuse;
};

}  // namespace trayline::host
