// What a screen shows: state with a version, never commands. Cloud to device on
// down/screen/<screen>/state, the report of what was painted on up/screen/shown.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"

namespace trayline::wire {

enum class LineState { seen, missing, extra, unclear };
constexpr auto enum_names(LineState) {
  using enum LineState;
  return std::array{
      std::pair{seen, std::string_view("seen")}, std::pair{missing, std::string_view("missing")},
      std::pair{extra, std::string_view("extra")}, std::pair{unclear, std::string_view("unclear")}};
}

struct ScreenLine {
  Sku sku;
  std::string name;
  std::int64_t quantity = 1;
  LineState state = LineState::seen;
  std::optional<std::int64_t> price_minor{};  // of one, in the currency of the total
  bool operator==(const ScreenLine&) const = default;
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("name", self.name);
    member("quantity", self.quantity);
    member.defaulted("state", self.state);
    member("price_minor", self.price_minor);
  }
};

// status: idle | checking | basket | mismatch | review | paid | see_phone | cancelled | offline. A
// page shows a status that it does not know as "please wait". No personal data beyond the order's
// number; see_phone has neither lines nor a total.
struct ScreenState {
  ScreenId screen;
  std::int64_t version = 0;  // per screen, rising
  std::int64_t since_ms = 0;
  std::string status = "idle";
  std::optional<OrderId> order;
  std::string number;  // what people call the order by, e.g. "A-17"
  std::optional<StationId> station;
  std::vector<ScreenLine> lines;
  std::optional<Money> total;
  std::optional<std::string> link;       // of a basket: what its QR code says
  std::optional<std::string> code;       // of a basket: short, to be typed, e.g. "A-17"
  std::optional<std::int64_t> until_ms;  // of a basket: when it ends
  bool operator==(const ScreenState&) const = default;
  static void describe(auto& member, auto& self) {
    member("screen", self.screen);
    member("version", self.version);
    member("since_ms", self.since_ms);
    member("status", self.status);
    member("order", self.order);
    member.defaulted("number", self.number);
    member("station", self.station);
    member.defaulted("lines", self.lines);
    member("total", self.total);
    member("link", self.link);
    member("code", self.code);
    member("until_ms", self.until_ms);
  }
};

// The screen function's report: the highest version painted on a page (none while no page is
// connected) and how many pages are connected.
struct Shown {
  static constexpr std::string_view kType = "shown";
  CoreId core;
  ScreenId screen;
  std::optional<std::int64_t> painted;
  std::int64_t pages = 0;
  bool start = false;  // the function has just started: send the present state
  bool operator==(const Shown&) const = default;
  static void describe(auto& member, auto& self) {
    member("core", self.core);
    member("screen", self.screen);
    member("painted", self.painted);
    member.defaulted("pages", self.pages);
    member.defaulted("start", self.start);
  }
};

}  // namespace trayline::wire
