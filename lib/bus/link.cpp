#include "lib/bus/link.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lib/bus/tls.hpp"

namespace trayline::bus {
namespace {

tl::unexpected<Error> over(std::string why) { return fail(Code::unavailable, std::move(why)); }

bool would_wait(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Link::Link(Loop& loop, std::function<void()> ready) : loop_(loop), ready_(std::move(ready)) {}

Link::~Link() {
  watch_ = {};
  if (fd_ >= 0) ::close(fd_);
}

Result<std::unique_ptr<Link>> Link::open(Loop& loop, const MqttConfig& config,
                                         std::function<void()> ready) {
  std::unique_ptr<Link> link(new Link(loop, std::move(ready)));
  if (!config.ca_file.empty()) {
    auto tls = Tls::open(config);
    if (!tls) return fail(tls.error());
    link->tls_ = std::move(*tls);
  }
  if (auto resolved = link->resolve(config); !resolved) return fail(resolved.error());
  if (auto begun = link->connect_next(); !begun) return fail(begun.error());
  return link;
}

Result<void> Link::resolve(const MqttConfig& config) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(config.port);
  if (const int code = ::getaddrinfo(config.host.c_str(), port.c_str(), &hints, &found); code != 0)
    return over(fmt::format("no address of \"{}\": {}", config.host, ::gai_strerror(code)));
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next)
    addresses_.push_back(
        {a->ai_family, std::string(reinterpret_cast<const char*>(a->ai_addr), a->ai_addrlen)});
  ::freeaddrinfo(found);
  std::reverse(addresses_.begin(), addresses_.end());
  return {};
}

// Begins with the first address that does not fail at once.
Result<void> Link::connect_next() {
  int error = EADDRNOTAVAIL;
  while (!addresses_.empty()) {
    watch_ = {};
    if (fd_ >= 0) ::close(fd_);
    const Address address = std::move(addresses_.back());
    addresses_.pop_back();
    fd_ = ::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const auto* const where = reinterpret_cast<const sockaddr*>(address.bytes.data());
    if (fd_ >= 0 && (::connect(fd_, where, static_cast<socklen_t>(address.bytes.size())) == 0 ||
                     errno == EINPROGRESS)) {
      const int on = 1;
      ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch_ = loop_.watch(fd_, true, true, [ready = ready_](bool, bool) { ready(); });
      return {};
    }
    error = errno;
  }
  return over(std::strerror(error));
}

// Sees what became of the attempt.
Result<void> Link::connected() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return addresses_.empty() ? over(std::strerror(error)) : connect_next();
  sockaddr_storage peer{};
  size = sizeof peer;
  if (::getpeername(fd_, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return {};  // not yet
  connecting_ = false;
  return {};
}

Result<void> Link::receive(std::string& into) {
  if (connecting_) {
    if (auto seen = connected(); !seen || connecting_) return seen;
    if (tls_) return tls_->take({}, into);  // the handshake begins
  }
  if (unsent() > kUnsentBytesMax) return {};
  const ssize_t size = ::recv(fd_, block_.data(), block_.size(), 0);
  if (size < 0) return would_wait(errno) ? Result<void>() : over(std::strerror(errno));
  if (size == 0) return over("the broker closed the connection");
  const std::string_view bytes(block_.data(), static_cast<std::size_t>(size));
  if (!tls_) {
    into += bytes;
    return {};
  }
  auto taken = tls_->take(bytes, into);
  if (!taken) static_cast<void>(flush());  // the alert, which the broker logs
  return taken;
}

Result<void> Link::flush() {
  if (connecting_) return {};
  if (tls_) {
    if (auto given = tls_->give(out_, wire_); !given) return given;
  } else if (wire_.empty()) {
    std::swap(out_, wire_);
  } else {
    wire_ += out_;
    out_.clear();
  }
  if (sent_ < wire_.size()) {
    const ssize_t size = ::send(fd_, wire_.data() + sent_, wire_.size() - sent_, MSG_NOSIGNAL);
    if (size < 0 && !would_wait(errno)) return over(std::strerror(errno));
    if (size > 0) sent_ += static_cast<std::size_t>(size);
  }
  // What was sent leaves in halves, so that a long rest is not moved each time.
  if (sent_ == wire_.size() || sent_ > wire_.size() / 2) {
    wire_.erase(0, sent_);
    sent_ = 0;
  }
  watch_.want(unsent() <= kUnsentBytesMax, !wire_.empty());
  return {};
}

}  // namespace trayline::bus
