#include "standalone/up/ports.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

namespace trayline::up {
namespace {

constexpr std::chrono::seconds kTurnWithin{40};
constexpr std::chrono::milliseconds kLook{20};

// Keeps a port until it goes out of scope, so that no port is chosen twice.
class Kept {
 public:
  explicit Kept(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = ::htons(port);
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    // Listening is what tells a taken port from one that was used a moment ago.
    if (::bind(fd_, any, size) == 0 && ::listen(fd_, 1) == 0 &&
        ::getsockname(fd_, any, &size) == 0) {
      port_ = ::ntohs(address.sin_port);
    }
  }
  Kept(Kept&& other) noexcept : fd_(std::exchange(other.fd_, -1)), port_(other.port_) {}
  Kept& operator=(Kept&&) = delete;
  ~Kept() {
    if (fd_ >= 0) ::close(fd_);
  }
  std::uint16_t port() const { return port_; }  // 0: taken

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace

PortsTurn PortsTurn::take(const std::atomic<bool>& stop) {
  std::error_code none;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(none);
  const std::string file = folder / ("trayline-ports-" + std::to_string(::geteuid()) + ".lock");
  PortsTurn turn(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  const auto deadline = std::chrono::steady_clock::now() + kTurnWithin;
  while (turn.taken() && ::flock(turn.lock_, LOCK_EX | LOCK_NB) != 0) {
    if (stop || std::chrono::steady_clock::now() > deadline) return {};
    std::this_thread::sleep_for(kLook);
  }
  return turn;
}

PortsTurn::PortsTurn(PortsTurn&& other) noexcept : lock_(std::exchange(other.lock_, -1)) {}
PortsTurn& PortsTurn::operator=(PortsTurn&& other) noexcept {
  std::swap(lock_, other.lock_);
  return *this;
}
PortsTurn::~PortsTurn() {
  if (lock_ >= 0) ::close(lock_);
}

Result<ChosenPorts> choose_ports(const Ports& wished) {
  ChosenPorts out{wished, {}};
  std::vector<Kept> kept;
  const std::pair<const char*, std::uint16_t*> all[] = {
      {"the cloud's", &out.ports.cloud},
      {"the broker's", &out.ports.devices},
      {"the broker's second", &out.ports.cloud_hosts},
      {"the payment simulator's", &out.ports.stripe},
      {"the screen's", &out.ports.screen},
      {"the edge agent's", &out.ports.health}};
  for (const auto& [whose, port] : all) {
    kept.emplace_back(*port);
    if (kept.back().port() != 0) {
      *port = kept.back().port();
      continue;
    }
    kept.emplace_back(std::uint16_t{0});
    if (kept.back().port() == 0) return fail(Code::unavailable, "no port of 127.0.0.1 is free");
    out.replaced.push_back(std::string(whose) + " port " + std::to_string(*port) +
                           " is taken: " + std::to_string(kept.back().port()) + " instead");
    *port = kept.back().port();
  }
  return out;
}

}  // namespace trayline::up
