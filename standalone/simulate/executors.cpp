#include "standalone/simulate/executors.hpp"

#include "lib/base/check.hpp"
#include "lib/wire/payments.hpp"
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

// Passes everything through, and notes which messages were handled.
class Watched final : public host::Service {
 public:
  Watched(std::unique_ptr<host::Service> inner, Rules& rules, Early early)
      : inner_(std::move(inner)), rules_(rules), early_(std::move(early)) {}
  std::string_view name() const override { return inner_->name(); }
  const store::Migrations& migrations() const override { return inner_->migrations(); }
  Result<std::any> decode(const Json& json) const override { return inner_->decode(json); }
  Json encode(const std::any& body) const override { return inner_->encode(body); }
  void refuse(const host::Message& message, const host::Problem& problem,
              host::Output& out) const override {
    inner_->refuse(message, problem, out);
  }
  Result<std::vector<host::Output>> handle(store::Session& session,
                                           std::span<const host::Message> batch,
                                           Time now) override {
    for (const host::Message& message : batch) rules_.handled(name(), message.id);
    Result<std::vector<host::Output>> outputs = inner_->handle(session, batch, now);
    if (outputs && early_) {
      for (const host::Output& output : *outputs) early_(output);
    }
    return outputs;
  }

 private:
  std::unique_ptr<host::Service> inner_;
  Rules& rules_;
  Early early_;
};

// Takes an outcome that is not known for one that is.
class Hasty final : public host::Executor {
 public:
  Hasty(std::unique_ptr<host::Executor> inner, bool refused)
      : inner_(std::move(inner)), refused_(refused) {}
  bool carries(std::string_view kind) const override { return inner_->carries(kind); }
  void execute(std::vector<host::Claimed> effects, host::Done done) override {
    for (host::Claimed& effect : effects) {
      inner_->execute({effect}, [refused = refused_, effect, done](auto outcomes) {
        const std::string step = effect.kind.substr(std::string_view("payments.").size());
        const bool lost = outcomes.front().retry_after.has_value() && step == "capture";
        if (!lost) return done(std::move(outcomes));
        wire::payments::IntentSeen seen;
        seen.order = OrderId(effect.body.text_at("order"));
        seen.attempt = effect.body.int_at("attempt");
        seen.step = step;
        seen.intent = effect.body.text_at("intent");
        seen.status = refused ? wire::payments::IntentStatus::canceled
                              : wire::payments::IntentStatus::succeeded;
        seen.received_minor = refused ? 0 : effect.body.int_at("amount_minor");
        host::Outcome outcome;
        outcome.id = effect.id;
        outcome.result = host::to<wire::payments::In>(wire::payments::kService, std::move(seen));
        done({std::move(outcome)});
      });
    }
  }

 private:
  std::unique_ptr<host::Executor> inner_;
  bool refused_;
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

std::unique_ptr<host::Service> watched(std::unique_ptr<host::Service> service, Rules& rules,
                                       Early early) {
  return std::make_unique<Watched>(std::move(service), rules, std::move(early));
}
std::unique_ptr<host::Executor> planted(std::unique_ptr<host::Executor> executor,
                                        const Plants& plants) {
  const bool refused = plants.has("a lost answer is a refusal");
  if (!refused && !plants.has("a lost answer is a success")) return executor;
  return std::make_unique<Hasty>(std::move(executor), refused);
}

}  // namespace trayline::simulate
