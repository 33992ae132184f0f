#include "sim/stripe/context.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace trayline::stripe_sim {
namespace {

constexpr std::int64_t page_default = 10;
constexpr std::int64_t page_max = 100;

bool in_range(const Json& params, std::int64_t created) {
  const Json* range = params.at("created");
  if (range == nullptr) return true;
  if (range->as_string() != nullptr) return integer_at(params, "created") == created;
  const auto bound = [&](std::string_view name) { return integer_at(*range, name); };
  return !(bound("gt") && created <= *bound("gt")) && !(bound("gte") && created < *bound("gte")) &&
         !(bound("lt") && created >= *bound("lt")) && !(bound("lte") && created > *bound("lte"));
}

bool matches(const Json& params, const Json& row, std::span<const std::string_view> equal) {
  return !is_deleted(row) && in_range(params, row.int_at("created")) &&
         std::all_of(equal.begin(), equal.end(), [&](std::string_view name) {
           return params.at(name) == nullptr || params.text_at(name) == row.text_at(name);
         });
}

// True where no later row of this direction can be in the range: rows stand in order of creation.
bool is_beyond(const Json& params, std::int64_t created, bool backwards) {
  const Json* range = params.at("created");
  if (range == nullptr || range->as_object() == nullptr) return false;
  const auto least = backwards ? integer_at(*range, "lte") : integer_at(*range, "gte");
  const auto bound = least ? least : integer_at(*range, backwards ? "lt" : "gt");
  return bound && (backwards ? created > *bound : created < *bound);
}

// The rows of a table that a list looks at, oldest first: all, or those of one group.
class Candidates {
 public:
  Candidates(const State& state, Table table, const Json& params,
             std::span<const std::string_view> equal)
      : state_(state), table_(table) {
    const std::string_view group = group_of(table);
    const bool grouped = std::find(equal.begin(), equal.end(), group) != equal.end();
    if (grouped && params.at(group) != nullptr) {
      static const std::vector<std::uint64_t> none;
      const auto* found = state.numbers_of(table, params.text_at(group));
      only_ = found == nullptr ? &none : found;
    }
  }
  std::size_t size() const { return only_ == nullptr ? state_.ids(table_).size() : only_->size(); }
  const std::string& id(std::size_t index) const {
    const std::uint64_t first = state_.first_number(table_);
    return state_.ids(table_)[only_ == nullptr ? index : (*only_)[index] - first];
  }
  // Of the first row that is not older than this one.
  std::size_t index_of(const std::string& cursor) const {
    const std::uint64_t number = state_.number(table_, cursor);
    if (only_ == nullptr) return number - state_.first_number(table_);
    const auto at = std::lower_bound(only_->begin(), only_->end(), number);
    return static_cast<std::size_t>(at - only_->begin());
  }

 private:
  const State& state_;
  Table table_;
  const std::vector<std::uint64_t>* only_ = nullptr;
};

}  // namespace

bool wants_event(const Json& endpoint, std::string_view type) {
  if (endpoint.text_at("status") != "enabled") return false;
  const Json::Array& types = *endpoint.at("enabled_events")->as_array();
  return std::any_of(types.begin(), types.end(), [&](const Json& wanted) {
    return *wanted.as_string() == "*" || *wanted.as_string() == type;
  });
}

std::int64_t unix_seconds(Time now) {
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
}

std::string new_id(std::string_view prefix, Random& random, std::size_t length) {
  constexpr std::string_view letters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t even = 256 / letters.size() * letters.size();  // no letter is likelier
  std::string id(prefix);
  id.reserve(prefix.size() + length);
  std::array<std::uint8_t, 64> bytes;
  while (id.size() < prefix.size() + length) {
    random.fill(bytes);
    for (const std::uint8_t byte : bytes) {
      if (byte < even && id.size() < prefix.size() + length) id += letters[byte % letters.size()];
    }
  }
  return id;
}

Json public_view(const Json& object) {
  Json::Object out;
  for (const auto& [name, value] : *object.as_object()) {
    if (!name.starts_with('_')) out.set(name, value);
  }
  return Json(std::move(out));
}

void set(Json& object, std::string_view name, Json value) {
  object.as_object()->set(name, std::move(value));
}

Reply ok(const Json& object) { return {.status = 200, .body = public_view(object)}; }

Reply refusal(int status, std::string_view type, const Problem& problem) {
  Json::Object error;
  error.set("type", type);
  if (!problem.code.empty()) error.set("code", problem.code);
  if (!problem.param.empty()) error.set("param", problem.param);
  error.set("message", problem.message);
  return {.status = status, .body = Json::object({{"error", Json(std::move(error))}})};
}

Reply invalid(std::string_view code, std::string_view param, std::string message) {
  return refusal(400, "invalid_request_error",
                 {std::string(code), std::string(param), std::move(message)});
}

