// A core in memory: the agent's own outbox table and window, a camera that is told what it sees,
// and a screen that paints at once. For scenarios under simulated time; one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "edge/agent/sender.hpp"
#include "edge/agent/table.hpp"
#include "lib/bus/memory.hpp"
#include "lib/wire/screen.hpp"
#include "lib/wire/topics.hpp"

namespace trayline::scenarios {

class EdgeInMemory {
 public:
  EdgeInMemory(bus::MemoryBroker& broker, const Clock& clock, Random& random,
               wire::Resource resource, ScreenId screen);
  ~EdgeInMemory();

  // A new visit: the surface was empty.
  void begin_visit();
  // The camera saw this; stored before it is sent. Returns the prediction.
  wire::Prediction see(const std::vector<wire::SkuCount>& items,
                       const std::vector<std::string>& codes);
  // The very same message again, as after a lost answer.
  void repeat_last();
  // Sends what is due.
  void tick();

  std::size_t waiting() const;
  std::int64_t quarantined() const { return table_->totals().quarantined; }
  std::size_t predictions() const { return predictions_; }
  // What the page shows: offline while there is no connection.
  const wire::ScreenState& shown() const { return shown_; }
  bool offline() const { return !bus_->connected(); }
  const std::vector<wire::Ack>& acks() const { return acks_; }

 private:
  void step(const agent::SenderEvent& event);
  void answered(const wire::Ack& ack);
  void paint(const wire::ScreenState& state);

  const Clock& clock_;
  Random& random_;
  wire::Resource resource_;
  ScreenId screen_;
  agent::Sender sender_;
  std::unique_ptr<agent::Table> table_;
  std::unique_ptr<bus::Bus> bus_;
  VisitId visit_;
  std::int64_t number_ = 0;
  std::size_t predictions_ = 0;
  wire::ScreenState shown_;
  std::vector<wire::Ack> acks_;
  std::optional<bus::Message> last_;
};

}  // namespace trayline::scenarios
