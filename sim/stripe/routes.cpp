#include "sim/stripe/routes.hpp"

#include <array>

namespace trayline::stripe_sim {
namespace {

constexpr auto required = true;
constexpr Param expand{"expand", Kind::texts};
constexpr Param metadata{"metadata", Kind::metadata};
constexpr Param client_secret{"client_secret"};
constexpr Param limit{"limit", Kind::integer};
constexpr Param after{"starting_after"};
constexpr Param before{"ending_before"};
constexpr Param created{"created", Kind::range};
constexpr Param card_type{"type", Kind::choice, false, "card"};
constexpr Param method_data{"payment_method_data", Kind::group};
constexpr Param method_types{"payment_method_types", Kind::texts};
constexpr Param options{"payment_method_options", Kind::ignored};
constexpr Param automatic{"automatic_payment_methods", Kind::ignored};
constexpr Param mandate{"mandate_data", Kind::ignored};
constexpr Param use_sdk{"use_stripe_sdk", Kind::boolean};
constexpr Param captures{"capture_method", Kind::choice, false, "automatic|automatic_async|manual"};
constexpr Param future{"setup_future_usage", Kind::choice, false, "off_session|on_session"};
constexpr Param off_session{"off_session", Kind::choice, false, "true|false|one_off|recurring"};

constexpr std::array only_expand{expand};
constexpr std::array read_with_secret{expand, client_secret};
constexpr std::array nothing_but_pages{expand, limit, after, before};

constexpr std::array new_customer{expand,
                                  metadata,
                                  Param{"email"},
                                  Param{"name"},
                                  Param{"phone"},
                                  Param{"description"},
                                  Param{"payment_method"}};
constexpr std::array changed_customer{expand,
                                      metadata,
                                      Param{"email"},
                                      Param{"name"},
                                      Param{"phone"},
                                      Param{"description"},
                                      Param{"invoice_settings", Kind::group}};
constexpr std::array customers_page{expand, limit, after, before, created, Param{"email"}};
constexpr std::array new_key{expand, Param{"customer", Kind::text, required}};

constexpr std::array new_method{expand, metadata, Param{"type", Kind::choice, required, "card"},
                                Param{"card", Kind::group},
                                Param{"billing_details", Kind::ignored}};
constexpr std::array changed_method{expand, metadata, Param{"card", Kind::group},
                                    Param{"billing_details", Kind::ignored}};
constexpr std::array methods_page{expand, limit, after, before, card_type, Param{"customer"}};
constexpr std::array customer_methods_page{expand, limit, after, before, card_type};
constexpr std::array attachment{expand, Param{"customer", Kind::text, required}};

constexpr std::array new_setup{expand,
                               metadata,
                               method_types,
                               options,
                               automatic,
                               mandate,
                               use_sdk,
                               method_data,
                               Param{"customer"},
                               Param{"payment_method"},
                               Param{"description"},
                               Param{"return_url"},
                               Param{"confirm", Kind::boolean},
                               Param{"usage", Kind::choice, false, "off_session|on_session"}};
constexpr std::array changed_setup{expand,
                                   metadata,
                                   method_types,
                                   options,
                                   method_data,
                                   Param{"customer"},
                                   Param{"payment_method"},
                                   Param{"description"}};
constexpr std::array setups_page{
    expand, limit, after, before, created, Param{"customer"}, Param{"payment_method"}};
constexpr std::array setup_confirmation{expand,
                                        client_secret,
                                        options,
                                        mandate,
                                        use_sdk,
                                        method_data,
                                        Param{"payment_method"},
                                        Param{"return_url"}};
constexpr std::array setup_cancellation{expand, Param{"cancellation_reason", Kind::choice, false,
                                                      "abandoned|duplicate|requested_by_customer"}};

constexpr std::array new_intent{
    expand,
    metadata,
    method_types,
    options,
    automatic,
    mandate,
    use_sdk,
    method_data,
    captures,
    future,
    off_session,
    Param{"amount", Kind::integer, required},
    Param{"currency", Kind::text, required},
    Param{"customer"},
    Param{"payment_method"},
    Param{"description"},
    Param{"receipt_email"},
    Param{"return_url"},
    Param{"statement_descriptor"},
    Param{"statement_descriptor_suffix"},
    Param{"confirm", Kind::boolean},
    Param{"error_on_requires_action", Kind::boolean},
    Param{"confirmation_method", Kind::choice, false, "automatic|manual"}};
constexpr std::array changed_intent{expand,
                                    metadata,
                                    method_types,
                                    options,
                                    method_data,
                                    captures,
                                    future,
                                    Param{"amount", Kind::integer},
                                    Param{"currency"},
                                    Param{"customer"},
                                    Param{"payment_method"},
                                    Param{"description"},
                                    Param{"receipt_email"},
                                    Param{"statement_descriptor"},
                                    Param{"statement_descriptor_suffix"}};
constexpr std::array increment{expand, metadata, Param{"amount", Kind::integer, required},
                               Param{"description"}, Param{"statement_descriptor"}};
constexpr std::array intents_page{expand, limit, after, before, created, Param{"customer"}};
constexpr std::array intent_confirmation{expand,
                                         client_secret,
                                         options,
                                         mandate,
                                         use_sdk,
                                         method_data,
                                         off_session,
                                         method_types,
                                         Param{"payment_method"},
                                         Param{"return_url"},
                                         Param{"receipt_email"},
                                         Param{"error_on_requires_action", Kind::boolean}};
constexpr std::array capture{expand, metadata, Param{"amount_to_capture", Kind::integer},
                             Param{"statement_descriptor"}, Param{"statement_descriptor_suffix"}};
constexpr std::array intent_cancellation{
    expand, Param{"cancellation_reason", Kind::choice, false,
                  "abandoned|duplicate|fraudulent|requested_by_customer"}};

constexpr std::array charges_page{
    expand, limit, after, before, created, Param{"customer"}, Param{"payment_intent"}};
constexpr std::array new_refund{
    expand,
    metadata,
    Param{"charge"},
    Param{"payment_intent"},
    Param{"amount", Kind::integer},
    Param{"reason", Kind::choice, false, "duplicate|fraudulent|requested_by_customer"}};
constexpr std::array refunds_page{
    expand, limit, after, before, created, Param{"charge"}, Param{"payment_intent"}};
constexpr std::array changed_refund{expand, metadata};
constexpr std::array disputes_page{
    expand, limit, after, before, created, Param{"charge"}, Param{"payment_intent"}};
constexpr std::array events_page{
    expand, limit, after, before, created, Param{"type"}, Param{"types", Kind::texts}};
constexpr std::array new_endpoint{expand,
                                  metadata,
                                  Param{"url", Kind::text, required},
                                  Param{"enabled_events", Kind::texts, required},
                                  Param{"api_version"},
                                  Param{"description"}};
constexpr std::array changed_endpoint{expand,
                                      metadata,
                                      Param{"url"},
                                      Param{"enabled_events", Kind::texts},
                                      Param{"description"},
                                      Param{"disabled", Kind::boolean}};
constexpr std::span<const Param> no_params;

constexpr bool anybody = true;

constexpr std::array routes{
    Route{"POST", "/v1/customers", new_customer, create_customer},
    Route{"GET", "/v1/customers", customers_page, list_customers},
    Route{"GET", "/v1/customers/{id}", only_expand, get_customer},
    Route{"POST", "/v1/customers/{id}", changed_customer, update_customer},
    Route{"DELETE", "/v1/customers/{id}", no_params, delete_customer},
    Route{"GET", "/v1/customers/{id}/payment_methods/{id}", only_expand, get_customer_method},
    Route{"GET", "/v1/customers/{id}/payment_methods", customer_methods_page,
          list_customer_methods},
    Route{"POST", "/v1/ephemeral_keys", new_key, create_ephemeral_key},
    Route{"DELETE", "/v1/ephemeral_keys/{id}", only_expand, delete_ephemeral_key},
    Route{"POST", "/v1/payment_methods", new_method, create_method, anybody},
    Route{"GET", "/v1/payment_methods", methods_page, list_methods},
    Route{"GET", "/v1/payment_methods/{id}", only_expand, get_method},
    Route{"POST", "/v1/payment_methods/{id}", changed_method, update_method},
    Route{"POST", "/v1/payment_methods/{id}/attach", attachment, attach_method},
    Route{"POST", "/v1/payment_methods/{id}/detach", only_expand, detach_method},
    Route{"POST", "/v1/setup_intents", new_setup, create_setup},
    Route{"GET", "/v1/setup_intents", setups_page, list_setups},
    Route{"GET", "/v1/setup_intents/{id}", read_with_secret, get_setup, anybody},
    Route{"POST", "/v1/setup_intents/{id}", changed_setup, update_setup},
    Route{"POST", "/v1/setup_intents/{id}/confirm", setup_confirmation, confirm_setup, anybody},
    Route{"POST", "/v1/setup_intents/{id}/cancel", setup_cancellation, cancel_setup},
    Route{"POST", "/v1/payment_intents", new_intent, create_intent},
    Route{"GET", "/v1/payment_intents", intents_page, list_intents},
    Route{"GET", "/v1/payment_intents/{id}", read_with_secret, get_intent, anybody},
    Route{"POST", "/v1/payment_intents/{id}", changed_intent, update_intent},
    Route{"POST", "/v1/payment_intents/{id}/confirm", intent_confirmation, confirm_intent, anybody},
    Route{"POST", "/v1/payment_intents/{id}/capture", capture, capture_intent},
    Route{"POST", "/v1/payment_intents/{id}/cancel", intent_cancellation, cancel_intent},
    Route{"POST", "/v1/payment_intents/{id}/increment_authorization", increment, increment_intent},
    Route{"GET", "/v1/charges", charges_page, list_charges},
    Route{"GET", "/v1/charges/{id}", only_expand, get_charge},
    Route{"POST", "/v1/refunds", new_refund, create_refund},
    Route{"GET", "/v1/refunds", refunds_page, list_refunds},
    Route{"GET", "/v1/refunds/{id}", only_expand, get_refund},
    Route{"POST", "/v1/refunds/{id}", changed_refund, update_refund},
    Route{"POST", "/v1/refunds/{id}/cancel", only_expand, cancel_refund},
    Route{"GET", "/v1/disputes", disputes_page, list_disputes},
    Route{"GET", "/v1/disputes/{id}", only_expand, get_dispute},
    Route{"POST", "/v1/disputes/{id}/close", only_expand, close_dispute},
    Route{"GET", "/v1/events", events_page, list_events},
    Route{"GET", "/v1/events/{id}", only_expand, get_event},
    Route{"POST", "/v1/webhook_endpoints", new_endpoint, create_endpoint},
    Route{"GET", "/v1/webhook_endpoints", nothing_but_pages, list_endpoints},
    Route{"GET", "/v1/webhook_endpoints/{id}", only_expand, get_endpoint},
    Route{"POST", "/v1/webhook_endpoints/{id}", changed_endpoint, update_endpoint},
    Route{"DELETE", "/v1/webhook_endpoints/{id}", no_params, delete_endpoint},
};

// The ids in the path where the pattern fits.
bool fit(std::string_view pattern, std::string_view path, Match& match) {
  constexpr std::string_view hole = "{id}";
  std::string* next = &match.id;
  while (!pattern.empty()) {
    const std::size_t literal = std::min(pattern.find(hole), pattern.size());
    if (!path.starts_with(pattern.substr(0, literal))) return false;
    path.remove_prefix(literal);
    pattern.remove_prefix(literal);
    if (pattern.empty()) break;
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end == 0) return false;
    *next = path.substr(0, end);
    next = &match.second;
    path.remove_prefix(end);
    pattern.remove_prefix(hole.size());
  }
  return path.empty();
}

}  // namespace

std::span<const Route> all_routes() { return routes; }

std::optional<Match> find_route(std::string_view method, std::string_view path) {
  for (const Route& route : routes) {
    if (route.method != method) continue;
    Match match{&route, {}, {}};
    if (fit(route.pattern, path, match)) return match;
  }
  return std::nullopt;
}

}  // namespace trayline::stripe_sim
