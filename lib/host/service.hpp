// A service as the host sees it: load, decide, save over one batch. Called by the tick's thread
// alone.
#pragma once
#include <algorithm>
#include <any>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/check.hpp"
#include "lib/base/clock.hpp"
#include "lib/host/message.hpp"
#include "lib/store/store.hpp"
#include "lib/wire/message.hpp"

namespace trayline::host {

class Service {
 public:
  virtual ~Service() = default;
  virtual std::string_view name() const = 0;
  virtual const store::Migrations& migrations() const = 0;
  // A message from a row (timers, results of effects). invalid_argument goes to dead letters.
  virtual Result<std::any> decode(const Json& json) const = 0;
  // For a dead letter's payload.
  virtual Json encode(const std::any& body) const = 0;
  // One round: handles the batch in its order, one Output per message. An error rolls back the
  // whole tick: conflict repeats its messages alone, unavailable leaves them for later.
  virtual Result<std::vector<Output>> handle(store::Session& session,
                                             std::span<const Message> batch, Time now) = 0;
  // What the sender is told when a message cannot be handled for good; pure.
  virtual void refuse(const Message& message, const Problem& problem, Output& out) const;
};

// A message of a service's own variant with what the host knows about it.
template <class In>
struct Incoming {
  const In* body = nullptr;
  std::uint64_t request = 0;
};

// The usual service: In is its variant of messages, Snapshot what load read, Decision what decide
// returned; Decision has a member `out` of type Output. load and save run a fixed number of
// statements whatever the size of the batch; decide and apply are pure.
template <class In, class Snapshot, class Decision>
class LoadDecideSave : public Service {
 public:
  using Batch = std::vector<Incoming<In>>;

  Result<std::any> decode(const Json& json) const override {
    Result<In> in = wire::variant_from_json<In>(json);
    if (!in) return fail(in.error());
    return std::any(std::move(*in));
  }
  Json encode(const std::any& body) const override {
    const In* in = std::any_cast<In>(&body);
    return in == nullptr ? Json() : wire::variant_to_json(*in);
  }
  Result<std::vector<Output>> handle(store::Session& session, std::span<const Message> batch,
                                     Time now) override {
    Batch incoming;
    incoming.reserve(batch.size());
    for (const Message& message : batch) {
      const In* body = std::any_cast<In>(&message.body);
      check(body != nullptr, "a message of another service's type");
      incoming.push_back({body, message.request});
    }
    Result<Snapshot> snapshot = load(session, incoming, now);
    if (!snapshot) return fail(snapshot.error());
    std::vector<Decision> decisions;
    decisions.reserve(batch.size());
    for (const Incoming<In>& message : incoming) {
      decisions.push_back(decide(*snapshot, message, now));
      apply(*snapshot, decisions.back());
    }
    if (Result<void> saved = save(session, decisions, now); !saved) return fail(saved.error());
    std::vector<Output> outputs;
    outputs.reserve(batch.size());
    for (Decision& decision : decisions) outputs.push_back(std::move(decision.out));
    return outputs;
  }

 protected:
  virtual Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) = 0;
  virtual Decision decide(const Snapshot& snapshot, const Incoming<In>& message,
                          Time now) const = 0;
  virtual void apply(Snapshot& snapshot, const Decision& decision) const = 0;
  virtual Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                            Time now) = 0;
};

}  // namespace trayline::host
