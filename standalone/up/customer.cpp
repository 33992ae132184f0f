#include "standalone/up/customer.hpp"

#include "lib/base/clock.hpp"
#include "lib/base/encoding.hpp"
#include "lib/http/client.hpp"
#include "sim/display/events.hpp"
#include "standalone/up/on_loop.hpp"

namespace trayline::up {
namespace {

constexpr std::chrono::milliseconds kAnswerWithin{10'000};
constexpr std::chrono::milliseconds kSilenceMax{
    45'000};  // of a stream that says something each 15 s
constexpr Millis kStreamAgain{250};

std::string hex(Random& random, std::size_t bytes) {
  std::vector<std::uint8_t> raw(bytes);
  random.fill(raw);
  return to_hex(raw);
}

// Stripe's test numbers (docs.stripe.com/testing).
Result<std::string> number_of(const std::string& kind) {
  if (kind == "visa") return std::string("4242424242424242");
  if (kind == "declined") return std::string("4000000000000341");
  return fail(Code::invalid_argument, "there is no card " + kind + "; visa and declined are known");
}

}  // namespace

Result<Reply> ask(const Ask& what) {
  http::ClientRequest request;
  request.method = what.method;
  request.url = what.url;
  request.headers = what.headers;
  request.body = what.body;
  request.timeout = kAnswerWithin;
  const Result<http::Response> response = http::fetch(request);
  if (!response) return fail(response.error().code, what.url + ": " + response.error().detail);
  JsonLimits limits;
  limits.bytes_max = 8u << 20;
  return Reply{response->status, parse_json(response->body, limits).value_or(Json())};
}

Result<Json> ask_for(const Ask& what) {
  Result<Reply> reply = ask(what);
  if (!reply) return fail(reply.error());
  if (reply->status / 100 == 2) return std::move(reply->body);
  return fail(Code::unavailable, what.method + " " + what.url + ": " +
                                     std::to_string(reply->status) + " " + reply->body.dump());
}

// The live stream; shared with the loop's callbacks, and of its thread.
struct Customer::Live : std::enable_shared_from_this<Customer::Live> {
  Live(Loop& l, std::string u, std::string t)
      : loop(l), url(std::move(u)), token(std::move(t)), client(l) {}

  void connect() {
    reader = display::EventReader();
    http::ClientRequest request;
    request.url = url;
    request.headers = {{"Authorization", "Bearer " + token}, {"Accept", "text/event-stream"}};
    request.timeout = kSilenceMax;
    client.stream(
        std::move(request),
        [weak = weak_from_this()](std::string_view chunk) {
          const auto self = weak.lock();
          if (self) self->take(chunk);
          return self != nullptr;
        },
        [weak = weak_from_this()](const Result<http::Response>&) {
          const auto self = weak.lock();
          if (!self) return;
          self->again = self->loop.after(kStreamAgain, [raw = self.get()] { raw->connect(); });
        });
  }
  void take(std::string_view chunk) {
    for (const display::Event& event : reader.feed(chunk)) {
      const Result<Json> order = parse_json(event.data);
      if (event.event == "order" && order) state = order->text_at("state");
    }
  }

  Loop& loop;
  const std::string url;
  const std::string token;
  http::Client client;
  display::EventReader reader;
  Loop::Timer again;
  std::string state;
};

// Each run has customers of its own, so that a kept state folder is no hindrance.
Customer::Customer(Loop& loop, Random& random, PhoneSettings settings, const std::string& name)
    : Customer(loop, random, std::move(settings),
               Account{name + "-" + hex(random, 4), hex(random, 12)}) {}

Customer::Customer(Loop& loop, Random& random, PhoneSettings settings, Account account)
    : loop_(loop),
      random_(random),
      settings_(std::move(settings)),
      username_(std::move(account.username)),
      password_(std::move(account.password)) {}

Customer::~Customer() {
  on_loop(loop_, [this] { live_.reset(); });
}

std::string Customer::fresh_key() { return uuid7(SystemClock{}.now(), random_); }

Result<Json> Customer::accounts(const std::string& operation, const Json& body) const {
  return ask_for({"POST",
                  settings_.cloud_url + "/",
                  {{"Content-Type", "application/x-amz-json-1.1"},
                   {"X-Amz-Target", "AWSCognitoIdentityProviderService." + operation}},
                  body.dump()});
}

Result<Json> Customer::api(const std::string& method, const std::string& path,
                           const std::string& key, const Json& body) const {
  Ask what{method, settings_.cloud_url + path, {{"Authorization", "Bearer " + token_}}, {}};
  if (!key.empty()) what.headers.emplace_back("Idempotency-Key", key);
  if (!body.is_null()) {
    what.headers.emplace_back("Content-Type", "application/json");
    what.body = body.dump();
  }
  return ask_for(what);
}

Result<void> Customer::sign_up(const CodeFor& code_for, const Until& until) {
  const bool is_address = username_.find('@') != std::string::npos;
  const Json email = Json::object(
      {{"Name", "email"}, {"Value", is_address ? username_ : username_ + "@example.org"}});
  const auto signed_up = accounts("SignUp", Json::object({{"ClientId", settings_.client_id},
                                                          {"Username", username_},
                                                          {"Password", password_},
                                                          {"UserAttributes", Json::Array{email}}}));
  if (!signed_up) return fail(signed_up.error());
  std::optional<std::string> code;
  const auto sent = [&] { return (code = code_for(username_)).has_value(); };
  if (!until(sent)) return fail(Code::unavailable, "no code was sent to " + username_);
  const auto confirmed = accounts("ConfirmSignUp", Json::object({{"ClientId", settings_.client_id},
                                                                 {"Username", username_},
                                                                 {"ConfirmationCode", *code}}));
  if (!confirmed) return fail(confirmed.error());
  return sign_in();
}

Result<void> Customer::sign_in() {
  const auto tokens = accounts(
      "InitiateAuth",
      Json::object(
          {{"ClientId", settings_.client_id},
           {"AuthFlow", "USER_PASSWORD_AUTH"},
           {"AuthParameters", Json::object({{"USERNAME", username_}, {"PASSWORD", password_}})}}));
  if (!tokens) return fail(tokens.error());
  const Json* token = tokens->at("AuthenticationResult", "AccessToken");
  if (token == nullptr || token->as_string() == nullptr) {
    return fail(Code::unavailable, "signing in brought no access token");
  }
  token_ = *token->as_string();
  return {};
}

Result<void> Customer::save_card(const std::string& kind, const Until& until) {
  const Result<std::string> number = number_of(kind);
  if (!number) return fail(number.error());
  const Result<Json> setup = api("POST", "/v1/cards", fresh_key(), Json(Json::Object()));
  if (!setup) return fail(setup.error());
  // What the provider's own SDK would send from the phone.
  std::string form = "client_secret=" + percent_encode(setup->text_at("client_secret"));
  const std::pair<const char*, std::string> fields[] = {{"type", "card"},
                                                        {"card][number", *number},
                                                        {"card][exp_month", "12"},
                                                        {"card][exp_year", "2040"},
                                                        {"card][cvc", "123"}};
  for (const auto& [name, value] : fields) {
    form += "&" + percent_encode("payment_method_data[" + std::string(name) + "]") + "=" + value;
  }
  const auto confirmed = ask_for({"POST",
                                  setup->text_at("provider_url") + "/v1/setup_intents/" +
                                      setup->text_at("setup_intent") + "/confirm",
                                  {{"Authorization", "Bearer " + setup->text_at("publishable_key")},
                                   {"Content-Type", "application/x-www-form-urlencoded"}},
                                  form});
  if (!confirmed) return fail(confirmed.error());
  const auto saved = [this] {
    const Result<Json> card = api("GET", "/v1/cards", "", Json());
    return card && card->at("saved") != nullptr && *card->at("saved") == Json(true);
  };
  if (until(saved)) return {};
  return fail(Code::unavailable, "the card of " + username_ + " was not saved");
}

Result<void> Customer::order(const std::vector<wire::SkuCount>& items) {
  Json::Array lines;
  for (const wire::SkuCount& item : items) {
    lines.push_back(Json::object({{"sku", item.sku.value}, {"quantity", item.count}}));
  }
  const Result<Json> placed =
      api("POST", "/v1/orders", fresh_key(),
          Json::object({{"site", settings_.site}, {"lines", std::move(lines)}}));
  if (!placed) return fail(placed.error());
  order_id_ = placed->text_at("id");
  const std::string url = settings_.cloud_url + "/v1/orders/" + order_id_ + "/events";
  on_loop(loop_, [&] {
    live_ = std::make_shared<Live>(loop_, url, token_);
    live_->connect();
  });
  return {};
}

Result<void> Customer::cancel() {
  const auto cancelled = api("POST", "/v1/orders/" + order_id_ + "/cancel", fresh_key(),
                             Json::object({{"reason", "changed my mind"}}));
  return cancelled ? Result<void>() : fail(cancelled.error());
}

Result<Json> Customer::read_order() const {
  if (order_id_.empty()) return fail(Code::not_found, username_ + " has ordered nothing");
  return api("GET", "/v1/orders/" + order_id_, "", Json());
}

std::string Customer::streamed_state() const {
  return on_loop(loop_, [this] { return live_ ? live_->state : std::string(); });
}

}  // namespace trayline::up
