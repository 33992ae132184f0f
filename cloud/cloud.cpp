#include "cloud/cloud.hpp"

#include <cstdio>
#include <filesystem>
#include <thread>

#include "cloud/accounts/code_mail.hpp"
#include "cloud/accounts/facade.hpp"
#include "cloud/accounts/service.hpp"
#include "cloud/api/api.hpp"
#include "cloud/api/problem.hpp"
#include "cloud/catalogue/service.hpp"
#include "cloud/evidence/service.hpp"
#include "cloud/gather_books.hpp"
#include "cloud/mail.hpp"
#include "cloud/monitors/service.hpp"
#include "cloud/open_store.hpp"
#include "cloud/orders/service.hpp"
#include "cloud/pages/pages.hpp"
#include "cloud/payments/books_state.hpp"
#include "cloud/payments/compare_executor.hpp"
#include "cloud/payments/counter_provider.hpp"
#include "cloud/payments/service.hpp"
#include "cloud/payments/stripe_provider.hpp"
#include "cloud/push/executor.hpp"
#include "cloud/push/service.hpp"
#include "cloud/service_settings.hpp"
#include "cloud/store_file.hpp"
#include "cloud/webhooks/executor.hpp"
#include "cloud/webhooks/service.hpp"
#include "lib/auth/token.hpp"
#include "lib/base/log.hpp"
#include "lib/bus/mqtt.hpp"
#include "lib/host/intake.hpp"
#include "lib/http/client.hpp"
#include "lib/store/signals.hpp"

