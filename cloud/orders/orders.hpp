// Orders as decisions see them: what was read, what is decided. Pure values; decide.hpp has the
// functions.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "cloud/orders/settings.hpp"
#include "cloud/orders/transitions.hpp"
#include "lib/base/clock.hpp"
#include "lib/host/service.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::orders {

// What the tray on the station said last, as far as this order is concerned.
enum class TrayWord { none, match, mismatch, unsure };
constexpr auto enum_names(TrayWord) {
  using enum TrayWord;
  return std::array{std::pair{none, std::string_view("none")},
                    std::pair{match, std::string_view("match")},
                    std::pair{mismatch, std::string_view("mismatch")},
                    std::pair{unsure, std::string_view("unsure")}};
}

struct Difference {
  std::vector<wire::SkuCount> missing;
  std::vector<wire::SkuCount> extra;
  bool operator==(const Difference&) const = default;
  static void describe(auto& member, auto& self) {
    member.defaulted("missing", self.missing);
    member.defaulted("extra", self.extra);
  }
};

struct Order {
  OrderId id;
  std::string code;    // 16 hex digits
  std::string number;  // what people call it by
  UserId user;
  SiteId site;
  State state = State::placed;
  std::int64_t version = 1;
  Money total;
  std::int64_t hold_minor = 0;
  std::int64_t holds = 1;  // attempts so far
  std::string menu_version;
  CoreId core;  // where its tray stands or stood last
  StationId station;
  VisitId visit;
  PredictionId prediction;  // the one that the state rests on
  TrayWord tray = TrayWord::none;
  Difference difference;
  std::string reason;  // of the last refusal
  Time placed;
  Time updated;
  std::vector<wire::orders::Line> lines;
};

using VisitKey = std::tuple<CoreId, StationId, VisitId>;
struct Visit {
  OrderId order;            // may be empty: nobody's yet
  std::int64_t number = 0;  // the highest prediction seen
};

using PredictionKey = std::pair<CoreId, PredictionId>;
struct Known {
  std::string hash;
  OrderId order;
};

struct Snapshot {
  std::map<OrderId, Order> orders;
  std::map<std::string, OrderId> by_code;
  std::map<VisitKey, Visit> visits;
  std::map<PredictionKey, Known> predictions;
  std::map<SiteId, std::int64_t> numbers;
  bool open_complete = true;  // all open orders of the sites that were asked for are here
};

struct History {
  OrderId order;
  std::int64_t version = 0;
  State state = State::placed;
  std::string event;
  std::string why;
};

// A prediction to be kept. fate: open | superseded | charged | closed.
struct Kept {
  wire::Prediction prediction;
  std::string hash;
  OrderId order;
  std::string fate;
};

// Earlier predictions of an order get their final fate, all but one.
struct Fate {
  OrderId order;
  std::string fate;
  PredictionId kept;
};

struct Decision {
  std::optional<Order> placed;   // a new order
  std::optional<Order> changed;  // as it is afterwards
  std::int64_t was_version = 0;  // of the changed one
  std::optional<std::pair<VisitKey, Visit>> visit;
  std::optional<Kept> kept;
  std::optional<Fate> fate;
  std::vector<History> history;
  std::optional<std::pair<SiteId, std::int64_t>> number;
  host::Output out;
};

}  // namespace trayline::orders
