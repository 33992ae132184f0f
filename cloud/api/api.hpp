// The HTTP API in front of the services: mounts their route tables with one set of conventions
// (sign-in, problems, idempotency keys, entity tags, limits, live streams, description). Knows no
// domain. Belongs to the loop's thread, but for wake().
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloud/api/openapi.hpp"
#include "cloud/api/workers.hpp"
#include "lib/auth/throttle.hpp"
#include "lib/auth/token.hpp"
#include "lib/host/host.hpp"
#include "lib/host/route.hpp"
#include "lib/http/server.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::api {

struct Settings {
  Described described;
  auth::Expectations tokens;               // of access tokens
  std::vector<std::string> allow_origins;  // of browsers; "*": any; none: no CORS
  JsonLimits json;                         // of bodies
  // Signed-in callers by user, others by address.
  auth::Rate per_user{"api_per_user", 200, Millis(50)};
  auth::Rate per_address{"api_per_address", 400, Millis(50)};
  std::size_t streams_max = 2048;
  std::size_t streams_per_caller_max = 16;
  Millis stream_reread{5'000};
};

struct Parts {
  Settings settings;
  Loop& loop;
  const Clock& clock;
  Random& random;  // thread-safe
  Metrics& metrics;
  auth::Verifier& verifier;  // the loop's thread; ours or an external issuer's
  Workers& workers;
  // host::Host::ask.
  std::function<Result<void>(host::Message, host::Host::Answered)> ask;
  std::vector<host::Route> routes;
};

// Outlives the server it is mounted on, and the host that answers into it ends first.
class Api {
 public:
  explicit Api(Parts parts);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // The routes, /openapi.json, /healthz and, for loopback peers alone, /metrics. The server is to
  // be made with api::refusal (problem.hpp), so that what it refuses looks the same.
  void mount(http::Server& server);

  // Thread-safe: live streams of these keys read again. For host::Sinks::wake.
  void wake(const std::vector<std::string>& keys);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace trayline::api
