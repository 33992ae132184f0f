// The two descriptors of the hub as lines: blocking writes, reads with a deadline. Not part of the
// SDK's interface.
#pragma once
#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include "lib/base/json.hpp"

namespace trayline::edge {

// The protocol's bound on a line, without its end.
inline constexpr std::size_t kLineBytesMax = 256 * 1024;

class Connection {
 public:
  Connection(int in, int out) : in_(in), out_(out) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int in() const { return in_; }
  bool closed() const { return closed_; }
  // False when the hub is gone.
  bool write(const Json& line);
  // Takes what can be read now; lines that are no JSON object are left out.
  void read();
  // The next complete line that was read.
  std::optional<Json> take();

 private:
  int in_;
  int out_;
  bool closed_ = false;
  std::string buffer_;
  std::deque<Json> lines_;
};

}  // namespace trayline::edge
