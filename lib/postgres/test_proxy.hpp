// For tests: stands between clients and a server on 127.0.0.1, forwards their bytes, and strikes
// once where it is told to: it cuts the connection, or keeps it and passes nothing any more.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/result.hpp"

namespace trayline::postgres {

struct Fault {
  std::string behind = {};  // counts from where a client has said this; empty: from now
  std::size_t after = 0;    // so many bytes of answers pass still; it strikes at the next one
  bool stalls = false;      // else both sides are closed
};

// Thread-safe; it works on a thread of its own.
class Proxy {
 public:
  // In front of the server on this port. unavailable: it cannot listen.
  static Result<std::unique_ptr<Proxy>> start(std::uint16_t server_port);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  // postgresql://trayline@127.0.0.1:PORT/<database>
  std::string url(const std::string& database) const;
  // In place of what was armed before; strikes the connection that it meets first.
  void arm(Fault fault);
  bool struck() const;                         // what was armed last
  bool heard(const std::string& words) const;  // since then, from any client

 private:
  struct State;
  explicit Proxy(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trayline::postgres
