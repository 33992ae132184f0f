#include "standalone/simulate/world.hpp"

#include "lib/base/check.hpp"
#include "standalone/simulate/people.hpp"

namespace trayline::simulate {
namespace {

constexpr Millis kMinute{60'000};
constexpr Millis kHour{3'600'000};
constexpr Millis kCalmStart = 2 * kMinute;  // customers save their cards
constexpr Millis kOrdersOver{20 * kHour};
constexpr Millis kSafety{24 * kHour};
constexpr Millis kHealedWithin{48 * kHour};  // after the safety phase
constexpr Millis kLook{20 * kMinute};
constexpr std::uint64_t kEventsMost = 1'000'000;  // some 20,000 are usual
constexpr Millis kQuiet{1 * kHour};               // what is settled stays so

CloudSettings cloud_settings() {
  CloudSettings settings;
  settings.orders = std::make_shared<orders::Settings>();
  settings.orders->env = settings.env;
  settings.orders->token_key = "a key for simulated codes";
  for (int core = 1; core <= 2; ++core) {
    for (int station = 1; station <= 2; ++station) {
      settings.orders->stations[{CoreId("store-" + std::to_string(core)),
                                 StationId("counter-" + std::to_string(station))}] = {
          settings.site, ScreenId("front-" + std::to_string(station))};
    }
  }
  settings.evidence = std::make_shared<evidence::Settings>();
  settings.evidence->env = settings.env;
  settings.evidence->public_url = "https://store.test";
  settings.evidence->upload_key = "a key for simulated uploads";
  settings.menu = {settings.site, "Simulated store", *Currency::parse("EUR"), "1", {}};
  constexpr std::pair<const char*, std::int64_t> kItems[] = {
      {"soup", 550}, {"salad", 620}, {"roll", 120}, {"apple", 90}, {"juice", 280}, {"cake", 390}};
  for (const auto& [sku, price] : kItems) {
    settings.menu.items.push_back({Sku(sku), sku, price, true, price < 300 ? 700 : 1900});
  }
  return settings;
}

class World {
 public:
  World(std::uint64_t seed, Grounds& grounds, const Plants& plants, Trace::Reader reader);
  void live();
  Outcome outcome() const;

 private:
  void run_until(Millis end);
  void plan_faults();
  void at_times(int times, std::function<void()> task);
  void be_wrong(MachineClock& clock, std::function<void()> wake);
  void heal();
  std::optional<std::string> unfinished();

  Engine engine_;
  Swarm swarm_;  // in force
  Swarm drawn_;
  CloudSettings settings_ = cloud_settings();
  Plants plants_;
  Rules rules_;
  std::map<std::string, int> killers_;
  Broker broker_;
  Bank bank_;
  std::vector<std::unique_ptr<CloudHost>> hosts_;
  std::vector<std::unique_ptr<Core>> cores_;
  People people_;
  Millis safety_ = kSafety;
  bool healed_ = false;
};

World::World(std::uint64_t seed, Grounds& grounds, const Plants& plants, Trace::Reader reader)
    : engine_(seed, from_ms(1'790'000'000'000)),
      plants_(plants),
      rules_(engine_, grounds.cloud.store()),
      broker_(engine_, swarm_),
      bank_({engine_, swarm_, plants_, rules_}),
      people_({engine_, swarm_, rules_, bank_, settings_, hosts_, cores_}) {
  if (reader) engine_.trace.read_by(std::move(reader));
  drawn_ = draw_swarm(engine_);
  engine_.note("swarm", {to_text(drawn_)});
  swarm_.small_outbox = drawn_.small_outbox;
  if (engine_.chance(0.5)) {
    settings_.orders->walk_up.insert(settings_.site);
    rules_.takes_what_stands_there();
  }
  for (int i = 0; i < (drawn_.two_hosts ? 2 : 1); ++i) {
    hosts_.push_back(std::make_unique<CloudHost>(
        CloudHost::Parts{engine_, swarm_, plants_, rules_, broker_, bank_, grounds.cloud.store(),
                         grounds.metrics, settings_, killers_},
        "cloud-" + std::to_string(i + 1)));
  }
  if (hosts_.size() == 2) {
    hosts_[0]->know(hosts_[1].get());
    hosts_[1]->know(hosts_[0].get());
  }
  for (std::size_t i = 0; i < 2; ++i) {
    cores_.push_back(
        std::make_unique<Core>(Core::Parts{engine_, swarm_, plants_, rules_, broker_,
                                           grounds.cores[i].store(), settings_.env, killers_},
                               CoreId("store-" + std::to_string(i + 1)),
                               std::vector{StationId("counter-1"), StationId("counter-2")},
                               std::vector{ScreenId("front-1"), ScreenId("front-2")}));
  }
  bank_.hooks_to([this](const std::string& body, const std::string& signature,
                        std::function<void(bool)> taken) {
    engine_.pick(hosts_)->hook(body, signature, taken);
  });
  for (const auto& host : hosts_) host->start();
}

void World::run_until(Millis end) {
  while (engine_.step(end)) {
    if (engine_.events() > kEventsMost) throw Violation("a day has an end", "it goes round");
  }
}

void World::at_times(int times, std::function<void()> task) {
  for (int i = 0; i < times; ++i) {
    engine_.after(engine_.between(Millis(0), kSafety - kHour), [this, task] {
      if (!healed_) task();
    });
  }
}

// Hours ahead or behind, for a while.
void World::be_wrong(MachineClock& clock, std::function<void()> wake) {
  const Millis by = engine_.between(-5 * kHour, 5 * kHour);
  engine_.note("a clock is wrong", {std::to_string(by.count())});
  clock.be_wrong(by);
  wake();
  engine_.after(engine_.between(kMinute, 5 * kHour), [&clock, wake] {
    clock.be_wrong(Millis(0));
    wake();
  });
}

void World::plan_faults() {
  const auto any_host = [this]() -> CloudHost& { return *engine_.pick(hosts_); };
  const auto any_core = [this]() -> Core& { return *engine_.pick(cores_); };
  at_times(drawn_.crashes, [=] { any_host().crash(); });
  at_times(drawn_.cloud_clock_jumps, [=, this] {
    CloudHost& host = any_host();
    be_wrong(host.clock(), [&host] { host.wake(); });
  });
  at_times(drawn_.core_crashes, [=] { any_core().cut_power(); });
  at_times(drawn_.agent_crashes, [=] { any_core().crash_agent(); });
  at_times(drawn_.core_clock_jumps, [=, this] { be_wrong(any_core().clock(), [] {}); });
  at_times(drawn_.garbage, [=] { any_core().send_garbage(); });
  at_times(drawn_.killers, [=] { any_core().send_killer(); });
  at_times(drawn_.broker_restarts, [this] { broker_.restart(); });
  at_times(drawn_.partitions, [=, this] {
    const std::string name = any_core().id().value;
    broker_.cut(name, true);
    const bool longer = engine_.chance(0.3);
    const Millis time =
        longer ? engine_.between(kHour, 6 * kHour) : engine_.between(Millis(2'000), 20 * kMinute);
    engine_.after(time, [this, name] { broker_.cut(name, false); });
  });
  at_times(drawn_.outages, [this] {
    bank_.go_down(true);
    engine_.after(engine_.between(Millis(5'000), 40 * kMinute), [this] { bank_.go_down(false); });
  });
  if (!drawn_.long_outage) return;
  const Millis from = engine_.between(kHour, 16 * kHour);
  const Millis time = engine_.between(24 * kHour + kMinute, 30 * kHour);
  safety_ = std::max(safety_, from + time);
  engine_.after(from, [this] { bank_.go_down(true); });
  engine_.after(time + from, [this] { bank_.go_down(false); });
}

void World::heal() {
  engine_.note("everything heals");
  healed_ = true;
  const bool small = swarm_.small_outbox;
  swarm_ = Swarm{};
  swarm_.small_outbox = small;
  bank_.go_down(false);
  for (const auto& core : cores_) {
    broker_.cut(core->id().value, false);
    core->clock().be_wrong(Millis(0));
  }
  // Half of the worlds begin anew, so that nothing rests on what a process remembers; the others go
  // on, so that nothing needs that.
  const bool anew = engine_.chance(0.5);
  for (const auto& host : hosts_) {
    host->clock().be_wrong(Millis(0));
    if (anew) host->crash();
    host->start();
    host->wake();
  }
}

std::optional<std::string> World::unfinished() {
  Rules::Outside outside{bank_.state(), {}, drawn_.long_outage};
  for (const auto& core : cores_) {
    if (core->waiting() > 0) return "the camera's messages are taken: " + core->id().value;
    outside.outboxes[core->id()] = core->totals();
  }
  return rules_.unfinished(outside);
}

void World::live() {
  people_.arrive();
  run_until(kCalmStart);
  const bool small = swarm_.small_outbox;
  swarm_ = drawn_;
  swarm_.small_outbox = small;
  people_.plan(static_cast<int>(engine_.between(20, 24)), kOrdersOver);
  plan_faults();
  run_until(safety_);
  heal();
  // Orders that nobody picks up need their time to expire.
  Millis look = safety_ + settings_.orders->order_ttl;
  run_until(look);
  while (const std::optional<std::string> problem = unfinished()) {
    look += kLook;
    if (look > safety_ + kHealedWithin) throw Violation("everything heals in time", *problem);
    run_until(look);
  }
  run_until(look + kQuiet);
  if (const std::optional<std::string> problem = unfinished()) {
    throw Violation("what is settled stays so", *problem);
  }
}

Outcome World::outcome() const {
  Outcome outcome;
  outcome.hash = engine_.trace.hash();
  outcome.elapsed = engine_.elapsed();
  outcome.orders = rules_.orders();
  outcome.paid = rules_.paid();
  outcome.events = engine_.events();
  return outcome;
}

}  // namespace

Outcome run_world(std::uint64_t seed, Grounds& grounds, const Plants& plants,
                  Trace::Reader reader) {
  grounds.cloud.clear();
  for (Ground& core : grounds.cores) core.clear();
  World world(seed, grounds, plants, std::move(reader));
  std::optional<std::string> violation;
  try {
    const ChecksThrow scope;
    world.live();
  } catch (const Violation& seen) {
    violation = seen.what();
  } catch (const Broken& failed) {
    violation = std::string("checks hold: ") + failed.what();
  }
  Outcome outcome = world.outcome();
  outcome.seed = seed;
  outcome.violation = std::move(violation);
  return outcome;
}

}  // namespace trayline::simulate
