// A connection's life: read a head, read its body, hand it to the route's handler, write the
// answer, begin again; one request at a time, so pipelined ones are answered in order.
#include "lib/http/connection.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "lib/base/log.hpp"
#include "lib/http/read_buffer.hpp"
#include "lib/http/reader.hpp"
#include "lib/http/target.hpp"
#include "lib/http/wire.hpp"

namespace trayline::http {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// A body may take Limits::body_timeout, and a second more for each of these, so that large uploads
// pass on slow lines while trickled ones do not hold a connection for ever.
constexpr std::uint64_t body_bytes_per_second_min = 16 * 1024;
// After the last answer what the peer still sends is read and dropped, because a close with unread
// bytes would make its system discard the answer (RFC 9112 9.6).
constexpr milliseconds linger_timeout{2'000};
constexpr std::size_t linger_bytes_max = 4 * 1024 * 1024;
// Bytes already written are taken from the front of a stream's queue when they are this many.
constexpr std::size_t stream_sent_bytes_max = 64 * 1024;
constexpr std::string_view continue_head = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view ping_comment = ": ping\n\n";

class TcpConnection final : public Connection {
 public:
  TcpConnection(std::shared_ptr<Core> core, int fd, std::string peer)
      : core_(std::move(core)),
        io_(*static_cast<asio::io_context*>(core_->loop.native())),
        socket_(io_),
        timer_(io_),
        reader_(core_->limits.header_bytes_max),
        peer_(std::move(peer)),
        body_share_(*core_) {
    error_code error;
    // Which of v4 and v6 it is plays no part after accept().
    socket_.assign(asio::ip::tcp::v4(), fd, error);
    if (!error) socket_.non_blocking(true, error);
    if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), error);
    if (error) log(Level::warning, "accepted socket is unusable", {{"error", error.message()}});
    if (!socket_.is_open()) ::close(fd);
  }

  void start() override {
    expire_in(core_->limits.header_timeout);
    read();
  }

  void turn_away() override {
    expire_in(linger_timeout);
    refuse(503, "too many connections");
  }

  void drain() override {
    if (state_ == State::head && buffer_.empty()) return end();
    if (state_ == State::streaming) return stream_end(false);
    close_after_ = true;
  }

  void abort() override { end(true); }

  void answer(std::uint64_t exchange, Response response) override {
    if (exchange != exchange_ || state_ != State::handling) return;
    if (response.status == no_answer) return end();
    ++exchange_;
    body_share_.release();
    if (response.status < 200 || response.status > 599 || !are_headers(response.headers)) {
      log(Level::error, "answer is not HTTP", {{"status", response.status}});
      response = core_->refuse(500, "the answer is not HTTP");
    }
    write_answer(std::move(response));
  }

  void begin_stream(std::uint64_t exchange, Headers headers,
                    std::shared_ptr<StreamState> stream) override;
  void stream_write(const std::string& bytes) override;
  void stream_end(bool cut) override;

 private:
  // ended: the socket is closed. Each state but handling has a read or a write under way.
  enum class State { head, body, handling, writing, streaming, lingering, ended };

  void read();
  void on_read(const error_code& error, std::size_t count);
  void advance();
  void on_bytes_missing();
  void on_head();
  void find_route();
  void begin_body();
  void dispatch();
  void refuse(int status, std::string_view detail);
  void write_answer(Response response);
  void flush();
  void on_written();
  void on_stream_ping();
  void linger();
  void end(bool server_goes = false);

  void expire_in(milliseconds delay) { expire_at(steady_clock::now() + delay); }
  void expire_at(steady_clock::time_point when);
  void arm(steady_clock::time_point when);
  void on_deadline();

  std::shared_ptr<TcpConnection> self() {
    return std::static_pointer_cast<TcpConnection>(shared_from_this());
  }

  const std::shared_ptr<Core> core_;
  asio::io_context& io_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;
  RequestReader reader_;
  const std::string peer_;
  State state_ = State::head;
  std::uint64_t exchange_ = 0;

