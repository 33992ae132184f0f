// The edge's agent under virtual time: the product's table, sender and uplink, and a shell that
// does what edge/agent/outbox.cpp does with a thread and a loop. What is not on disk is gone when
// it ends. One thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "edge/agent/sender.hpp"
#include "edge/agent/table.hpp"
#include "edge/agent/uplink.hpp"
#include "standalone/simulate/broker.hpp"
#include "standalone/simulate/ground.hpp"
#include "standalone/simulate/plants.hpp"
#include "standalone/simulate/rules.hpp"

namespace trayline::simulate {

class Agent {
 public:
  using Stored = std::function<void(agent::PutResult)>;
  struct Parts {
    Engine& engine;
    const Swarm& swarm;
    const Plants& plants;
    Rules& rules;
    Broker& broker;
    const Clock& clock;
    store::Store& disk;
    wire::Resource resource;
    agent::OutboxLimits limits;
    std::function<void(bool up)> connection;
    std::function<void(const std::string& topic, const std::string& body)> down;
  };
  // Begins with what is on the disk.
  explicit Agent(Parts parts);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // stored is told after the commit, or never.
  void put(agent::Row row, Stored stored);
  const agent::Totals& totals() const { return table_->totals(); }

 private:
  void step(const agent::SenderEvent& event);
  void perform(const agent::SenderAction& action);
  void send(const agent::Row& row);
  void answered(const wire::Ack& ack);
  void load(const agent::Load& load);
  void write_soon();
  void write();
  void arm();

  Parts parts_;
  std::unique_ptr<agent::Table> table_;
  agent::Sender sender_;
  std::unique_ptr<agent::Uplink> uplink_;
  agent::Batch batch_;  // what waits for the disk
  std::vector<Stored> stored_;
  bool writing_ = false;
  std::optional<Millis> armed_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace trayline::simulate
