#include "standalone/simulate/executors.hpp"

#include "lib/base/check.hpp"
#include "lib/wire/push.hpp"

namespace trayline::simulate {
namespace {

// The network, which outlives the process that asked.
struct Network {
  Engine& engine;
  const Swarm& swarm;
  Rules& rules;
};

// done: none where the process has ended while the request was under way.
void deliver(const Network& network, const host::Claimed& effect, const host::Done* done) {
  const bool lost = network.engine.chance(network.swarm.push_fails);
  const Result<wire::push::Notify> news = from_json<wire::push::Notify>(effect.body);
  check(news.has_value(), "a push that can be read");
  const bool arrives = !lost || network.engine.chance(0.5);
  if (arrives) network.rules.news(news->order, news->status, effect.key);
  if (done == nullptr) return;
  host::Outcome outcome;
  outcome.id = effect.id;
  if (lost) {
    outcome.retry_after = host::retry_delay(effect.tries);
    outcome.error = "simulated: no answer";
  } else {
    outcome.result = host::to<wire::push::In>(
        wire::push::kService, wire::push::Delivered{news->order, news->status, 200});
  }
  (*done)({std::move(outcome)});
}

class Push final : public host::Executor {
 public:
  explicit Push(Network network) : network_(network) {}
  bool carries(std::string_view kind) const override { return kind.starts_with("push."); }
  void execute(std::vector<host::Claimed> effects, host::Done done) override {
    Engine& engine = network_.engine;
    for (host::Claimed& effect : effects) {
      engine.after(engine.between(Millis(5), Millis(500)),
                   [network = network_, done, effect = std::move(effect),
                    alive = std::weak_ptr<int>(alive_)] {
                     deliver(network, effect, alive.expired() ? nullptr : &done);
                   });
    }
  }

 private:
  Network network_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

class Waking final : public host::Executor {
 public:
  Waking(std::unique_ptr<host::Executor> inner, std::function<void()> wake)
      : inner_(std::move(inner)), wake_(std::move(wake)) {}
  bool carries(std::string_view kind) const override { return inner_->carries(kind); }
  void execute(std::vector<host::Claimed> effects, host::Done done) override {
    inner_->execute(std::move(effects), [this, done = std::move(done)](auto outcomes) {
      done(std::move(outcomes));
      wake_();
    });
  }

 private:
  std::unique_ptr<host::Executor> inner_;
  std::function<void()> wake_;
};

}  // namespace

std::unique_ptr<host::Executor> make_push(Engine& engine, const Swarm& swarm, Rules& rules) {
  return std::make_unique<Push>(Network{engine, swarm, rules});
}

std::unique_ptr<host::Executor> waking(std::unique_ptr<host::Executor> executor,
                                       std::function<void()> wake) {
  return std::make_unique<Waking>(std::move(executor), std::move(wake));
}

std::unique_ptr<host::Service> planted(std::unique_ptr<host::Service> service, const Plants&) {
  return service;
}
std::unique_ptr<host::Executor> planted(std::unique_ptr<host::Executor> executor,
                                        payments::Provider&, const Plants&) {
  return executor;
}

}  // namespace trayline::simulate
