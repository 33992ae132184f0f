// What orders accepts: orders with prices, trays seen, answers about money, and what people decide.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"
#include "lib/wire/order.hpp"
#include "lib/wire/order_asks.hpp"
#include "lib/wire/payments.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::wire::orders {

struct Place {
  static constexpr std::string_view kType = "place";
  OrderId order;
  UserId user;
  std::string code;
  SiteId site;
  std::string menu_version;
  Money total;
  std::vector<Line> lines;
  payments::Means means = payments::Means::card;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("user", self.user);
    member("code", self.code);
    member("site", self.site);
    member("menu_version", self.menu_version);
    member("total", self.total);
    member("lines", self.lines);
    member.defaulted("means", self.means);
  }
};

// A prediction as it came: hash is the SHA-256 of the payload, so that the same id with other
// content is told apart from a repeat.
struct TraySeen {
  static constexpr std::string_view kType = "tray_seen";
  Prediction prediction;
  std::string hash;
  static void describe(auto& member, auto& self) {
    member("prediction", self.prediction);
    member("hash", self.hash);
  }
};

// A person says what is on the tray that the camera was unsure of. tray: the prediction that the
// order rests on, as the person reads it: every item certain.
struct NameItems {
  static constexpr std::string_view kType = "name_items";
  OrderId order;
  Who who;
  std::int64_t version = 0;  // 0: any
  Prediction tray;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("who", self.who);
    member("version", self.version);
    member("tray", self.tray);
  }
};

// raise_declined: a greater hold was refused, and the one before stands at hold_minor.
enum class HoldOutcome { authorised, declined, action_required, no_card, raise_declined };
constexpr auto enum_names(HoldOutcome) {
  using enum HoldOutcome;
  return std::array{std::pair{authorised, std::string_view("authorised")},
                    std::pair{declined, std::string_view("declined")},
                    std::pair{action_required, std::string_view("action_required")},
                    std::pair{no_card, std::string_view("no_card")},
                    std::pair{raise_declined, std::string_view("raise_declined")}};
}

struct HoldResult {
  static constexpr std::string_view kType = "hold_result";
  OrderId order;
  HoldOutcome outcome = HoldOutcome::declined;
  std::int64_t hold_minor = 0;
  std::string reason;  // the provider's decline code
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("outcome", self.outcome);
    member.defaulted("hold_minor", self.hold_minor);
    member.defaulted("reason", self.reason);
  }
};

// lapsed: the hold was gone; refused: the payment was not one that can be captured.
enum class CaptureOutcome { captured, lapsed, refused };
constexpr auto enum_names(CaptureOutcome) {
  using enum CaptureOutcome;
  return std::array{std::pair{captured, std::string_view("captured")},
                    std::pair{lapsed, std::string_view("lapsed")},
                    std::pair{refused, std::string_view("refused")}};
}

struct CaptureResult {
  static constexpr std::string_view kType = "capture_result";
  OrderId order;
  CaptureOutcome outcome = CaptureOutcome::refused;
  std::int64_t captured_minor = 0;
  std::string reason;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("outcome", self.outcome);
    member.defaulted("captured_minor", self.captured_minor);
    member.defaulted("reason", self.reason);
  }
};

// A held amount comes free soon, or has come free by itself.
struct HoldEnding {
  static constexpr std::string_view kType = "hold_ending";
  OrderId order;
  static void describe(auto& member, auto& self) { member("order", self.order); }
};

enum class RefundOutcome { refunded, failed };
constexpr auto enum_names(RefundOutcome) {
  using enum RefundOutcome;
  return std::array{std::pair{refunded, std::string_view("refunded")},
                    std::pair{failed, std::string_view("failed")}};
}

// refunded_minor: of the whole order so far, captured_minor what was captured.
struct RefundResult {
  static constexpr std::string_view kType = "refund_result";
  OrderId order;
  RefundId refund;
  RefundOutcome outcome = RefundOutcome::failed;
  std::int64_t amount_minor = 0;
  std::int64_t refunded_minor = 0;
  std::int64_t captured_minor = 0;
  std::string reason;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("refund", self.refund);
    member("outcome", self.outcome);
    member("amount_minor", self.amount_minor);
    member("refunded_minor", self.refunded_minor);
    member("captured_minor", self.captured_minor);
    member.defaulted("reason", self.reason);
  }
};

// The order's time is over.
struct Expire {
  static constexpr std::string_view kType = "expire";
  OrderId order;
  static void describe(auto& member, auto& self) { member("order", self.order); }
};

inline constexpr std::string_view kService = "orders";
using In = std::variant<Place, Revise, Bind, Retry, TraySeen, HoldResult, CaptureResult, HoldEnding,
                        RefundResult, Cancel, AskRefund, Expire, NameItems>;

}  // namespace trayline::wire::orders
