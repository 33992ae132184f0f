// Who is measured: us on either engine, the peer in Node.js, the yardstick in C. All meet the same
// broker, charge double and load generator, one at a time. One thread.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "standalone/bench/load.hpp"

namespace trayline::bench {

// What all of them share.
struct Ground {
  std::string dir;     // temporary; holds mqload, stripe_double, logs
  std::string shared;  // the benchmark kit
  std::uint16_t broker_port = 0;
  std::uint16_t double_port = 0;
  std::string file(const std::string& name) const { return dir + "/" + name; }
};

// Orders of a seeded database, used up from the first to the last.
struct Orders {
  std::string tsv;
  int used = 0;
};

// The host's counters since it was started.
struct Counters {
  double commits = 0;
  double statements = 0;
  double ticks = 0;
};

class Contender {
 public:
  virtual ~Contender() = default;
  virtual std::string name() const = 0;
  // Makes its database with so many open orders, each for a station of its own among `stations`.
  virtual Result<void> seed(int orders, int stations) = 0;
  // Starts its programs and waits until they take orders; stop() ends them.
  virtual Result<void> start() = 0;
  virtual void stop() = 0;
  // Of the started one: app, and pg where it has one.
  virtual std::vector<std::pair<std::string, pid_t>> processes() const = 0;
  // Its settings for the generator, and its orders.
  virtual std::string config() const = 0;
  virtual Orders& orders() = 0;
  // Zeros where it counts nothing.
  virtual Result<Counters> counters() const { return Counters{}; }
};

}  // namespace trayline::bench