  ReadBuffer buffer_;
  bool reading_ = false;
  bool advancing_ = false;
  bool first_bytes_ = false;  // of the request that is being read
  bool head_timed_ = false;
  std::size_t lingered_ = 0;

  // Of the request in hand.
  Router::Match match_;
  std::size_t body_bytes_max_ = 0;
  BodyShare body_share_;
  steady_clock::time_point body_begun_;
  Response refusal_;
  bool refused_ = false;
  bool http10_ = false;
  bool head_only_ = false;
  bool close_after_ = false;

  // What goes out: the answer's head, or a stream's bytes; then the body. sent_ counts both.
  std::string head_;
  std::string body_;
  std::size_t sent_ = 0;
  bool waits_to_write_ = false;

  std::shared_ptr<StreamState> stream_;
  bool stream_closing_ = false;
  bool stalled_ = false;  // nothing went out between two pings

  // One timer that is moved only when the deadline comes nearer; when it fires early it is set
  // again. A request that is answered at once costs no timer operation.
  steady_clock::time_point deadline_;
  steady_clock::time_point armed_for_;
  bool armed_ = false;
};

void TcpConnection::expire_at(steady_clock::time_point when) {
  deadline_ = when;
  if (!armed_ || deadline_ < armed_for_) arm(deadline_);
}

void TcpConnection::arm(steady_clock::time_point when) {
  armed_ = true;
  armed_for_ = when;
  timer_.expires_at(when);
  timer_.async_wait([self = self()](const error_code& error) {
    if (error || self->state_ == State::ended) return;
    self->armed_ = false;
    if (steady_clock::now() < self->deadline_) return self->arm(self->deadline_);
    self->on_deadline();
  });
}

void TcpConnection::on_deadline() {
  switch (state_) {
    case State::head:
      if (!first_bytes_) return end();
      return refuse(408, "the header did not come in time");
    case State::body:
      return refuse(408, "the body did not come in time");
    case State::handling:
      return answer(exchange_, core_->refuse(504, "there was no answer in time"));
    case State::streaming:
      return on_stream_ping();
    case State::writing:
    case State::lingering:
      return end();
    case State::ended:
      return;
  }
}

void TcpConnection::read() {
  if (reading_ || state_ == State::ended) return;
  reading_ = true;
  const auto room = buffer_.room();
  socket_.async_read_some(asio::buffer(room.data(), room.size()),
                          [self = self()](const error_code& error, std::size_t count) {
                            self->reading_ = false;
                            self->on_read(error, count);
                          });
}

void TcpConnection::on_read(const error_code& error, std::size_t count) {
  switch (state_) {
    case State::head:
    case State::body:
      if (error) return end();
      buffer_.filled(count);
      return advance();
    case State::streaming:  // what a listener says is not heard, but its leaving is
      return error ? stream_end(true) : read();
    case State::lingering:
      lingered_ += count;
      return error || lingered_ > linger_bytes_max ? end() : read();
    case State::handling:  // of a request that was refused while it was read
    case State::writing:
    case State::ended:
      return;
  }
}

// Goes on while requests are answered at once; a loop, because the pipelined ones of one read
// would make a recursion deep.
void TcpConnection::advance() {
  if (advancing_) return;
  advancing_ = true;
  const auto keep = shared_from_this();
  while (state_ == State::head || state_ == State::body) {
    if (!buffer_.empty()) first_bytes_ = true;
    std::size_t consumed = 0;
    const auto step = reader_.feed(buffer_.waiting(), consumed);
    buffer_.consume(consumed);
    if (state_ == State::body && !refused_ && !body_share_.grow_to(reader_.body_bytes())) {
      refuse(503, "the bodies of all requests together are too large");
      break;
    }
    if (step == RequestReader::Step::need_more) {
      on_bytes_missing();
      break;
    }
    if (step == RequestReader::Step::head) on_head();
    if (step == RequestReader::Step::done) dispatch();
    if (step == RequestReader::Step::broken) {
      http10_ = reader_.http10();
      refuse(reader_.status(), reader_.detail());
    }
  }
  advancing_ = false;
}

