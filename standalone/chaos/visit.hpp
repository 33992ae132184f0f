// What a campaign knows of one visit to a counter: what was asked for, what was promised, and what
// must have become of it. Values.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/random.hpp"

namespace trayline::chaos {

// What happens on a visit, and with that its only right end.
enum class Kind {
  match,      // the tray is the order: paid
  repeat,     // the same prediction twice: paid once
  corrected,  // something is missing at first: mismatch, then paid
  mismatch,   // something is missing: mismatch, nothing charged
  unsure,     // the camera is not sure: review, nothing charged
  cancel,     // cancelled, nothing charged
  race,       // cancelled while the tray is seen: cancelled or paid
};
Kind draw_kind(Random& random);

struct Tray {
  std::string prediction;
  bool accepted = false;  // the edge said ok
};

struct Visit {
  Kind kind = Kind::match;
  std::string core;
  std::string station;
  std::size_t phone = 0;
  std::string order;  // empty until the cloud has answered
  std::int64_t total_minor = 0;
  std::string told;  // the order's newest state as the phone heard it
  std::vector<Tray> trays;
  bool cancel_answered = false;
  bool over = false;   // it came to its end
  bool stuck = false;  // it did not, in time
};

bool charges(Kind kind);         // a tray that was accepted must be paid
bool may_be_charged(Kind kind);  // and where not, a charge is none too many
// The visit has heard everything it waits for.
bool has_ended(const Visit& visit);

}  // namespace trayline::chaos
