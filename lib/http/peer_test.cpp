// The code of test_peer.hpp.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "lib/http/test_peer.hpp"

namespace trayline::http::test {

Peer::Peer(std::uint16_t port, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0)
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

Peer::~Peer() { ::close(fd_); }

void Peer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Peer::shut_writing() const { ::shutdown(fd_, SHUT_WR); }

std::string Peer::read_until(std::string_view text) const {
  std::string got;
  while (got.find(text) == got.npos) {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, patience_ms) <= 0) return got + "<nothing more came>";
    char byte = 0;
    if (::recv(fd_, &byte, 1, 0) <= 0) return got + "<closed>";
    got += byte;
  }
  return got;
}

std::string Peer::read_all() const {
  std::string got;
  while (true) {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, patience_ms) <= 0) return got + "<still open>";
    std::array<char, 4096> bytes;
    const auto count = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (count < 0) return got + "<reset>";
    if (count == 0) return got;
    got.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace trayline::http::test
