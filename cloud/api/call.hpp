// One request on its way through the conventions. Inside of cloud/api.
#pragma once
#include <memory>
#include <string>

#include "cloud/api/problem.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "lib/host/route.hpp"

namespace trayline::api {

// Shared by the loop, a worker and the tick, one after the other; never changed once it has left
// the loop's thread.
struct Call {
  http::Request request;
  http::ResponderPtr responder;
  const host::Route* route = nullptr;
  host::Caller caller;
  std::string caller_key;  // who is counted against limits
  std::string token;       // as sent; empty for nobody
  Json body;
  std::string request_id;
  http::Headers headers;  // of every answer to this request

  host::Asked asked(Time now, Random& random) const {
    return {.http = request, .caller = caller, .body = body, .now = now, .random = random};
  }
  // Any thread; the first answer counts.
  void refuse(int status, const host::Problem& problem, http::Headers more = {}) const;
  void refuse(const host::Problem& problem) const { refuse(status_of(problem), problem); }
  // A success, with ETag and 304 where the request asks for it; or its problem.
  void answer(const host::Answer& answer) const;
  void send(http::Response response) const;
};
using CallPtr = std::shared_ptr<Call>;

// Problems of the API itself.
host::Problem busy();

}  // namespace trayline::api
