#include "sim/stripe/ledger.hpp"

#include <algorithm>

#include "lib/base/check.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t doubles_max = 1000;

Json entry_of(const Json& charge) {
  const Json* order = charge.at("metadata", "order_id");
  return Json::object({{"order", order == nullptr ? Json() : *order},
                       {"intent", *charge.at("payment_intent")},
                       {"charge", *charge.at("id")},
                       {"customer", *charge.at("customer")},
                       {"amount", *charge.at("amount")},
                       {"currency", *charge.at("currency")},
                       {"created", *charge.at("created")},
                       {"hold_key", charge.text_at("_hold_key")},
                       {"increment_key", charge.text_at("_increment_key")}});
}

Json refunds_of(const State& state, const std::string& charge) {
  Json::Array out;
  const auto* numbers = state.numbers_of(Table::refunds, charge);
  if (numbers == nullptr) return Json(std::move(out));
  for (const std::uint64_t number : *numbers) {
    const std::string& id = state.ids(Table::refunds)[number - state.first_number(Table::refunds)];
    const Json& refund = *state.find(Table::refunds, id);
    out.push_back(Json::object({{"id", id},
                                {"amount", *refund.at("amount")},
                                {"status", *refund.at("status")},
                                {"key", refund.text_at("_key")}}));
  }
  return Json(std::move(out));
}

struct Lists {
  Json::Array charges;
  Json::Array holds;
  Json::Array voided;
};

void add(const State& state, const std::string& id, Lists& lists) {
  const Json& charge = *state.find(Table::charges, id);
  const Standing standing = standing_of(charge);
  if (standing == Standing::declined) return;
  Json entry = entry_of(charge);
  Json::Object& row = *entry.as_object();
  if (standing == Standing::held) return lists.holds.push_back(std::move(entry));
  if (standing == Standing::voided) {
    const Json* intent = state.find(Table::intents, charge.text_at("payment_intent"));
    row.set("reason", intent == nullptr ? Json() : *intent->at("cancellation_reason"));
    return lists.voided.push_back(std::move(entry));
  }
  row.set("captured", *charge.at("amount_captured"));
  row.set("refunded", *charge.at("amount_refunded"));
  row.set("disputed", *charge.at("disputed"));
  row.set("key", charge.text_at("_key"));
  row.set("refunds", refunds_of(state, id));
  lists.charges.push_back(std::move(entry));
}

Json with_totals(const State& state, Lists lists) {
  const Books::Totals& totals = state.books().totals();
  const auto& doubles = state.books().doubles();
  Json::Array names;
  for (const std::string& order : doubles) {
    if (names.size() == doubles_max) break;
    names.push_back(Json(order));
  }
  return Json::object({{"charges", Json(std::move(lists.charges))},
                       {"holds", Json(std::move(lists.holds))},
                       {"voided", Json(std::move(lists.voided))},
                       {"orders", totals.orders},
                       {"captured", totals.captured},
                       {"refunded", totals.refunded},
                       {"double", doubles.size()},
                       {"doubles", Json(std::move(names))},
                       {"totals", Json::object({{"charges", totals.charges},
                                                {"holds", totals.holds},
                                                {"voided", totals.voided},
                                                {"declined", totals.declined}})}});
}

}  // namespace

Result<Json> ledger(const State& state, const LedgerPage& page) {
  Lists lists;
  if (!page.order.empty()) {
    const auto* charges = state.books().charges_of(page.order);
    for (std::size_t i = 0; charges != nullptr && i < charges->size(); ++i) {
      add(state, (*charges)[i], lists);
    }
    return with_totals(state, std::move(lists));
  }
  const auto& ids = state.ids(Table::charges);
  std::size_t at = 0;
  if (!page.after.empty()) {
    const std::uint64_t number = state.number(Table::charges, page.after);
    if (number == 0) return fail(Code::not_found, "there is no charge " + page.after);
    at = number - state.first_number(Table::charges) + 1;
  }
  const std::size_t left = ids.size() - at;
  const std::size_t count =
      page.limit < 0 ? left : std::min(left, static_cast<std::size_t>(page.limit));
  for (const std::size_t end = at + count; at < end; ++at) add(state, ids[at], lists);
  Json books = with_totals(state, std::move(lists));
  books.as_object()->set("has_more", at < ids.size());
  books.as_object()->set("last", at == 0 ? Json() : Json(ids[at - 1]));
  return books;
}

Json ledger(const State& state) {
  auto whole = ledger(state, LedgerPage{});
  check(whole.has_value(), "the whole ledger needs no cursor");
  return std::move(*whole);
}

}  // namespace trayline::stripe_sim
