// What is only read: charges, events; and the webhook endpoints.
#include <algorithm>

#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t endpoints_max = 16;

// "charge.refunded", or "charge.*" for all that begin so.
bool is_of_type(const Json& event, std::string_view type) {
  if (!type.ends_with(".*")) return event.text_at("type") == type;
  return event.text_at("type").starts_with(type.substr(0, type.size() - 1));
}

std::size_t live_endpoints(const Work& work) {
  const auto& ids = work.state().ids(Table::endpoints);
  return static_cast<std::size_t>(std::count_if(ids.begin(), ids.end(), [&](const auto& id) {
    return work.find_live(Table::endpoints, id) != nullptr;
  }));
}

std::optional<Reply> check_url(const Json& params) {
  const std::string url = params.text_at("url");
  if (params.at("url") == nullptr || url.starts_with("http://") || url.starts_with("https://")) {
    return std::nullopt;
  }
  return invalid("url_invalid", "url", "Invalid URL: give http:// or https://.");
}

Json enabled_events(const Json& params) {
  Json::Array events;
  for (const std::string& type : texts_at(params, "enabled_events")) events.push_back(Json(type));
  return Json(std::move(events));
}

}  // namespace

Reply get_charge(Context& context) {
  const auto charge = own(context, Table::charges, "charge");
  return charge ? ok(*charge) : charge.error();
}

Reply list_charges(Context& context) {
  constexpr std::array<std::string_view, 2> equal{"customer", "payment_intent"};
  return list(context, Table::charges, context.params, equal);
}

Reply get_event(Context& context) {
  const auto event = own(context, Table::events, "event");
  return event ? ok(*event) : event.error();
}

Reply list_events(Context& context) {
  const std::string type = context.params.text_at("type");
  const std::vector<std::string> types = texts_at(context.params, "types");
  return list(context, Table::events, context.params, {}, [&](const Json& event) {
    return (type.empty() || is_of_type(event, type)) &&
           (types.empty() || std::any_of(types.begin(), types.end(), [&](const std::string& one) {
              return is_of_type(event, one);
            }));
  });
}

Reply create_endpoint(Context& context) {
  if (auto refused = check_url(context.params)) return *refused;
  if (live_endpoints(context.work) >= endpoints_max) {
    return invalid("", "", "There can be up to 16 webhook endpoints.");
  }
  const std::string secret = new_id("whsec_", context.random, 32);
  Json endpoint = Json::object({{"id", new_id("we_", context.random)},
                                {"object", "webhook_endpoint"},
                                {"api_version", context.settings.api_version},
                                {"application", nullptr},
                                {"created", unix_seconds(context.now)},
                                {"description", text_or_null(context.params, "description")},
                                {"enabled_events", enabled_events(context.params)},
                                {"livemode", false},
                                {"metadata", metadata_of(context.params)},
                                {"status", "enabled"},
                                {"url", context.params.text_at("url")},
                                {"_secret", secret}});
  context.work.put(Table::endpoints, endpoint);
  Reply reply = ok(endpoint);  // the secret is told once, here
  set(reply.body, "secret", secret);
  return reply;
}

Reply get_endpoint(Context& context) {
  const auto endpoint = own(context, Table::endpoints, "webhook endpoint");
  return endpoint ? ok(*endpoint) : endpoint.error();
}

Reply update_endpoint(Context& context) {
  auto endpoint = own(context, Table::endpoints, "webhook endpoint");
  if (!endpoint) return endpoint.error();
  const Json& params = context.params;
  if (auto refused = check_url(params)) return *refused;
  for (const std::string_view name : {"url", "description"}) {
    if (params.at(name) != nullptr) set(*endpoint, name, params.text_at(name));
  }
  if (params.at("enabled_events") != nullptr) {
    set(*endpoint, "enabled_events", enabled_events(params));
  }
  if (params.at("disabled") != nullptr) {
    set(*endpoint, "status", true_at(params, "disabled") ? "disabled" : "enabled");
  }
  set(*endpoint, "metadata", merged_metadata(*endpoint, params));
  context.work.put(Table::endpoints, *endpoint);
  return ok(*endpoint);
}

Reply delete_endpoint(Context& context) {
  const auto endpoint = own(context, Table::endpoints, "webhook endpoint");
  if (!endpoint) return endpoint.error();
  const Json deleted =
      Json::object({{"id", context.id}, {"object", "webhook_endpoint"}, {"deleted", true}});
  context.work.put(Table::endpoints, deleted);
  return ok(deleted);
}

Reply list_endpoints(Context& context) {
  return list(context, Table::endpoints, context.params, {});
}

}  // namespace trayline::stripe_sim
