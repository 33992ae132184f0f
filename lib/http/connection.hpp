// One connection of the server, and what all of them share. Inside lib/http only; everything here
// belongs to the loop's thread.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/http/router.hpp"
#include "lib/http/server.hpp"

namespace trayline::http {

class Connection;

struct Route {
  Handler handler;
  std::size_t body_bytes_max = 0;
  Guard guard;
};

// What the server owns and its connections use.
struct Core {
  Core(Loop& l, Limits lim, Refusal r) : loop(l), limits(std::move(lim)), refusal(std::move(r)) {}

  Loop& loop;
  const Limits limits;
  const Refusal refusal;
  Router router;
  std::vector<std::unique_ptr<Route>> routes;
  Headers always;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections;
  std::uint64_t body_bytes = 0;  // in flight
  bool closing = false;
  std::atomic<bool> serving{true};  // false once the server is destroyed; read by any thread

  // What the server answers by itself; never throws.
  Response refuse(int status, std::string_view detail) const;
  Response no_route(const std::vector<std::string>& allowed) const;
  // The answer with which the route's guard refuses; never throws.
  std::optional<Response> ask_guard(std::size_t route, const Request& request) const;
  // The text for Date, made once a second.
  const std::string& date();

 private:
  std::int64_t date_second_ = -1;
  std::string date_;
};

// What one connection's body has of Core::body_bytes.
class BodyShare {
 public:
  explicit BodyShare(Core& core) : core_(core) {}
  // False: all bodies together are too many bytes now.
  bool grow_to(std::uint64_t bytes) {
    core_.body_bytes += bytes - bytes_;
    bytes_ = bytes;
    return core_.body_bytes <= core_.limits.body_bytes_in_flight_max;
  }
  void release() { core_.body_bytes -= std::exchange(bytes_, 0); }

 private:
  Core& core_;
  std::uint64_t bytes_ = 0;
};

// What a stream's users and its connection share. open and backlog are touched by any thread.
struct StreamState {
  std::atomic<bool> open{true};
  std::atomic<std::size_t> backlog{0};  // bytes accepted and not yet given to the system
  bool chunked = true;
  // Loop's thread only.
  bool ended = false;
  std::function<void()> on_close;
};

// See Connection::answer().
constexpr int no_answer = 0;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  virtual ~Connection() = default;
  virtual void start() = 0;
  // Answers 503 whatever is asked and closes.
  virtual void turn_away() = 0;
  // Ends idle connections and streams at once, others after the answer in hand.
  virtual void drain() = 0;
  // Ends now. Called when the server is destroyed.
  virtual void abort() = 0;

  // By the number of the exchange: an answer to one that is over does nothing. With the status
  // no_answer the connection ends without one.
  virtual void answer(std::uint64_t exchange, Response response) = 0;
  virtual void begin_stream(std::uint64_t exchange, Headers headers,
                            std::shared_ptr<StreamState> stream) = 0;
  // Bytes already counted in the backlog.
  virtual void stream_write(const std::string& bytes) = 0;
  // cut: without sending what is waiting.
  virtual void stream_end(bool cut) = 0;
};

// Takes over the descriptor of an accepted socket.
std::shared_ptr<Connection> make_connection(std::shared_ptr<Core> core, int fd, std::string peer);

// The handle that a handler gets for one exchange.
ResponderPtr make_responder(std::shared_ptr<Core> core, std::weak_ptr<Connection> connection,
                            std::uint64_t exchange, bool http10);

// Calls on_close once, by a task of its own, so that a caller in the middle of send() is not
// surprised by it; inline when the server is going away.
void end_stream(Core& core, const std::shared_ptr<StreamState>& stream, bool now = false);

}  // namespace trayline::http
