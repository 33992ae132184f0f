// Virtual time: one queue of (time, sequence), one generator of random numbers, one trace. The seed
// is the whole history of a world. One thread.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"

namespace trayline::simulate {

// An invariant does not hold: its name, then what was seen.
class Violation : public std::runtime_error {
 public:
  Violation(std::string_view invariant, const std::string& seen)
      : std::runtime_error(std::string(invariant) + ": " + seen), invariant_(invariant) {}
  const std::string& invariant() const { return invariant_; }

 private:
  std::string invariant_;
};

// What happened, as a hash; as text only where somebody reads it.
class Trace {
 public:
  using Reader = std::function<void(Millis at, const std::string& line)>;
  void read_by(Reader reader) { reader_ = std::move(reader); }
  void add(Millis at, std::string_view what, std::initializer_list<std::string_view> words);
  std::uint64_t hash() const { return hash_; }

 private:
  void mix(std::uint64_t value);
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
  Reader reader_;
};

class Engine {
 public:
  using Task = std::function<void()>;
  Engine(std::uint64_t seed, Time start) : random(seed), start_(start) {}

  // Since the beginning; never jumps.
  Millis elapsed() const { return now_; }
  // What a right clock shows.
  Time now() const { return start_ + now_; }
  void after(Millis delay, Task task);
  // Runs what comes next; false where that lies beyond the end, and time is then the end.
  bool step(Millis end);

  bool chance(double probability);
  std::int64_t between(std::int64_t least, std::int64_t most);  // both included
  Millis between(Millis least, Millis most) { return Millis(between(least.count(), most.count())); }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[random.below(from.size())];
  }
  void note(std::string_view what, std::initializer_list<std::string_view> words = {}) {
    trace.add(now_, what, words);
  }
  std::uint64_t events() const { return events_; }

  SeededRandom random;
  Trace trace;

 private:
  Time start_;
  Millis now_{0};
  std::uint64_t sequence_ = 0;
  std::uint64_t events_ = 0;
  std::map<std::pair<Millis, std::uint64_t>, Task> queue_;
};

// A machine's clock: its wall time may be wrong, its monotonic time is not.
class MachineClock final : public Clock {
 public:
  explicit MachineClock(const Engine& engine) : engine_(engine) {}
  Time now() const override { return engine_.now() + wrong_; }
  Millis monotonic() const override { return engine_.elapsed(); }
  void be_wrong(Millis by) { wrong_ = by; }

 private:
  const Engine& engine_;
  Millis wrong_{0};
};

}  // namespace trayline::simulate