// The deadline for a head begins with its first byte and is not moved by later ones.
void TcpConnection::on_bytes_missing() {
  if (state_ == State::head && first_bytes_ && !head_timed_) {
    head_timed_ = true;
    expire_in(core_->limits.header_timeout);
  }
  if (state_ == State::body) {
    const milliseconds earned(reader_.body_bytes() * 1000 / body_bytes_per_second_min);
    expire_at(body_begun_ + core_->limits.body_timeout + earned);
  }
  read();
}

void TcpConnection::on_head() {
  auto& request = reader_.request();
  http10_ = reader_.http10();
  head_only_ = request.method == "HEAD";
  if (!reader_.keep_alive()) close_after_ = true;
  body_bytes_max_ = core_->limits.body_bytes_max;
  if (auto target = parse_target(reader_.target())) {
    match_ = core_->router.find(request.method, target->segments);
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    find_route();
  } else {
    refused_ = true;
    refusal_ = core_->refuse(400, target.error().detail);
  }
  if (!reader_.has_body()) return dispatch();
  begin_body();
}

void TcpConnection::find_route() {
  if (match_.found) {
    const auto own = core_->routes[match_.route]->body_bytes_max;
    if (own > 0) body_bytes_max_ = own;
    auto& request = reader_.request();
    request.params = std::move(match_.params);
    request.peer = peer_;
    auto refusal = core_->ask_guard(match_.route, request);
    refused_ = refusal.has_value();
    if (refused_) refusal_ = std::move(*refusal);
    return;
  }
  refused_ = true;
  refusal_ = core_->no_route(match_.allowed);
}

// The body of a request that is refused anyway is read if it is small, so that the connection can
// go on; the client that waits for 100 Continue is told at once.
void TcpConnection::begin_body() {
  const bool fits = reader_.limit_body(body_bytes_max_, !refused_);
  if (refused_ && (!fits || reader_.expects_continue())) {
    close_after_ = true;
    return dispatch();
  }
  if (!fits)
    return refuse(413, "the body is larger than " + std::to_string(body_bytes_max_) + " bytes");
  state_ = State::body;
  body_begun_ = steady_clock::now();
  if (!reader_.expects_continue() || !buffer_.empty()) return;
  error_code error;
  const auto count = socket_.write_some(asio::buffer(continue_head), error);
  if (error || count != continue_head.size()) end();
}

void TcpConnection::dispatch() {
  state_ = State::handling;
  const auto exchange = exchange_;
  if (refused_) return answer(exchange, std::move(refusal_));
  auto request = std::move(reader_.request());
  std::string_view thrown;
  try {
    core_->routes[match_.route]->handler(
        std::move(request), make_responder(core_, weak_from_this(), exchange, http10_));
  } catch (const std::exception& error) {
    thrown = "an exception";
    log(Level::error, "handler threw", {{"error", error.what()}});
  } catch (...) {
    thrown = "an unknown exception";
    log(Level::error, "handler threw", {{"error", thrown}});
  }
  if (!thrown.empty()) answer(exchange, core_->refuse(500, "the handler failed"));
  if (state_ == State::handling && exchange == exchange_) expire_in(core_->limits.answer_timeout);
}

// For what no other request can follow.
void TcpConnection::refuse(int status, std::string_view detail) {
  close_after_ = true;
  state_ = State::handling;
  auto response = core_->refuse(status, detail);
  reader_.reset();  // what has been read is not kept while the connection lingers
  answer(exchange_, std::move(response));
}

void TcpConnection::write_answer(Response response) {
  state_ = State::writing;
  if (core_->closing) close_after_ = true;
  append_head(head_, {.status = response.status,
                      .headers = response.headers,
                      .always = core_->always,
                      .http10 = http10_,
                      .close = close_after_,
                      .content_length = response.body.size(),
                      .date = core_->date()});
  if (!head_only_ && !has_no_body(response.status)) body_ = std::move(response.body);
  flush();
}

