// For tests: a plain socket that reads a stream as it comes.
#pragma once
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace trayline::api::test {

class Peer {
 public:
  static constexpr int kPatienceMs = 10'000;

  explicit Peer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) closed_ = true;
  }
  ~Peer() { ::close(fd_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(const std::string& bytes) const {
    (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // What comes until the text has come, the peer closed, or patience ends.
  std::string read_until(std::string_view text) {
    std::string got;
    while (!closed_ && got.find(text) == std::string::npos) {
      pollfd wait{fd_, POLLIN, 0};
      char byte = 0;
      if (::poll(&wait, 1, kPatienceMs) <= 0 || ::recv(fd_, &byte, 1, 0) <= 0) {
        closed_ = true;
      } else {
        got.push_back(byte);
      }
    }
    return got;
  }

 private:
  int fd_;
  bool closed_ = false;
};

}  // namespace trayline::api::test
