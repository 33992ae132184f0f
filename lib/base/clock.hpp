// Time as a parameter. Nothing in the product calls now() of the system by itself: a Clock is
// handed in, so that tests and the simulator own time.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace trayline {

using Millis = std::chrono::milliseconds;
// Wall time, UTC, to the millisecond.
using Time = std::chrono::sys_time<Millis>;

inline std::int64_t to_ms(Time t) { return t.time_since_epoch().count(); }
inline Time from_ms(std::int64_t ms) { return Time(Millis(ms)); }
// RFC 3339 in UTC with milliseconds, "2026-03-03T04:05:06.007Z".
std::string to_rfc3339(Time t);

// Thread-safe in every implementation.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  // Milliseconds of a clock that never jumps; only differences mean anything.
  virtual Millis monotonic() const = 0;
};

// The system's clocks.
class SystemClock final : public Clock {
 public:
  Time now() const override;
  Millis monotonic() const override;
};

// Stands still until it is told to move. Not thread-safe against advance().
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time now() const override { return now_; }
  Millis monotonic() const override { return now_.time_since_epoch(); }
  void advance(Millis by) { now_ += by; }

 private:
  Time now_;
};

}  // namespace trayline