// Most of what is written fits into the system's buffer at once; the rest waits for room.
void TcpConnection::flush() {
  if (waits_to_write_) return;
  while (sent_ < head_.size() + body_.size()) {
    const auto of_head = std::min(sent_, head_.size());
    const std::array rest{asio::buffer(head_) + of_head, asio::buffer(body_) + (sent_ - of_head)};
    error_code error;
    const auto count = socket_.write_some(rest, error);
    sent_ += count;
    if (count > 0) stalled_ = false;
    if (state_ == State::streaming) stream_->backlog -= count;
    if (error == asio::error::would_block) {
      if (state_ == State::writing) expire_in(core_->limits.answer_timeout);
      waits_to_write_ = true;
      socket_.async_wait(asio::ip::tcp::socket::wait_write, [self = self()](const error_code& e) {
        self->waits_to_write_ = false;
        if (self->state_ == State::ended) return;
        e ? self->end() : self->flush();
      });
      return;
    }
    if (error) return end();
  }
  head_.clear();
  body_ = {};
  sent_ = 0;
  on_written();
}

void TcpConnection::on_written() {
  if (state_ == State::streaming && !stream_closing_) return;
  if (close_after_) return linger();
  state_ = State::head;
  first_bytes_ = head_timed_ = refused_ = head_only_ = http10_ = false;
  reader_.reset();
  expire_in(core_->limits.idle_timeout);
  advance();
}

void TcpConnection::begin_stream(std::uint64_t exchange, Headers headers,
                                 std::shared_ptr<StreamState> stream) {
  if (exchange != exchange_ || state_ != State::handling) return end_stream(*core_, stream);
  ++exchange_;
  body_share_.release();
  std::erase_if(headers, [](const auto& header) { return !are_headers({header}); });
  if (find_header(headers, "Content-Type") == nullptr)
    headers.emplace_back("Content-Type", "text/event-stream");
  if (find_header(headers, "Cache-Control") == nullptr)
    headers.emplace_back("Cache-Control", "no-store");
  state_ = State::streaming;
  stream_ = std::move(stream);
  close_after_ = true;
  std::string head;
  append_head(head, {.status = 200,
                     .headers = headers,
                     .always = core_->always,
                     .http10 = http10_,
                     .close = true,
                     .chunked = stream_->chunked,
                     .date = core_->date()});
  buffer_.clear();
  read();
  expire_in(core_->limits.stream_ping);
  stream_->backlog += head.size();
  stream_write(head);
  if (head_only_ || core_->closing) stream_end(false);
}

void TcpConnection::stream_write(const std::string& bytes) {
  if (state_ != State::streaming || stream_closing_) return;
  if (sent_ > stream_sent_bytes_max) {
    head_.erase(0, sent_);
    sent_ = 0;
  }
  head_ += bytes;
  flush();
}

void TcpConnection::stream_end(bool cut) {
  if (state_ != State::streaming) return;
  if (cut) return end();
  end_stream(*core_, stream_);
  if (std::exchange(stream_closing_, true)) return;
  if (stream_->chunked && !head_only_) {
    stream_->backlog += last_chunk.size();
    head_ += last_chunk;
  }
  flush();
}

// A listener that took nothing for a whole interval is gone.
void TcpConnection::on_stream_ping() {
  if (stalled_) return stream_end(true);
  stalled_ = waits_to_write_;
  expire_in(core_->limits.stream_ping);
  if (stalled_ || stream_closing_) return;
  const auto ping = stream_->chunked ? as_chunk(ping_comment) : std::string(ping_comment);
  stream_->backlog += ping.size();
  stream_write(ping);
}

void TcpConnection::linger() {
  state_ = State::lingering;
  buffer_.clear();
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error) return end();
  expire_in(linger_timeout);
  read();
}

void TcpConnection::end(bool server_goes) {
  if (state_ == State::ended) return;
  const auto keep = shared_from_this();
  state_ = State::ended;
  body_share_.release();
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  core_->connections.erase(this);
  if (stream_) end_stream(*core_, stream_, server_goes);
}

}  // namespace

std::shared_ptr<Connection> make_connection(std::shared_ptr<Core> core, int fd, std::string peer) {
  return std::make_shared<TcpConnection>(std::move(core), fd, std::move(peer));
}

}  // namespace trayline::http
