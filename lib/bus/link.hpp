// The bytes between a bus and its broker: TCP, plain or with TLS 1.2 or newer, by one read and one
// write of the socket each time. It knows nothing of MQTT.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/bus/mqtt.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::bus {

inline constexpr std::size_t kReadBytesMax = 64 * 1024;           // in one read
inline constexpr std::size_t kUnsentBytesMax = 64 * 1024 * 1024;  // beyond it nothing is read

class Tls;

// Belongs to the loop's thread. Every error says that the connection is over, and why.
class Link {
 public:
  // Resolves the host (on this thread, as long as it takes), reads the files and begins to connect,
  // one address after the other. ready runs on the loop whenever receive() and flush() may get
  // further; it may destroy the link.
  static Result<std::unique_ptr<Link>> open(Loop& loop, const MqttConfig& config,
                                            std::function<void()> ready);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Appends what has come, by one read. Nothing while it connects, and while too much is unsent.
  Result<void> receive(std::string& into);
  // What is appended here is sent by the flushes to come.
  std::string& out() { return out_; }
  // Sends by one write what the socket takes; the rest when it is ready.
  Result<void> flush();
  std::size_t unsent() const { return out_.size() + wire_.size() - sent_; }

 private:
  struct Address {
    int family;
    std::string bytes;  // a sockaddr
  };

  Link(Loop& loop, std::function<void()> ready);
  Result<void> resolve(const MqttConfig& config);
  Result<void> connect_next();
  Result<void> connected();

  Loop& loop_;
  std::function<void()> ready_;
  std::unique_ptr<Tls> tls_;
  std::vector<Address> addresses_;  // still to be tried, the last first
  int fd_ = -1;
  bool connecting_ = true;
  Loop::Watch watch_;
  std::string out_;       // what the bus has written
  std::string wire_;      // the same as the socket takes it
  std::size_t sent_ = 0;  // of wire_
  std::array<char, kReadBytesMax> block_;
};

}  // namespace trayline::bus
