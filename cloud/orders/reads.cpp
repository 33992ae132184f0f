// What customers and staff read of orders, from committed state.
#include <algorithm>
#include <limits>
#include <set>

#include "cloud/orders/change.hpp"
#include "cloud/orders/requests.hpp"
#include "cloud/orders/rows.hpp"
#include "cloud/orders/service.hpp"
#include "cloud/orders/sql.hpp"
#include "cloud/orders/token.hpp"
#include "cloud/orders/view.hpp"
#include "lib/base/encoding.hpp"

namespace trayline::orders {

using host::Answer;
using host::Asked;
using host::Problem;
using wire::orders::Role;

namespace {

tl::unexpected<Problem> store_away() {
  return refuse(Code::unavailable, "store_unavailable", "Try again.");
}

// A place between two orders: "<placed_ms>.<id>" in base64url.
struct Cursor {
  std::int64_t placed_ms = 0;
  std::string id;
};

std::optional<Cursor> read_cursor(const std::string& text) {
  const Result<Bytes> bytes = from_base64url(text);
  if (!bytes) return std::nullopt;
  const std::string plain(as_text(*bytes));
  const std::size_t dot = plain.find('.');
  if (dot == std::string::npos || dot == 0 || dot > 15) return std::nullopt;
  Cursor cursor{0, plain.substr(dot + 1)};
  if (!is_uuid7(cursor.id)) return std::nullopt;
  for (const char c : plain.substr(0, dot)) {
    if (c < '0' || c > '9') return std::nullopt;
    cursor.placed_ms = cursor.placed_ms * 10 + (c - '0');
  }
  return cursor;
}

std::optional<std::int64_t> read_limit(const std::string& text) {
  std::int64_t limit = 0;
  if (text.empty() || text.size() > 3) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    limit = limit * 10 + (c - '0');
  }
  if (limit < 1 || limit > kPageMax) return std::nullopt;
  return limit;
}

struct Page {
  Cursor from;
  std::int64_t limit = 20;
};

OrProblem<Page> read_page(const Asked& asked, Cursor begin) {
  Page page{std::move(begin)};
  if (const auto given = asked.http.query.find("limit"); given != asked.http.query.end()) {
    const auto read = read_limit(given->second);
    if (!read) return refuse(Code::invalid_argument, "invalid_limit", "limit is 1 to 100.");
    page.limit = *read;
  }
  if (const auto given = asked.http.query.find("cursor"); given != asked.http.query.end()) {
    const auto read = read_cursor(given->second);
    if (!read) return refuse(Code::invalid_argument, "invalid_cursor", "This cursor is not ours.");
    page.from = *read;
  }
  return page;
}

// One more row than the page holds tells that there are more.
OrProblem<Answer> show_page(const Result<store::Answer>& rows, std::int64_t limit,
                            const Settings& settings, store::Session& reader) {
  if (!rows) return store_away();
  std::vector<Order> orders;
  for (const store::Row& row : *rows) orders.push_back(order_from(row));
  const bool more = std::ssize(orders) > limit;
  if (more) orders.pop_back();
  std::vector<Order*> all;
  for (Order& order : orders) all.push_back(&order);
  if (!load_lines(reader, all)) return store_away();
  Json::Array data;
  for (const Order& order : orders) data.push_back(view_of(order, settings));
  Json::Object page;
  page.set("data", std::move(data));
  page.set("has_more", more);
  if (more) {
    const std::string next =
        std::to_string(to_ms(orders.back().placed)) + "." + orders.back().id.value;
    page.set("next_cursor", to_base64url(as_bytes(next)));
  }
  Answer answer;
  answer.body = Json(std::move(page));
  return answer;
}

Answer show(const Order& order, const Settings& settings) {
  Answer answer;
  answer.body = view_of(order, settings);
  answer.etag = etag_of(order);
  return answer;
}

// "review,mismatch"; empty where one of them is no state.
std::set<State> read_states(const std::string& text) {
  std::set<State> states;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    const auto state = enum_value<State>(std::string_view(text).substr(from, comma - from));
    if (state != State::mismatch && state != State::review) return {};
    states.insert(*state);
    from = comma + 1;
  }
  return states;
}

// Customers see that a colleague acted, and not who.
std::string who_shown(const std::string& who, Role reader) {
  return reader == Role::staff ? who : who.substr(0, who.find(':'));
}

Answer list_of(Json::Array data) {
  Answer answer;
  answer.body = Json::object({{"data", std::move(data)}});
  return answer;
}

}  // namespace

host::Query one_order(SettingsPtr settings) {
  return [settings](const Asked& asked, store::Session& reader) -> OrProblem<Answer> {
    const OrProblem<Order> order = own_order(asked, reader);
    if (!order) return tl::unexpected<Problem>(order.error());
    return show(*order, *settings);
  };
}

host::Query orders_page(SettingsPtr settings) {
  return [settings](const Asked& asked, store::Session& reader) -> OrProblem<Answer> {
    const auto page = read_page(asked, {std::numeric_limits<std::int64_t>::max(), ""});
    if (!page) return tl::unexpected<Problem>(page.error());
    const store::Args args{{"user_id", asked.caller.user.value},
                           {"before_ms", page->from.placed_ms},
                           {"before_id", page->from.id},
                           {"most", page->limit + 1}};
    return show_page(reader.run(sql::read_orders_page, args), page->limit, *settings, reader);
  };
}

