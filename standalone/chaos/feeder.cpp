#include "standalone/chaos/feeder.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace trayline::chaos {
namespace {

constexpr std::chrono::milliseconds kAgain{200};  // what the hub refused

}  // namespace

Feeder::~Feeder() {
  leave();
  watch_listener_ = {};
  if (listener_ >= 0) ::close(listener_);
}

Result<void> Feeder::listen(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return fail(Code::invalid_argument, path + " is too long for a socket; use a shorter TMPDIR");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0 ||
      ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener_, 8) != 0) {
    return fail(Code::unavailable, path + ": " + std::strerror(errno));
  }
  watch_listener_ = loop_.watch(listener_, true, false, [this](bool, bool) { accept(); });
  return {};
}

void Feeder::publish(const std::string& key, const std::string& topic, const Json& body,
                     std::function<void()> accepted) {
  const std::string line =
      Json::object({{"key", key}, {"topic", topic}, {"body", body}}).dump() + "\n";
  waiting_[++last_] = {key, line, std::move(accepted)};
  write(line);
}

// The newest connection is that of the function that runs now.
void Feeder::accept() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  leave();
  fd_ = fd;
  watch_ = loop_.watch(fd_, true, false, [this](bool, bool) { read(); });
  hand_over();
}

void Feeder::leave() {
  watch_ = {};
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  rest_.clear();
}

void Feeder::hand_over() {
  for (const auto& [number, waiting] : waiting_) write(waiting.line);
}

void Feeder::write(const std::string& line) {
  if (fd_ < 0) return;
  const ssize_t n = ::send(fd_, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  // Its end shows when it is read; half a line ends the connection.
  if (n != static_cast<ssize_t>(line.size())) ::shutdown(fd_, SHUT_RDWR);
}

void Feeder::read() {
  char chunk[16 * 1024];
  const ssize_t n = ::recv(fd_, chunk, sizeof(chunk), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    watch_.want(false, false);
    return loop_.post([this, fd = fd_] {
      if (fd == fd_) leave();
    });
  }
  rest_.append(chunk, static_cast<std::size_t>(n));
  for (std::size_t end; (end = rest_.find('\n')) != std::string::npos;) {
    const std::string line = rest_.substr(0, end);
    rest_.erase(0, end + 1);
    heard(line);
  }
}

void Feeder::heard(const std::string& line) {
  const Result<Json> json = parse_json(line);
  const Json* ok = json ? json->at("ok") : nullptr;
  if (ok == nullptr) return;
  if (*ok != Json(true)) {
    again_ = loop_.after(kAgain, [this] { hand_over(); });
    return;
  }
  const std::string key = json->text_at("key");
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const auto& item) { return item.second.key == key; });
  if (found == waiting_.end()) return;
  const auto accepted = std::move(found->second.accepted);
  waiting_.erase(found);
  accepted();
}

}  // namespace trayline::chaos
