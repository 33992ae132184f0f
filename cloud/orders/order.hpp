// An order and a refund as decisions see them. Pure values.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloud/orders/transitions.hpp"
#include "lib/base/clock.hpp"
#include "lib/wire/orders.hpp"
#include "lib/wire/payments.hpp"

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

using wire::orders::Line;
using wire::orders::Who;
using wire::payments::Means;

// Lines that an order gets once a greater hold stands. capture: a person decided about the tray,
// and it is charged then; moved: another tray was seen since.
struct Pending {
  std::vector<Line> lines;
  std::int64_t total_minor = 0;
  std::int64_t tax_minor = 0;
  std::string menu_version;
  bool capture = false;
  bool moved = false;
  bool operator==(const Pending&) const = default;
  static void describe(auto& member, auto& self) {
    member("lines", self.lines);
    member("total_minor", self.total_minor);
    member("tax_minor", self.tax_minor);
    member("menu_version", self.menu_version);
    member("capture", self.capture);
    member("moved", self.moved);
  }
};

struct Order {
  OrderId id;
  std::string code;    // 16 hex digits
  std::string number;  // what people call it by
  UserId user;         // of a basket: empty until it is somebody's
  SiteId site;
  State state = State::placed;
  std::int64_t version = 1;
  Money total;
  std::int64_t tax_minor = 0;  // contained in total
  Means means = Means::card;
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
  std::vector<Line> lines;
  std::optional<Pending> pending;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;      // done
  std::int64_t refund_asked_minor = 0;  // done, or under way
  std::int64_t refund_tax_minor = 0;    // the tax part of refund_asked_minor
};

enum class RefundState { asked, refunded, failed };
constexpr auto enum_names(RefundState) {
  using enum RefundState;
  return std::array{std::pair{asked, std::string_view("asked")},
                    std::pair{refunded, std::string_view("refunded")},
                    std::pair{failed, std::string_view("failed")}};
}

struct Refund {
  RefundId id;
  OrderId order;
  std::int64_t amount_minor = 0;
  std::int64_t tax_minor = 0;
  std::string reason;  // duplicate | fraudulent | requested_by_customer
  std::string who;
  RefundState state = RefundState::asked;
  std::string why;  // it failed
  Time asked;
};

}  // namespace trayline::orders
