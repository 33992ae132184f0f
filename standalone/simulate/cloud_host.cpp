#include "standalone/simulate/cloud_host.hpp"

#include <algorithm>

#include "cloud/payments/counter_provider.hpp"
#include "cloud/payments/service.hpp"
#include "cloud/payments/stripe_provider.hpp"
#include "cloud/push/service.hpp"
#include "cloud/webhooks/service.hpp"
#include "lib/base/check.hpp"
#include "standalone/simulate/executors.hpp"

namespace trayline::simulate {
namespace {

constexpr Millis kRepeatScreens{2'000};
constexpr Millis kRepeatScreensMost{600'000};
constexpr int kRepeatsSoon = 5;
constexpr store::Statement kOpenScreens{"simulate.open_screens",
                                        "SELECT COUNT(*) AS screens FROM monitors_screens "
                                        "WHERE painted IS NULL OR painted <> version",
                                        {}};
constexpr const char* kHookPath = "/webhooks/stripe";

class HookAnswer final : public http::Responder {
 public:
  explicit HookAnswer(std::function<void(bool)> taken) : taken_(std::move(taken)) {}
  void answer(http::Response response) override { taken_(response.status == 200); }
  std::shared_ptr<http::Stream> stream(http::Headers) override { return nullptr; }
  void hang_up() override { taken_(false); }

 private:
  std::function<void(bool)> taken_;
};

}  // namespace

// What is gone when the process ends. Destroyed from the end.
struct CloudHost::Process {
  std::unique_ptr<stripe::Client> client;
  std::unique_ptr<payments::Provider> provider;
  std::unique_ptr<payments::Provider> counter;
  std::vector<std::unique_ptr<host::Service>> services;
  std::vector<std::unique_ptr<host::Executor>> executors;
  std::unique_ptr<bus::Bus> bus;
  std::unique_ptr<host::Host> host;
  std::unique_ptr<host::Intake> intake;
  std::optional<monitors::Repeater> repeater;
  std::unique_ptr<store::Session> reader;
  host::Raw hook;
  bool repeating = false;
  int repeats = 0;
};

CloudHost::CloudHost(Parts parts, std::string name)
    : parts_(std::move(parts)),
      name_(std::move(name)),
      clock_(parts_.engine),
      store_(parts_.base,
             {parts_.engine, parts_.swarm, parts_.plants, parts_.rules, parts_.killers}) {}

CloudHost::~CloudHost() = default;

store::Session* CloudHost::reader() { return process_ ? process_->reader.get() : nullptr; }

// Client, provider, services and executors, in the order of cloud/cloud.cpp.
void CloudHost::make_services(Process& p) {
  stripe::Settings wire;
  wire.base_url = std::string(Bank::kUrl);
  p.client = std::make_unique<stripe::Client>(wire, std::string(Bank::kSecretKey),
                                              parts_.bank.outside(), clock_, parts_.engine.random);
  p.provider = payments::make_stripe_provider([](const std::function<void()>& task) { task(); },
                                              *p.client, payments::StripeSettings{});
  p.counter = payments::make_counter_provider(store_, clock_);
  p.services.push_back(catalogue::make_service());
  p.services.push_back(orders::make_service(parts_.settings.orders));
  p.services.push_back(payments::make_service());
  p.services.push_back(evidence::make_service(parts_.settings.evidence));
  p.services.push_back(monitors::make_service(parts_.settings.env));
  p.services.push_back(push::make_service());
  p.services.push_back(
      webhooks::make_service(std::make_shared<webhooks::Settings>(), parts_.metrics));
  for (auto& service : p.services) {
    service = watched(std::move(service), parts_.rules, early(p));
  }
  p.executors.push_back(
      planted(payments::make_executor({*p.provider, p.counter.get()}, clock_), parts_.plants));
  p.executors.push_back(make_push(parts_.engine, parts_.swarm, parts_.rules));
  for (auto& executor : p.executors) {
    executor = waking(std::move(executor), [this] { wake_in(Millis(1)); });
  }
}

void CloudHost::start() {
  if (process_) return;
  parts_.engine.note("the cloud starts", {name_});
  store_.begin();
  auto p = std::make_unique<Process>();
  ++generation_;
  const CloudSettings& settings = parts_.settings;
  make_services(*p);
  p->bus = parts_.broker.client(name_);
  std::vector<host::Service*> services;
  for (const auto& service : p->services) services.push_back(service.get());
  std::vector<host::Executor*> executors;
  for (const auto& executor : p->executors) executors.push_back(executor.get());
  host::Sinks sinks{[this, bus = p->bus.get()](std::vector<bus::Message> all) {
                      for (bus::Message& m : all) bus->publish(std::move(m), [](Result<void>) {});
                    },
                    [](const std::vector<std::string>&) {}};
  host::Limits limits;
  limits.queue_max = 256;
  p->host = std::make_unique<host::Host>(
      host::Parts{store_, clock_, parts_.engine.random, parts_.metrics, std::move(sinks), limits},
      services, executors);
  const Result<void> started = p->host->start();
  Result<std::unique_ptr<store::Session>> reader = parts_.base.reader();
  if (!started || !reader || store_.dead()) return restart_later();
  p->reader = std::move(*reader);
  p->repeater.emplace(settings.env);
  std::vector<host::Topic> topics = orders::topics(settings.env);
  for (host::Topic& topic : monitors::topics()) topics.push_back(std::move(topic));
  p->intake = std::make_unique<host::Intake>(*p->host, *p->bus, settings.env, std::move(topics),
                                             parts_.metrics);
  const std::string filter = "$share/trayline-" + settings.env + "/+/up/#";
  const auto take = [this, intake = p->intake.get()](const bus::Message& message) {
    intake->take(message);
    wake_in(Millis(2));
  };
  check(p->bus->subscribe(filter, take).has_value(), "the cloud subscribes");
  payments::Settings hooks;
  hooks.webhook_path = kHookPath;
  hooks.webhook_secrets = {std::string(Bank::kHookSecret)};
  for (host::Route& route :
       payments::routes(hooks, clock_, [this](host::Message m, host::Host::Answered a) {
         return ask(std::move(m), std::move(a));
       })) {
    if (route.pattern == kHookPath) p->hook = std::get<host::Raw>(route.handle);
  }
  process_ = std::move(p);
  (void)process_->host->post(
      host::to<wire::catalogue::In>(wire::catalogue::kService, settings.menu));
  wake_in(Millis(1));
}

// Lets go what is not committed yet, where such a fault is planted.
Early CloudHost::early(Process& process) const {
  if (parts_.plants.has("acknowledged before the commit")) {
    return [&process](const host::Output& output) {
      for (const bus::Message& message : output.publish) {
        process.bus->publish(message, [](Result<void>) {});
      }
    };
  }
  if (!parts_.plants.has("effects leave before the commit")) return nullptr;
  return [&process](const host::Output& output) {
    for (const host::Effect& effect : output.effects) {
      if (!effect.kind.starts_with("payments.")) continue;
      process.executors.front()->execute({{"early", effect.kind, effect.key, effect.body, 0, 0}},
                                         [](const std::vector<host::Outcome>&) {});
    }
  };
}

void CloudHost::crash() {
  if (!process_) return;
  parts_.engine.note("the cloud crashes", {name_});
  process_.reset();
  next_.reset();
  restart_later();
}

void CloudHost::restart_later() {
  const bool slow = parts_.engine.chance(0.1);
  const Millis wait = slow ? parts_.engine.between(Millis(60'000), Millis(1'800'000))
                           : parts_.engine.between(Millis(300), Millis(8'000));
  parts_.engine.after(wait, [this] { start(); });
}

Result<void> CloudHost::ask(host::Message message, host::Host::Answered answered) {
  if (!process_) return fail(Code::unavailable, "no process");
  const Result<void> asked = process_->host->ask(std::move(message), std::move(answered));
  wake_in(Millis(1));
  return asked;
}

void CloudHost::hook(const std::string& body, const std::string& signature,
                     const std::function<void(bool)>& taken) {
  if (!process_) return taken(false);
  http::Request request;
  request.method = "POST";
  request.path = kHookPath;
  request.headers = {{"Stripe-Signature", signature}};
  request.body = body;
  process_->hook(std::move(request), std::make_shared<HookAnswer>(taken), host::Caller{});
}

void CloudHost::wake_in(Millis delay) {
  const Millis at = parts_.engine.elapsed() + delay;
  if (!process_ || (next_ && *next_ <= at)) return;
  next_ = at;
  parts_.engine.after(delay, [this, at, generation = generation_] {
    if (generation != generation_ || next_ != at) return;
    next_.reset();
    run();
  });
}

void CloudHost::run() {
  const std::uint64_t generation = generation_;
  const bool worked = turn();
  if (!process_ || generation != generation_) return;
  if (worked && parts_.engine.chance(parts_.swarm.crash_after_effect)) return crash();
  if (worked) {
    idle_looks_ = 2;
    wake_in(Millis(1));
    if (!std::exchange(process_->repeating, true)) {
      process_->repeats = 0;
      parts_.engine.after(kRepeatScreens, [this, generation] {
        if (generation == generation_ && process_) repeat_screens();
      });
    }
    return;
  }
  // What settles, parks and waits for the store is due within these.
  if (idle_looks_ > 0) wake_in(idle_looks_-- == 2 ? Millis(1'100) : Millis(10'000));
  if (const std::optional<Time> due = process_->host->next_due()) {
    wake_in(std::max(Millis(1), *due - clock_.now()));
  }
}

bool CloudHost::turn() {
  if (!process_) return false;
  const bool worked = process_->host->tick();
  store_.turn_over();
  if (store_.dead()) crash();
  return worked;
}

// Here a member of staff cancels the order, together with whatever else waits for this host.
void CloudHost::change(const OrderId& order) {
  wire::orders::Cancel cancel{order, UserId("staff"), "closing early"};
  cancel.staff = true;
  const Result<void> asked =
      ask(host::to<wire::orders::In>(wire::orders::kService, std::move(cancel)),
          [](const host::Answer&) {});
  if (!asked) return;
  store_.undisturbed(true);
  turn();
  store_.undisturbed(false);
}

void CloudHost::repeat_screens() {
  const auto due = process_->repeater->repeats(*process_->reader, clock_.now());
  // Between two repeats none is due, and the screen waits all the same.
  const Result<store::Answer> open = process_->reader->run(kOpenScreens);
  const bool waiting = !open || open->at(0).integer("screens") > 0;
  if (due && process_->bus->connected()) {
    for (const bus::Message& message : *due) process_->bus->publish(message, [](Result<void>) {});
  }
  const bool soon = ++process_->repeats < kRepeatsSoon;
  process_->repeating = waiting || soon;
  if (!process_->repeating) return;
  // A screen that hears nothing for long is cut off or has no power.
  const int doubled = std::clamp(process_->repeats - kRepeatsSoon, 0, 16);
  const Millis wait = std::min(kRepeatScreens * (1 << doubled), kRepeatScreensMost);
  parts_.engine.after(wait, [this, generation = generation_] {
    if (generation == generation_ && process_) repeat_screens();
  });
}

}  // namespace trayline::simulate
