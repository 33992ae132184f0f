// What payments hears about its own books: time to look, that they broke or were mended, and what a
// comparison with the provider found.
#pragma once
#include <cstdint>
#include <string>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"

namespace trayline::wire::payments {

// The cloud starts: timers that must run are armed.
struct Begin {
  static constexpr std::string_view kType = "begin";
  static void describe(auto&, auto&) {}
};

// An invariant of money does not hold: no capture or refund is asked for until a person
// resumes.
struct Stop {
  static constexpr std::string_view kType = "stop";
  std::string why;
  static void describe(auto& member, auto& self) { member("why", self.why); }
};
struct Resume {
  static constexpr std::string_view kType = "resume";
  static void describe(auto&, auto&) {}
};

// Time to compare the books with the provider's lists.
struct CompareBooks {
  static constexpr std::string_view kType = "compare_books";
  static void describe(auto&, auto&) {}
};
// Its end.
struct Compared {
  static constexpr std::string_view kType = "compared";
  std::int64_t differences = 0;
  std::int64_t difference_minor = 0;  // absolute, of all of them
  std::int64_t payments = 0;          // looked at
  std::int64_t transfers = 0;
  std::string findings;  // the first ones, as lines
  static void describe(auto& member, auto& self) {
    member("differences", self.differences);
    member("difference_minor", self.difference_minor);
    member("payments", self.payments);
    member("transfers", self.transfers);
    member.defaulted("findings", self.findings);
  }
};

// A cardholder's bank took a payment back out of our account at the provider, or gave it back.
struct DisputeSeen {
  static constexpr std::string_view kType = "dispute_seen";
  std::string id;  // of the provider's dispute
  std::string intent;
  Money amount;
  bool back = false;
  static void describe(auto& member, auto& self) {
    member("id", self.id);
    member("intent", self.intent);
    member("amount", self.amount);
    member.defaulted("back", self.back);
  }
};

// Time to look at a payment again: what is under way is read back, a hold may end.
struct LookAgain {
  static constexpr std::string_view kType = "look_again";
  OrderId order;
  static void describe(auto& member, auto& self) { member("order", self.order); }
};

// Time to look at the events that nobody could be found for.
struct LookAtParked {
  static constexpr std::string_view kType = "look_at_parked";
  static void describe(auto&, auto&) {}
};

}  // namespace trayline::wire::payments