namespace trayline::cloud {
namespace {

// How often screens that did not paint what they should are told again.
constexpr Millis kRepeatScreens{2'000};
constexpr Millis kRefreshRevocations{1'000};
constexpr Millis kLookAtBooks{5'000};
constexpr Millis kLastWords{100};

}  // namespace

// In the order in which they are made; destroyed in reverse.
struct Cloud::State {
  explicit State(const Settings& s) : settings(s) {}

  Settings settings;
  SystemClock clock;
  SystemRandom random;
  Metrics metrics;
  Gauge provider_away =
      metrics.gauge("trayline_payments_provider_away", "1 while calls to the provider are held.");
  Loop loop;
  http::Client http{loop};
  StoreFile store_file;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::Session> reader;  // of the loop's thread, for repeats
  std::unique_ptr<bus::Bus> bus;
  std::optional<auth::Sealer> sealer;
  auth::Revocations revocations;
  std::unique_ptr<auth::Verifier> verifier;
  std::unique_ptr<api::Workers> workers;
  std::unique_ptr<stripe::Client> stripe;
  std::unique_ptr<payments::Provider> provider;
  std::unique_ptr<payments::Provider> counter;
  std::vector<std::unique_ptr<host::Executor>> executors;
  std::vector<std::unique_ptr<host::Service>> services;
  std::shared_ptr<const orders::Settings> orders_settings;
  std::shared_ptr<const evidence::Settings> evidence_settings;
  std::shared_ptr<const evidence::Pictures> pictures;
  std::optional<monitors::Repeater> repeater;
  std::unique_ptr<host::Host> host;
  std::unique_ptr<host::Intake> intake;
  std::unique_ptr<accounts::Facade> facade;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<store::Signals> signals;  // between hosts; null where there is one
  std::thread tick;
  Loop::Timer repeat_timer;
  Loop::Timer revocation_timer;
  Loop::Timer books_timer;
  payments::BooksWatch books{metrics};
  Loop::Timer stop_timer;
  std::uint16_t port = 0;
  std::string public_url;

  Result<void> open_files();
  Result<void> listen();
  Result<void> open_accounts();
  Result<void> open_payments();
  Result<void> open_services();
  Result<void> open_bus();
  Result<void> open_api();
  void publish(std::vector<bus::Message> messages);
  void wake(const std::vector<std::string>& keys);
  void read_again(const std::vector<std::string>& keys);
  void repeat_screens();
  void refresh_revocations();
  void look_at_books();
  payments::Watching watching();
  void begin_stop();
  void end_stop();
  accounts::Settings accounts_settings() const;
  std::string key_file(const std::string& name) const {
    return settings.data_dir + "/keys/" + name;
  }
};

Result<void> Cloud::State::open_files() {
  std::error_code ec;
  std::filesystem::create_directories(settings.data_dir + "/keys", ec);
  if (ec) return fail(Code::unavailable, settings.data_dir + ": " + ec.message());
  Result<StoreFile> file = load_store(settings.store_file);
  if (!file) return fail(file.error());
  store_file = std::move(*file);
  Result<std::unique_ptr<store::Store>> opened = open_store(settings, &metrics);
  if (!opened) return fail(opened.error());
  store = std::move(*opened);
  api::WorkerLimits limits;
  // Of the connections, one writes and one is the loop's.
  if (store->shared()) limits.threads = settings.store.connections - 2;
  workers = std::make_unique<api::Workers>(*store, metrics, limits);
  return {};
}

// First of all, so that the public address is known to everything that hands it out.
Result<void> Cloud::State::listen() {
  server = std::make_unique<http::Server>(loop, http::Limits{}, api::refusal);
  const Result<std::uint16_t> got = server->listen(settings.listen.address, settings.listen.port);
  if (!got) return fail(got.error());
  port = *got;
  public_url = settings.listen.public_url;
  if (public_url.empty()) {
    public_url = "http://" + settings.listen.address + ":" + std::to_string(port);
  }
  return {};
}

accounts::Settings Cloud::State::accounts_settings() const {
  accounts::Settings out;
  out.pool_id = settings.accounts.pool_id;
  out.clients = {{settings.accounts.client_id, true}};
  out.staff = settings.accounts.staff;
  out.issuer =
      settings.accounts.issuer.empty() ? public_url + "/" + out.pool_id : settings.accounts.issuer;
  return out;
}

Result<void> Cloud::State::open_accounts() {
  Result<auth::Sealer> opened = auth::Sealer::open(key_file("seal"), random);
  if (!opened) return fail(opened.error());
  sealer = std::move(*opened);
  Result<auth::KeySet> keys = auth::KeySet::open(key_file("tokens"));
  if (!keys) return fail(keys.error());
  services.push_back(std::make_unique<accounts::Service>(accounts_settings()));
  executors.push_back(std::make_unique<accounts::CodeExecutor>(
      *sealer, clock,
      settings.accounts.mail_url.empty() ? accounts::console_sink()
                                         : mail_sink(loop, http, settings.accounts.mail_url)));
  accounts::FacadeParts parts{
      accounts_settings(),
      *keys,
      *sealer,
      clock,
      random,
      revocations,
      [this](host::Message m, host::Host::Answered a) {
        return host->ask(std::move(m), std::move(a));
      },
      [this](host::Message m) { return host->post(std::move(m)); },
      [this](std::function<void(store::Session&)> job) { return workers->run(std::move(job)); },
      [this](std::function<void()> task) { loop.post(std::move(task)); }};
  facade = std::make_unique<accounts::Facade>(std::move(parts));
  if (settings.accounts.jwks_url.empty()) {
    verifier = std::make_unique<auth::Verifier>(std::move(*keys), &revocations);
    return {};
  }
  // Tokens of an issuer elsewhere: its keys instead of ours.
  http::ClientRequest document;
  document.url = settings.accounts.jwks_url;
  const Result<http::Response> jwks = http::fetch(document);
  if (!jwks) return fail(jwks.error().code, document.url + ": " + jwks.error().detail);
  Result<auth::KeySet> theirs = auth::KeySet::from_jwks(jwks->body);
  if (!theirs) return fail(theirs.error().code, document.url + ": " + theirs.error().detail);
  verifier = std::make_unique<auth::Verifier>(std::move(*theirs), nullptr);
  return {};
}

Result<void> Cloud::State::open_payments() {
  stripe::Settings wire;
  wire.base_url = settings.payments.url;
  wire.secret_key_file = settings.payments.secret_key_file;
  wire.ca_file = settings.payments.ca;
  Result<std::string> key = stripe::read_secret_key(wire.secret_key_file);
  if (!key) return fail(key.error());
  stripe::Outside outside = stripe::on_loop(loop, http);
  outside.breaker = [this](bool open, const std::string& why) {
    provider_away.set(open ? 1 : 0);
    log(open ? Level::error : Level::info,
        open ? "the payment provider does not answer: payments wait"
             : "the payment provider answers again",
        {{"why", why}});
  };
  stripe = std::make_unique<stripe::Client>(wire, *key, std::move(outside), clock, random);
  payments::StripeSettings app;
  const Result<std::string> publishable = secret(settings.payments.publishable_key_file);
  if (!publishable) return fail(publishable.error());
  app.publishable_key = *publishable;
  app.app_url =
      settings.payments.app_url.empty() ? settings.payments.url : settings.payments.app_url;
  provider = payments::make_stripe_provider(loop, *stripe, std::move(app));
  counter = payments::make_counter_provider(*store, clock);
  executors.push_back(payments::make_executor({*provider, counter.get()}, clock));
  executors.push_back(payments::make_compare_executor(
      {*stripe, [this](std::function<void()> task) { loop.post(std::move(task)); },
       [this](std::function<void(store::Session&)> job) { return workers->run(std::move(job)); },
       gather_books, clock}));
  return {};
}

// A broken invariant of money becomes a message, since its own turn is rolled back.
payments::Watching Cloud::State::watching() {
  return {store_file.site.time_zone, settings.payments.compare_hour,
          [this](const std::string& why) {
            (void)host->post(
                host::to<wire::payments::In>(wire::payments::kService, wire::payments::Stop{why}));
          }};
}

Result<void> Cloud::State::open_services() {
  const Result<std::string> token_key = own_key(key_file("orders"), random);
  if (!token_key) return fail(token_key.error());
  const Result<std::string> upload_key = own_key(key_file("uploads"), random);
  if (!upload_key) return fail(upload_key.error());
  auto uploads = std::make_shared<evidence::Settings>();
  uploads->env = settings.env;
  uploads->public_url = public_url;
  uploads->upload_key = *upload_key;
  evidence_settings = uploads;
  Result<std::unique_ptr<evidence::Pictures>> folder =
      evidence::Pictures::open(settings.data_dir + "/evidence");
  if (!folder) return fail(folder.error());
  pictures = std::move(*folder);
  orders_settings = settings_of_orders(settings, store_file, *token_key, public_url);

  services.push_back(catalogue::make_service());
  services.push_back(orders::make_service(orders_settings));
  services.push_back(payments::make_service(watching()));
  services.push_back(evidence::make_service(evidence_settings));
  services.push_back(monitors::make_service(settings.env));
  services.push_back(push::make_service());
  push::Settings news;
  news.endpoint_url = settings.push.endpoint_url;
  executors.push_back(push::make_executor(loop, http, news));
  const auto hooks = settings_of_webhooks(settings.webhooks);
  if (!hooks) return fail(hooks.error());
  services.push_back(webhooks::make_service(*hooks, metrics));
  executors.push_back(webhooks::make_executor({loop, http, clock, metrics}, *hooks));

  std::vector<host::Service*> all;
  for (const auto& service : services) all.push_back(service.get());
  std::vector<host::Executor*> hands;
  for (const auto& executor : executors) hands.push_back(executor.get());
  host::Sinks sinks{[this](std::vector<bus::Message> messages) { publish(std::move(messages)); },
                    [this](const std::vector<std::string>& keys) { wake(keys); }};
  host = std::make_unique<host::Host>(host::Parts{*store, clock, random, metrics, std::move(sinks),
                                                  host::Limits{}, settings.broker.client_id},
                                      all, hands);
  if (Result<void> started = host->start(); !started) return started;
  Result<std::unique_ptr<store::Session>> opened = store->reader();
  if (!opened) return fail(opened.error());
  reader = std::move(*opened);
  for (host::Message& begin : std::array{
           host::to<wire::webhooks::In>(wire::webhooks::kService, wire::webhooks::Begin{}),
           host::to<wire::payments::In>(wire::payments::kService, wire::payments::Begin{})}) {
    if (Result<void> begun = host->post(std::move(begin)); !begun) return begun;
  }
  return host->post(host::to<wire::catalogue::In>(wire::catalogue::kService, menu_of(store_file)));
}

Result<void> Cloud::State::open_bus() {
  bus::MqttConfig config;
  config.host = settings.broker.host;
  config.port = settings.broker.port;
  config.client_id = settings.broker.client_id;
  config.ca_file = settings.broker.ca;
  config.cert_file = settings.broker.cert;
  config.key_file = settings.broker.key;
  // What devices send while this host is away waits at the broker, in order. Of a shared filter
  // the other hosts get it at once, and nothing may wait for one that never comes back.
  config.clean_session = settings.broker.shared || settings.broker.client_id.empty();
  Result<std::unique_ptr<bus::Bus>> connected = bus::connect_mqtt(loop, random, std::move(config));
  if (!connected) return fail(connected.error());
  bus = std::move(*connected);
  std::vector<host::Topic> topics = orders::topics(settings.env);
  for (host::Topic& topic : monitors::topics()) topics.push_back(std::move(topic));
  intake = std::make_unique<host::Intake>(*host, *bus, settings.env, std::move(topics), metrics);
  return intake->subscribe(settings.broker.shared);
}

Result<void> Cloud::State::open_api() {
  const auto ask = [this](host::Message m, host::Host::Answered a) {
    return host->ask(std::move(m), std::move(a));
  };
  payments::Settings hooks;
  for (const std::string& file : settings.payments.webhook_secret_files) {
    const Result<std::string> key = secret(file);
    if (!key) return fail(key.error());
    hooks.webhook_secrets.push_back(*key);
  }
  std::vector<host::Route> routes;
  const auto add = [&](std::vector<host::Route> more) {
    for (host::Route& route : more) routes.push_back(std::move(route));
  };
  add(facade->routes());
  add(catalogue::routes());
  add(orders::routes(orders_settings));
  hooks.zones[store_file.site.id] = store_file.site.time_zone;
  add(payments::routes(
      std::move(hooks), clock, ask,
      [this](std::function<void(store::Session&)> job) { return workers->run(std::move(job)); }));
  add(monitors::routes());
  add(push::routes());
  add(webhooks::routes());
  add(evidence::routes(
      {evidence_settings, pictures, clock, ask, [this](std::function<void()> task) {
         workers->run([task = std::move(task)](store::Session&) { task(); });
       }}));
  payments::refuse_while_stopped(routes,
                                 {"/v1/orders", "/v1/orders/{id}/retry", "/v1/baskets/{id}/bind"});
  api::Settings conventions;
  conventions.described.servers = {public_url};
  conventions.tokens.issuer = accounts_settings().issuer;
  conventions.tokens.clients = {settings.accounts.client_id};
  conventions.allow_origins = settings.listen.allow_origins;
  api = std::make_unique<api::Api>(api::Parts{std::move(conventions), loop, clock, random, metrics,
                                              *verifier, *workers, ask, std::move(routes)});
  api->mount(*server);
  pages::mount(*server,
               {store_file.site.name, settings.accounts.client_id, settings.payments.script_url});
  if (store->shared()) {
    signals = store::open_signals(postgres_config(settings),
                                  [this](const auto& keys) { read_again(keys); });
  }
  return workers->start();
}

// The tick's thread hands over; the bus and the streams belong to the loop's.
void Cloud::State::publish(std::vector<bus::Message> messages) {
  loop.post([this, messages = std::move(messages)]() mutable {
    // What cannot be sent now is sent again when its receiver asks, or by the repeats.
    for (bus::Message& message : messages) bus->send(std::move(message));
  });
}

void Cloud::State::wake(const std::vector<std::string>& keys) {
  read_again(keys);
  if (signals) signals->send(keys);
}

// From the tick's thread, or the one that hears other hosts.
void Cloud::State::read_again(const std::vector<std::string>& keys) {
  api->wake(keys);
  for (const std::string& key : keys) {
    if (key == wire::accounts::kRevocationsKey) {
      loop.post([this] { facade->refresh_revocations(); });
    }
  }
}

void Cloud::State::repeat_screens() {
  if (bus->connected()) {
    Result<std::vector<bus::Message>> due = repeater->repeats(*reader, clock.now());
    if (!due) {
      log(Level::error, "screens cannot be read", {{"why", due.error().detail}});
    } else {
      for (bus::Message& message : *due) bus->send(std::move(message));
    }
  }
  repeat_timer = loop.after(kRepeatScreens, [this] { repeat_screens(); });
}

// Nothing new comes in; the tick in hand ends and says its last words.
void Cloud::State::begin_stop() {
  server->close();
  host->stop();
}

// The last answers and publications get a moment to leave.
void Cloud::State::end_stop() {
  stop_timer = loop.after(kLastWords, [this] { loop.stop(); });
}

void Cloud::State::refresh_revocations() {
  facade->refresh_revocations();
  revocation_timer = loop.after(kRefreshRevocations, [this] { refresh_revocations(); });
}

void Cloud::State::look_at_books() {
  books.look(*reader);
  books_timer = loop.after(kLookAtBooks, [this] { look_at_books(); });
}

Cloud::Cloud(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cloud::~Cloud() = default;

Result<std::unique_ptr<Cloud>> Cloud::open(const Settings& settings) {
  auto state = std::make_unique<State>(settings);
  State& s = *state;
  for (const auto step :
       {&State::open_files, &State::listen, &State::open_accounts, &State::open_payments,
        &State::open_services, &State::open_bus, &State::open_api}) {
    if (Result<void> done = (s.*step)(); !done) return fail(done.error());
  }
  return std::unique_ptr<Cloud>(new Cloud(std::move(state)));
}

std::uint16_t Cloud::port() const { return state_->port; }
std::string Cloud::url() const { return state_->public_url; }
void Cloud::stop() {
  state_->loop.post([this] { state_->begin_stop(); });
}
Result<void> Cloud::post(host::Message message) { return state_->host->post(std::move(message)); }
Result<std::string> Cloud::order_key() const { return secret(state_->key_file("orders")); }

void Cloud::run() {
  State& s = *state_;
  s.repeater.emplace(s.settings.env);
  s.loop.on_stop_signal([&s] { s.begin_stop(); });
  s.loop.post([&s] {
    s.repeat_screens();
    s.refresh_revocations();
    s.look_at_books();
  });
  s.tick = std::thread([&s] {
    s.host->run();
    s.loop.post([&s] { s.end_stop(); });
  });
  s.loop.run();
  s.tick.join();
  s.workers->stop();
}

}  // namespace trayline::cloud
