// Payments as decisions see them: one payment per order, moved by what the provider says of its
// intents. Pure values and functions; docs/spec/payments.md has the rules.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/payments/payment.hpp"
#include "cloud/payments/refund.hpp"
#include "lib/base/clock.hpp"
#include "lib/host/service.hpp"

namespace trayline::payments {

struct Customer {
  UserId user;
  std::string customer;
  std::string method;  // pays by default; empty: no card saved yet
};

// A saved card: what its owner knows it by.
struct Card {
  std::string method;
  UserId user;
  std::string brand;
  std::string last4;
  std::int64_t exp_month = 0;
  std::int64_t exp_year = 0;
};

// An event about an order or a customer that is not there (yet).
struct Parked {
  std::string id;     // of the event, else of its content
  std::string about;  // the order's, customer's or intent's id
  std::string body;   // the message, as Service::decode reads it
  Time since;
};

struct Snapshot {
  std::map<OrderId, Payment> payments;
  std::map<UserId, Customer> customers;
  std::map<std::string, UserId> by_customer;
  std::map<RefundId, Refund> refunds;
  std::map<std::string, OrderId> by_intent;           // of notices
  std::map<std::string, Card> cards;                  // by method
  std::vector<Parked> parked;                         // that somebody is there for now, or too old
  std::int64_t still_parked = 0;                      // all rows, where a message may need a place
  std::set<std::pair<OrderId, std::string>> entries;  // of disputes, that the ledger has
  std::vector<OrderId> unarmed;  // under way in an earlier release, which had no looks
  Time next_compare;             // where that is asked
  std::string stopped;           // why no capture or refund is asked for now
};

// One transfer: the amount leaves credit and arrives at debit, so that any sum of rows is zero.
struct Transfer {
  OrderId order;
  SiteId site;
  std::string kind;   // capture | refund | refund_back | dispute | dispute_back
  std::string entry;  // "capture", "refund-<id>" ...: once per order and line
  std::int64_t line = 1;
  std::string debit;
  std::string credit;
  Money amount;  // > 0
};

struct Decision {
  std::optional<Payment> placed;  // a new row
  std::optional<Payment> changed;
  std::int64_t was_revision = 0;
  std::optional<Customer> customer;
  std::vector<Refund> refunds;
  std::optional<Card> card;
  std::string card_gone;  // method
  std::vector<Transfer> ledger;
  std::vector<Parked> park;
  std::vector<std::string> unpark;  // ids
  std::vector<OrderId> armed;
  std::string stop;
  bool resume = false;
  std::optional<wire::payments::Compared> compared;
  std::optional<wire::payments::Notice> notice;
  OrderId notice_order;
  host::Output out;
};

// When something is looked at again. A hold's days are the provider's policy
// (docs.stripe.com/payments/capture-later): 7 days with the customer present, else 4 d 18 h.
inline constexpr Millis kLookAfter{120'000};           // a step under way
inline constexpr Millis kLookJitter{30'000};           // added, by the order's id
inline constexpr Millis kLookAtCustomer{600'000};      // one that waits for the customer
inline constexpr Millis kHoldOnSession{604'800'000};   // 7 d
inline constexpr Millis kHoldOffSession{410'400'000};  // 4 d 18 h
inline constexpr Millis kHoldMargin{21'600'000};       // orders hear of the end 6 h before
inline constexpr Millis kParkedLook{600'000};
inline constexpr Millis kParkedKept{345'600'000};         // 4 days; the provider repeats for 3
inline constexpr std::int64_t kParkedMost = 64;           // taken up in one round
inline constexpr std::int64_t kParkedRows = 10'000;       // kept; what comes then is a dead letter
inline constexpr std::int64_t kUnarmedMost = 500;         // armed in one round
inline constexpr Millis kComparisonsKept{7'776'000'000};  // 90 days
inline constexpr std::string_view kCompareEffect = "books.compare";

// What people are told while payments are stopped.
inline constexpr std::string_view kStoppedWords =
    "payments are stopped: the books do not agree; nothing is charged until a person has run "
    "trayline audit";

Decision decide_payment(const Snapshot& snapshot, const wire::payments::In& in,
                        std::uint64_t request, Time now);
// What the next message of a batch is decided on.
void apply_decision(Snapshot& snapshot, const Decision& decision);

// tl-<order>-<step>-<attempt>, the provider's idempotency key.
std::string provider_key(const OrderId& order, std::string_view step, std::int64_t attempt);
std::string refund_key(const OrderId& order, const RefundId& refund);
std::string dispute_entry(const wire::payments::DisputeSeen& seen);  // of the ledger

}  // namespace trayline::payments
