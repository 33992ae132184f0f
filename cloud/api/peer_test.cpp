// The plain socket of the tests.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cloud/api/test_peer.hpp"

namespace trayline::api::test {
namespace {
constexpr int kPatienceMs = 10'000;
}

Peer::Peer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  closed_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0;
}

Peer::~Peer() { ::close(fd_); }

void Peer::send(const std::string& bytes) const {
  (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string Peer::read_until(std::string_view text) {
  std::string got;
  while (!closed_ && got.find(text) == std::string::npos) {
    pollfd wait{fd_, POLLIN, 0};
    char byte = 0;
    closed_ = ::poll(&wait, 1, kPatienceMs) <= 0 || ::recv(fd_, &byte, 1, 0) <= 0;
    if (!closed_) got.push_back(byte);
  }
  return got;
}

}  // namespace trayline::api::test