host::Query staff_queue(SettingsPtr settings) {
  return [settings](const Asked& asked, store::Session& reader) -> OrProblem<Answer> {
    const auto page = read_page(asked, {});
    if (!page) return tl::unexpected<Problem>(page.error());
    const auto given = asked.http.query.find("state");
    const std::set<State> states =
        read_states(given == asked.http.query.end() ? "review,mismatch" : given->second);
    if (states.empty()) {
      return refuse(Code::invalid_argument, "invalid_state",
                    "state is review, mismatch, or both with a comma between them.");
    }
    store::Rows rows(1);
    for (const State state : states) rows.add(enum_name(state));
    const store::Args args{
        {"after_ms", page->from.placed_ms}, {"after_id", page->from.id}, {"most", page->limit + 1}};
    return show_page(reader.run(sql::read_queue, rows, args), page->limit, *settings, reader);
  };
}

host::Query board(SettingsPtr settings) {
  return [settings](const Asked& asked, store::Session& reader) -> OrProblem<Answer> {
    const auto site = asked.http.query.find("site");
    if (site == asked.http.query.end() || !is_name(site->second)) {
      return refuse(Code::invalid_argument, "site_required", "Say which site: ?site=ID.");
    }
    const Result<store::Answer> rows =
        reader.run(sql::read_board, {{"site", site->second},
                                     {"since", to_ms(asked.now - kBoardPlaced)},
                                     {"recent", to_ms(asked.now - kBoardEnded)},
                                     {"most", kBoardMax + 1}});
    return show_page(rows, kBoardMax, *settings, reader);
  };
}

host::Live board_events() {
  return {[](const Asked&) { return std::string(kBoardKey); },
          [](const Asked& asked, store::Session&) -> OrProblem<host::LiveEvent> {
            const std::string id = std::to_string(to_ms(asked.now));
            return host::LiveEvent{id, "board", Json::object({{"changed", id}}), false};
          }};
}

host::Query my_code(SettingsPtr settings) {
  return [settings](const Asked& asked, store::Session&) -> OrProblem<Answer> {
    const UserId& user = asked.caller.user;
    if (user.value.size() > kCustomerBytesMax) {
      return refuse(Code::invalid_argument, "no_code", "This account's id fits into no code.");
    }
    const Time expires = asked.now + settings->customer_code_life;
    Answer answer;
    answer.body = Json::object({{"code", sign_customer({user, expires}, settings->token_key)},
                                {"expires_at", to_rfc3339(expires)}});
    return answer;
  };
}

// Whoever reads the basket's id from the screen may look at it.
host::Query basket_view(SettingsPtr settings) {
  return [settings](const Asked& asked, store::Session& reader) -> OrProblem<Answer> {
    const Result<Order> order = read_order(reader, OrderId(asked.param("id")));
    if (!order && order.error().code == Code::unavailable) return store_away();
    if (!order || order->state != State::basket || order->lines.empty()) {
      return refuse(Code::not_found, "basket_not_found", "There is no such basket.");
    }
    return show(*order, *settings);
  };
}

OrProblem<Answer> history(const Asked& asked, store::Session& reader) {
  const OrProblem<Order> order = own_order(asked, reader);
  if (!order) return tl::unexpected<Problem>(order.error());
  const Result<store::Answer> rows =
      reader.run(sql::read_history, {{"id", order->id.value}, {"most", kHistoryMax}});
  if (!rows) return store_away();
  const Role role = who_asks(asked).role;
  Json::Array data;
  for (const store::Row& row : *rows) {
    Json::Object step;
    step.set("version", row.integer("version"));
    for (const char* member : {"state", "event", "why"}) step.set(member, row.text(member));
    step.set("who", who_shown(row.text("who"), role));
    step.set("at", to_rfc3339(from_ms(row.integer("at_ms"))));
    data.push_back(Json(std::move(step)));
  }
  return list_of(std::move(data));
}

OrProblem<Answer> refunds(const Asked& asked, store::Session& reader) {
  const OrProblem<Order> order = own_order(asked, reader);
  if (!order) return tl::unexpected<Problem>(order.error());
  const Result<store::Answer> rows =
      reader.run(sql::read_refunds, {{"id", order->id.value}, {"most", kRefundsMax}});
  if (!rows) return store_away();
  Json::Array data;
  for (const store::Row& row : *rows) {
    data.push_back(view_of(refund_from(row), who_asks(asked).role));
  }
  return list_of(std::move(data));
}

host::Live order_events(SettingsPtr settings) {
  host::Live live;
  live.key = [](const Asked& asked) { return "order:" + asked.param("id"); };
  live.read = [settings](const Asked& asked, store::Session& reader) -> OrProblem<host::LiveEvent> {
    const OrProblem<Order> order = own_order(asked, reader);
    if (!order) return tl::unexpected<Problem>(order.error());
    const bool over = is_terminal(order->state) || order->state == State::paid;
    return host::LiveEvent{std::to_string(order->version), "order", view_of(*order, *settings),
                           over};
  };
  return live;
}

}  // namespace trayline::orders
