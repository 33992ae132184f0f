// What just happened in the market, for whoever wants to strike at that moment. Thread-safe.
#pragma once
#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "lib/base/clock.hpp"

namespace trayline::chaos {

enum class Moment {
  ordered,   // the request has left
  placed,    // the cloud has answered it
  sent,      // a prediction was handed to the edge
  accepted,  // and is on its disk
  checking,  // a screen says so: the first commit was, the capture is being asked
  paid,      // a phone has heard it
};
inline constexpr std::size_t kMoments = 6;

class Moments {
 public:
  void note(Moment moment);
  // A phone has heard that an order was paid, by a commit at this time (RFC 3339).
  void settled(std::string committed_at);
  // The next one from now; false when none came in time.
  bool wait_for(Moment moment, Millis most);
  // Until an order is settled that was committed after this time; false when none was.
  bool wait_settled(const std::string& after, Millis most);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::uint64_t, kMoments> counts_{};
  std::string newest_settled_;
};

}  // namespace trayline::chaos
