// HTTP/1.1 server: routes, limits, time-outs, event streams (SSE). Knows no domain and no JSON.
// Everything here belongs to the loop's thread, except Responder and Stream, which may be used
// from any thread (they post to the loop) as long as the loop lives; kept beyond the server they do
// nothing.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/metrics.hpp"
#include "lib/base/result.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::http {

// Header names are compared without case; order is kept.
using Headers = std::vector<std::pair<std::string, std::string>>;
// Null where there is none.
const std::string* find_header(const Headers& headers, std::string_view name);

struct Request {
  std::string method;
  std::string path;                           // decoded, without query
  std::map<std::string, std::string> params;  // {id} of the route's pattern, decoded
  std::map<std::string, std::string> query;   // decoded; of a repeated name the last
  std::string query_text;                     // as it was sent, without '?'
  Headers headers;
  std::string body;
  std::string peer;  // address of the connection
  const std::string* header(std::string_view name) const { return find_header(headers, name); }
};

struct Response {
  int status = 200;
  Headers headers{};
  std::string body{};
};

// A live event stream. close(), the peer, the server or dropping the last pointer ends it; send()
// after that does nothing.
class Stream {
 public:
  virtual ~Stream() = default;
  // One event (text/event-stream); empty id or event are left out; data may have several lines.
  virtual void send(std::string_view id, std::string_view event, std::string_view data) = 0;
  virtual void close() = 0;
  virtual bool open() const = 0;
  // Called once on the loop's thread when the stream has ended, for whatever reason.
  virtual void on_close(std::function<void()> task) = 0;
};

// Answers one request, exactly once; dropped without an answer it answers 500.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void answer(Response response) = 0;
  // Answers 200 with text/event-stream and keeps the connection for events. Comment lines are sent
  // every Limits::stream_ping so that dead peers are noticed.
  virtual std::shared_ptr<Stream> stream(Headers headers) = 0;
  // Ends the connection without a byte of an answer: for programs that play a broken network.
  virtual void hang_up() = 0;
};
using ResponderPtr = std::shared_ptr<Responder>;
using Handler = std::function<void(Request, ResponderPtr)>;
// Looks at a request before its body is read; an answer refuses it, and the body is dropped.
using Guard = std::function<std::optional<Response>(const Request&)>;

struct Limits {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 256 * 1024;
  // Of all bodies together that are read or answered; who would go beyond it is told 503.
  std::size_t body_bytes_in_flight_max = 256 * 1024 * 1024;
  std::size_t connections_max = 4096;
  std::size_t stream_backlog_bytes_max = 256 * 1024;  // a slower reader is cut off
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{20'000};
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds answer_timeout{30'000};
  std::chrono::milliseconds stream_ping{15'000};
};

// Makes the answer for what the server itself refuses: 400 broken HTTP or target, 404 no route, 405
// (Allow is added), 408, 413, 417, 431, 500 the handler failed or dropped the request, 501 unknown
// Transfer-Encoding, 503 too many connections or too much body (Retry-After is added), 504 the
// handler did not answer in time.
using Refusal = std::function<Response(int status, std::string_view detail)>;

class Server {
 public:
  Server(Loop& loop, Limits limits, Refusal refusal);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // method "GET", pattern "/v1/orders/{id}" ({name} is one segment; a last {name*} takes the
  // rest). A larger body limit for single routes (uploads). HEAD is answered by GET's handler.
  void route(std::string method, std::string pattern, Handler handler,
             std::size_t body_bytes_max = 0, Guard guard = nullptr);
  // Headers added to every answer that does not have them itself (CORS, security headers).
  void always(Headers headers);

  // port 0: any free one. Returns the port, or unavailable with the reason (address in use ...).
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  // Stops accepting, closes idle connections and streams; others end with the answer in hand.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace trayline::http
