// For tests: a plain socket that reads a stream as it comes. Its code is in peer_test.cpp.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace trayline::api::test {

class Peer {
 public:
  explicit Peer(std::uint16_t port);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(const std::string& bytes) const;
  // What comes until the text has come, the peer closed, or ten seconds of silence have passed.
  std::string read_until(std::string_view text);

 private:
  int fd_;
  bool closed_ = false;
};

}  // namespace trayline::api::test
