#include "standalone/simulate/agent.hpp"

#include "lib/base/check.hpp"

namespace trayline::simulate {
namespace {

constexpr Millis kDiskRetry{1'000};

// A disk that fails before a commit, or after it.
class Disk final : public store::Wrapped {
 public:
  Disk(store::Store& base, Engine& engine, const Swarm& swarm)
      : Wrapped(base), engine_(engine), swarm_(swarm) {}
  Result<void> transaction(const std::function<Result<void>(store::Session&)>& work) override {
    if (!ready) return base_.transaction(work);
    const bool fails = engine_.chance(swarm_.disk_fails);
    const bool before = fails && engine_.chance(0.5);
    if (before) return fail(Code::unavailable, "simulated: the disk fails");
    const Result<void> done = base_.transaction(work);
    if (done && fails) return fail(Code::unavailable, "simulated: the commit's answer was lost");
    return done;
  }
  bool ready = false;

 private:
  Engine& engine_;
  const Swarm& swarm_;
};

}  // namespace

Agent::Agent(Parts parts) : parts_(std::move(parts)), sender_(parts_.engine.random) {
  auto disk = std::make_unique<Disk>(parts_.disk, parts_.engine, parts_.swarm);
  Disk* raw = disk.get();
  Result<std::unique_ptr<agent::Table>> table =
      agent::Table::on(std::move(disk), parts_.limits, parts_.clock);
  check(table.has_value(), "the outbox opens");
  table_ = std::move(*table);
  const Result<std::vector<std::string>> functions = table_->functions();
  check(functions.has_value(), "the outbox can be read");
  raw->ready = true;
  uplink_ = std::make_unique<agent::Uplink>(
      parts_.broker.client(parts_.resource.core.value), parts_.resource,
      agent::Uplink::Out{[this](bool up) {
                           step(up ? agent::SenderEvent(agent::Connected{})
                                   : agent::SenderEvent(agent::Lost{}));
                           parts_.connection(up);
                         },
                         [this](const wire::Ack& ack) { answered(ack); },
                         [this](const std::string&, const std::string& topic,
                                const std::string& body) { parts_.down(topic, body); }});
  for (const std::string& function : *functions) step(agent::Waiting{function});
}

void Agent::put(agent::Row row, Stored stored) {
  batch_.puts.push_back(std::move(row));
  if (parts_.plants.has("accepted before it is on disk")) {
    stored(agent::PutResult::stored);
    stored = [](agent::PutResult) {};
  }
  stored_.push_back(std::move(stored));
  write_soon();
}

void Agent::step(const agent::SenderEvent& event) {
  for (const agent::SenderAction& action : sender_.step(event, parts_.clock.monotonic())) {
    perform(action);
  }
  arm();
}

void Agent::perform(const agent::SenderAction& action) {
  if (const auto* row = std::get_if<agent::Send>(&action)) {
    send(row->row);
  } else if (const auto* forget = std::get_if<agent::Forget>(&action)) {
    batch_.forget.push_back(forget->seq);
    write_soon();
  } else {
    load(std::get<agent::Load>(action));
  }
}

void Agent::send(const agent::Row& row) {
  uplink_->publish(row.function, row.topic, row.payload,
                   [this, row, alive = std::weak_ptr<int>(alive_)](bool receipt) {
                     if (alive.expired() || !receipt) return;
                     if (parts_.plants.has("forget at the broker's receipt")) {
                       answered({.prediction = PredictionId(row.key),
                                 .payload_sha256 = {},
                                 .result = {},
                                 .reason = {},
                                 .order = {},
                                 .uploads = {}});
                     }
                     step(agent::Delivered{row.seq});
                   });
}

void Agent::answered(const wire::Ack& ack) {
  if (!parts_.plants.has("forget at the broker's receipt")) {
    parts_.rules.acknowledged(parts_.resource.core, ack);
  }
  batch_.acks.push_back(ack);
  write_soon();
}

void Agent::load(const agent::Load& load) {
  Result<std::vector<agent::Row>> rows = table_->load(load.function, load.after, load.most);
  if (!rows) {
    return parts_.engine.after(kDiskRetry, [this, load, alive = std::weak_ptr<int>(alive_)] {
      if (!alive.expired()) this->load(load);
    });
  }
  const bool more = rows->size() >= load.most;
  step(agent::Loaded{load.function, std::move(*rows), more});
}

void Agent::write_soon() {
  if (std::exchange(writing_, true)) return;
  parts_.engine.after(parts_.engine.between(Millis(1), Millis(15)),
                      [this, alive = std::weak_ptr<int>(alive_)] {
                        if (!alive.expired()) write();
                      });
}

// One transaction for what waits; nothing is told before it is on disk.
void Agent::write() {
  writing_ = false;
  const agent::Batch batch = std::exchange(batch_, {});
  const std::vector<Stored> stored = std::exchange(stored_, {});
  const Result<agent::BatchDone> done = table_->commit(batch);
  if (!done) {
    for (const Stored& told : stored) told(agent::PutResult::full);
    batch_.acks = batch.acks;
    batch_.forget = batch.forget;
    if (batch.acks.empty() && batch.forget.empty()) return;
    writing_ = true;
    return parts_.engine.after(kDiskRetry, [this, alive = std::weak_ptr<int>(alive_)] {
      if (!alive.expired()) write();
    });
  }
  for (const wire::Ack& ack : batch.acks) {
    step(agent::Answered{ack.prediction ? ack.prediction->value : "",
                         ack.payload_sha256.value_or("")});
  }
  for (const std::int64_t seq : done->gone) step(agent::Gone{seq});
  for (const agent::Row& row : done->stored) step(agent::Stored{row});
  for (std::size_t i = 0; i < stored.size(); ++i) stored[i](done->puts[i].first);
}

void Agent::arm() {
  const std::optional<Millis> due = sender_.due();
  if (!due || (armed_ && *armed_ <= *due)) return;
  armed_ = due;
  const Millis wait = std::max(Millis(1), *due - parts_.clock.monotonic());
  parts_.engine.after(wait, [this, at = *due, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired() || armed_ != at) return;
    armed_.reset();
    if (!parts_.plants.has("unanswered predictions are not sent again")) step(agent::Tick{});
  });
}

}  // namespace trayline::simulate
