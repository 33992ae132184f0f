// Words between the hosts that share a PostgreSQL: which streams to read again. Derived, so one may
// be lost; nothing rests on them.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/store/postgres.hpp"

namespace trayline::store {

class Signals {
 public:
  virtual ~Signals() = default;
  // Thread-safe; returns at once. Beyond 10,000 waiting words, and of words longer than a thousand
  // bytes or with a line break, nothing is sent.
  virtual void send(const std::vector<std::string>& words) = 0;
};

// heard gets what other hosts sent, on a thread that lives as long as the answer; not what was sent
// here. One more connection, which is made anew whenever it is lost; what is sent meanwhile by
// others is not heard.
std::unique_ptr<Signals> open_signals(const PostgresConfig& config,
                                      std::function<void(const std::vector<std::string>&)> heard);

}  // namespace trayline::store
