// HTTP client on the loop: many requests at once, connections reused, bounded. Belongs to the
// loop's thread; callbacks run on it.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "lib/base/result.hpp"
#include "lib/http/server.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::http {

struct ClientLimits {
  std::size_t in_flight_max = 4096;      // more are refused with exhausted
  std::size_t per_host_max = 64;         // connections to one host; more requests wait
  std::size_t body_bytes_max = 8 << 20;  // a longer answer is an error
};

struct ClientRequest {
  std::string method = "GET";
  std::string url{};
  Headers headers{};
  std::string body{};
  std::chrono::milliseconds timeout{10'000};
  std::string ca_file{};  // empty: the system's; for https with a private CA
};

class Client {
 public:
  // unavailable: surely not sent (no connection); unknown_outcome: may have been received
  // (time-out, connection lost after sending); exhausted: a limit of ours; invalid_argument: a
  // method, header or URL that is none. Any status is an answer; redirects are not followed.
  using Done = std::function<void(Result<Response>)>;
  // One piece of a streamed body, of any status; the stream ends with Done, whose body is empty.
  // Return false to stop it.
  using Chunk = std::function<bool(std::string_view)>;

  // Destroyed, also from inside a callback, it drops what is under way and calls nobody back.
  explicit Client(Loop& loop, ClientLimits limits = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Never calls back before it has returned. A request that is not idempotent (POST, PATCH) is
  // never repeated by itself, not even when a kept connection turns out to be dead.
  void send(ClientRequest request, Done done);
  // For event streams: pieces as they come; timeout bounds the silence between two pieces.
  void stream(ClientRequest request, Chunk chunk, Done done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// The same for programs that have no loop: sends and waits. From any thread.
Result<Response> fetch(const ClientRequest& request);

}  // namespace trayline::http
