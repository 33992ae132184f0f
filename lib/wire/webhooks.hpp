// What webhooks accepts: events for the operator's systems, how tries to deliver them ended, and
// the wish to send one again.
#pragma once
#include <array>
#include <string>
#include <variant>

#include "lib/base/describe.hpp"

namespace trayline::wire::webhooks {

// Every type of event there is; an endpoint's list names some of them.
inline constexpr std::array<std::string_view, 10> kTypes{
    "order.placed",   "order.authorised", "order.declined", "order.action_required",
    "order.mismatch", "order.review",     "order.paid",     "order.cancelled",
    "order.expired",  "order.refunded"};

// Something that the operator's systems may want to know. id: [A-Za-z0-9_-]{1,100} from durable
// values, so that the same event has the same id however often it is sent here. data holds what it
// is about, with a version by which receivers put events of one thing in order, and nothing about
// a person but an id.
struct Event {
  static constexpr std::string_view kType = "event";
  std::string id;
  std::string type;
  Json data;
  static void describe(auto& member, auto& self) {
    member("id", self.id);
    member("type", self.type);
    member("data", self.data);
  }
};

// One try is over. http_status 0: there was no answer, and error says why.
struct Tried {
  static constexpr std::string_view kType = "tried";
  std::string delivery;
  std::int64_t http_status = 0;
  std::int64_t retry_after_ms = 0;  // what the receiver asked for
  std::string error;
  static void describe(auto& member, auto& self) {
    member("delivery", self.delivery);
    member("http_status", self.http_status);
    member.defaulted("retry_after_ms", self.retry_after_ms);
    member.defaulted("error", self.error);
  }
};

// A delivery's time has come.
struct Retry {
  static constexpr std::string_view kType = "retry";
  std::string delivery;
  static void describe(auto& member, auto& self) { member("delivery", self.delivery); }
};

// Somebody wants an ended delivery sent again.
struct Resend {
  static constexpr std::string_view kType = "resend";
  std::string delivery;
  static void describe(auto& member, auto& self) { member("delivery", self.delivery); }
};

// A host has started: endpoints may have come and gone with its settings.
struct Begin {
  static constexpr std::string_view kType = "begin";
  static void describe(auto&, auto&) {}
};

// What is old enough goes.
struct Purge {
  static constexpr std::string_view kType = "purge";
  static void describe(auto&, auto&) {}
};

inline constexpr std::string_view kService = "webhooks";
using In = std::variant<Event, Tried, Retry, Resend, Begin, Purge>;

}  // namespace trayline::wire::webhooks
