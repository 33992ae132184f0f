// For tests: a client on a plain socket, that can misbehave. Its code is in peer_test.cpp.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace trayline::http::test {

inline constexpr int patience_ms = 10'000;

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

inline std::string get(std::string_view path, std::string_view more = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
}

// A blocking TCP client that sends what it is told.
class Peer {
 public:
  // receive_buffer: bytes for the system to keep; 0: its choice.
  explicit Peer(std::uint16_t port, int receive_buffer = 0);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view bytes) const;
  void shut_writing() const;
  // What comes until the text has come, the peer closed, or patience ends.
  std::string read_until(std::string_view text) const;
  // To the end of the connection.
  std::string read_all() const;

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace trayline::http::test
