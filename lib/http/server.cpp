// The server: routes and listening sockets. What happens on a connection is in connection.cpp.
#include "lib/http/server.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "lib/base/check.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/log.hpp"
#include "lib/http/connection.hpp"
#include "lib/http/wire.hpp"

namespace trayline::http {

namespace {

constexpr int accepts_per_wake = 64;
// Above the limit so many are told 503; more are closed without a word.
constexpr std::size_t turned_away_max = 64;
constexpr const char* retry_after = "1";  // seconds
// How long accepting rests when the process is out of descriptors.
constexpr std::chrono::milliseconds accept_rest{100};

std::string error_text() { return std::generic_category().message(errno); }

// "192.0.2.1" or "2001:db8::1"; a v4 client on a v6 socket is named as v4.
std::string address_text(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  std::string name(text.data());
  constexpr std::string_view mapped = "::ffff:";
  if (name.starts_with(mapped) && name.find('.') != name.npos) name.erase(0, mapped.size());
  return name;
}

Result<int> open_listener(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    return fail(Code::unavailable, "cannot listen on " + address + ": not a numeric address");
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int one = 1, zero = 0;
  if (fd >= 0) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (fd >= 0 && found->ai_family == AF_INET6)
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
  if (fd < 0 || ::bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(fd, SOMAXCONN) != 0) {
    const auto reason = error_text();
    if (fd >= 0) ::close(fd);
    return fail(Code::unavailable,
                "cannot listen on " + address + " port " + std::to_string(port) + ": " + reason);
  }
  return fd;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

struct Listener {
  explicit Listener(int f) : fd(f) {}
  ~Listener() {
    watch = {};
    ::close(fd);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const int fd;
  Loop::Watch watch;
  Loop::Timer rest;
};

}  // namespace

const std::string& Core::date() {
  const auto second = to_ms(SystemClock().now()) / 1000;
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(second);
  }
  return date_;
}

Response Core::refuse(int status, std::string_view detail) const {
  Response response{.status = status, .headers = {}, .body = {}};
  try {
    response = refusal(status, detail);
  } catch (const std::exception& error) {
    log(Level::error, "refusal threw", {{"error", error.what()}});
  }
  if (status == 503 && find_header(response.headers, "Retry-After") == nullptr)
    response.headers.emplace_back("Retry-After", retry_after);
  return response;
}

Response Core::no_route(const std::vector<std::string>& allowed) const {
  if (allowed.empty()) return refuse(404, "there is nothing at this path");
  std::string allow;
  for (const auto& method : allowed) allow += (allow.empty() ? "" : ", ") + method;
  auto response = refuse(405, "this path knows only " + allow);
  response.headers.emplace_back("Allow", allow);
  return response;
}

std::optional<Response> Core::ask_guard(std::size_t route, const Request& request) const {
  const Guard& guard = routes[route]->guard;
  if (!guard) return std::nullopt;
  try {
    return guard(request);
  } catch (const std::exception& error) {
    log(Level::error, "guard threw", {{"error", error.what()}});
  }
  return refuse(500, "the guard failed");
}

struct Server::State {
  State(Loop& loop, Limits limits, Refusal refusal)
      : core(std::make_shared<Core>(loop, limits, std::move(refusal))) {}

  void accept_some(Listener& listener) {
    for (int i = 0; i < accepts_per_wake; ++i) {
      sockaddr_storage address{};
      socklen_t size = sizeof address;
      const int fd = ::accept4(listener.fd, reinterpret_cast<sockaddr*>(&address), &size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        adopt(fd, address_text(address));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return;
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        return rest(listener);
      }  // anything else is the failure of one connection (accept(2))
    }
  }

  void rest(Listener& listener) {
    log(Level::warning, "accepting rests", {{"error", error_text()}});
    listener.watch.want(false, false);
    listener.rest =
        core->loop.after(accept_rest, [&listener] { listener.watch.want(true, false); });
  }

  void adopt(int fd, std::string peer) {
    const auto taken = core->connections.size();
    if (taken >= core->limits.connections_max + turned_away_max) {
      ::close(fd);
      return;
    }
    auto connection = make_connection(core, fd, std::move(peer));
    core->connections.emplace(connection.get(), connection);
    taken < core->limits.connections_max ? connection->start() : connection->turn_away();
  }

  std::shared_ptr<Core> core;
  std::vector<std::unique_ptr<Listener>> listeners;
};

Server::Server(Loop& loop, Limits limits, Refusal refusal)
    : state_(std::make_shared<State>(loop, limits, std::move(refusal))) {}

Server::~Server() {
  state_->listeners.clear();
  state_->core->closing = true;
  state_->core->serving = false;
  const auto connections = std::move(state_->core->connections);
  state_->core->connections.clear();
  for (const auto& [key, connection] : connections) connection->abort();
}

void Server::route(std::string method, std::string pattern, Handler handler,
                   std::size_t body_bytes_max, Guard guard) {
  check(is_token(method), "a route's method is a token");
  check(handler != nullptr, "a route has a handler");
  auto& routes = state_->core->routes;
  state_->core->router.add(method, pattern, routes.size());
  routes.push_back(
      std::make_unique<Route>(Route{std::move(handler), body_bytes_max, std::move(guard)}));
}

void Server::always(Headers headers) {
  check(are_headers(headers), "the headers of every answer are well-formed");
  for (auto& header : headers) state_->core->always.push_back(std::move(header));
}

Result<std::uint16_t> Server::listen(const std::string& address, std::uint16_t port) {
  auto fd = open_listener(address, port);
  if (!fd) return fail(fd.error());
  auto& listener = *state_->listeners.emplace_back(std::make_unique<Listener>(*fd));
  listener.watch = state_->core->loop.watch(
      *fd, true, false,
      [state = state_.get(), &listener](bool, bool) { state->accept_some(listener); });
  return port_of(*fd);
}

void Server::close() {
  state_->core->closing = true;
  state_->listeners.clear();
  const auto connections = state_->core->connections;
  for (const auto& [key, connection] : connections) connection->drain();
}

}  // namespace trayline::http
