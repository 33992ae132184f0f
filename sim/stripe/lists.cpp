// What is only read: charges, events; and the webhook endpoints.
#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t endpoints_max = 16;

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
  constexpr std::array<std::string_view, 1> equal{"type"};
  return list(context, Table::events, context.params, equal);
}

Reply create_endpoint(Context& context) {
  const std::string url = context.params.text_at("url");
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return invalid("url_invalid", "url", "Invalid URL: give http:// or https://.");
  }
  if (context.work.state().ids(Table::endpoints).size() >= endpoints_max) {
    return invalid("", "", "There can be up to 16 webhook endpoints.");
  }
  Json::Array events;
  for (const std::string& type : texts_at(context.params, "enabled_events")) {
    events.push_back(Json(type));
  }
  const std::string secret = new_id("whsec_", context.random, 32);
  Json endpoint = Json::object({{"id", new_id("we_", context.random)},
                                {"object", "webhook_endpoint"},
                                {"api_version", context.settings.api_version},
                                {"application", nullptr},
                                {"created", unix_seconds(context.now)},
                                {"description", nullptr},
                                {"enabled_events", Json(std::move(events))},
                                {"livemode", false},
                                {"metadata", metadata_of(context.params)},
                                {"status", "enabled"},
                                {"url", url},
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

Reply list_endpoints(Context& context) {
  return list(context, Table::endpoints, context.params, {});
}

}  // namespace trayline::stripe_sim