Reply missing(std::string_view what, const std::string& id, std::string_view param) {
  return refusal(
      param == "id" ? 404 : 400, "invalid_request_error",
      {"resource_missing", std::string(param), "No such " + std::string(what) + ": '" + id + "'"});
}

Reply card_error(const Decline& decline, const Json::Object& objects) {
  Json::Object error;
  error.set("type", "card_error");
  error.set("code", decline.code);
  if (!decline.decline_code.empty()) error.set("decline_code", decline.decline_code);
  error.set("message", decline.message);
  for (const auto& [name, value] : objects) {
    error.set(name, value.as_object() != nullptr ? public_view(value) : value);
  }
  return {.status = 402, .body = Json::object({{"error", Json(std::move(error))}})};
}

void emit(Context& context, std::string_view type, const Json& object) {
  std::int64_t pending = 0;
  for (const std::string& id : context.work.state().ids(Table::endpoints)) {
    pending += wants_event(*context.work.find(Table::endpoints, id), type) ? 1 : 0;
  }
  const Json request =
      Json::object({{"id", context.request_id.empty() ? Json() : Json(context.request_id)},
                    {"idempotency_key", context.key.empty() ? Json() : Json(context.key)}});
  context.work.put(Table::events,
                   Json::object({{"id", new_id("evt_", context.random)},
                                 {"object", "event"},
                                 {"api_version", context.settings.api_version},
                                 {"created", unix_seconds(context.now)},
                                 {"data", Json::object({{"object", public_view(object)}})},
                                 {"livemode", false},
                                 {"pending_webhooks", pending},
                                 {"request", request},
                                 {"type", type}}));
}

Or<Json> own(Context& context, Table table, std::string_view what) {
  const Json* found = context.work.find_live(table, context.id);
  const bool with_secret = context.params.at("client_secret") != nullptr;
  if (found == nullptr ||
      ((with_secret || context.publishable) &&
       found->text_at("client_secret") != context.params.text_at("client_secret"))) {
    return Refused(missing(what, context.id, "id"));
  }
  return *found;
}

std::optional<Reply> check_exists(Context& context, Table table, std::string_view param,
                                  std::string_view what) {
  if (context.params.at(param) == nullptr) return std::nullopt;
  const std::string id = context.params.text_at(param);
  if (context.work.find_live(table, id) != nullptr) return std::nullopt;
  return missing(what, id, param);
}

Json metadata_of(const Json& params) {
  const Json* given = params.at("metadata");
  return given != nullptr && given->as_object() != nullptr ? *given : Json(Json::Object{});
}

Json merged_metadata(const Json& object, const Json& params) {
  const Json* given = params.at("metadata");
  Json merged = *object.at("metadata");
  if (given == nullptr) return merged;
  if (given->as_object() == nullptr) return Json(Json::Object{});
  for (const auto& [name, value] : *given->as_object()) {
    if (value.as_string()->empty()) {
      merged.as_object()->erase(name);
    } else {
      merged.as_object()->set(name, value);
    }
  }
  return merged;
}

Json text_or_null(const Json& params, std::string_view name) {
  return params.at(name) == nullptr ? Json() : Json(params.text_at(name));
}

Reply list(Context& context, Table table, const Json& params,
           std::span<const std::string_view> equal, const Filter& filter) {
  const std::int64_t limit = integer_at(params, "limit").value_or(page_default);
  if (limit < 1 || limit > page_max) {
    return invalid("", "limit", "limit must be between 1 and 100.");
  }
  const bool backwards = params.at("ending_before") != nullptr;
  const std::string cursor = params.text_at(backwards ? "ending_before" : "starting_after");
  if (!cursor.empty() && context.work.find(table, cursor) == nullptr) {
    return missing("object", cursor, backwards ? "ending_before" : "starting_after");
  }
  const Candidates candidates(context.work.state(), table, params, equal);
  std::vector<const Json*> rows;  // newest first, or from the cursor towards newer ones
  std::size_t at = cursor.empty() ? candidates.size() : candidates.index_of(cursor);
  if (backwards && at < candidates.size() && candidates.id(at) == cursor) ++at;
  const auto wanted = static_cast<std::size_t>(limit) + 1;
  while (rows.size() < wanted && (backwards ? at < candidates.size() : at > 0)) {
    const Json* row = context.work.find(table, candidates.id(backwards ? at++ : --at));
    if (is_beyond(params, row->int_at("created"), backwards)) break;
    if (matches(params, *row, equal) && (!filter || filter(*row))) rows.push_back(row);
  }
  const bool more = rows.size() > static_cast<std::size_t>(limit);
  if (more) rows.pop_back();
  if (backwards) std::reverse(rows.begin(), rows.end());
  Json::Array data;
  for (const Json* row : rows) data.push_back(public_view(*row));
  return {.status = 200,
          .body = Json::object({{"object", "list"},
                                {"data", Json(std::move(data))},
                                {"has_more", more},
                                {"url", context.path}})};
}

}  // namespace trayline::stripe_sim
