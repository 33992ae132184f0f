// The bus in memory: a broker and its clients in one process, for tests, the simulator and
// scenarios. Deliveries wait in a queue until pump(), so that a test decides when they happen.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "lib/bus/bus.hpp"

namespace trayline::bus {

class MemoryBroker {
 public:
  // A client with its own subscriptions. The broker outlives its clients.
  std::unique_ptr<Bus> client();
  // Delivers what is waiting, and what that causes, until nothing is left; bounded at max.
  // Returns the number delivered.
  std::size_t pump(std::size_t max = 100'000);
  // While down, clients are disconnected and publishing answers unavailable; what was on its way
  // to a client is lost.
  void set_up(bool up);
  // Every message ever published, for assertions.
  const std::vector<Message>& published() const { return published_; }

 private:
  class Client;
  void route(const Message& message);

  std::vector<Client*> clients_;
  std::deque<std::function<void()>> waiting_;
  std::vector<Message> published_;
  std::map<std::string, std::size_t> turns_;  // of shared filters: whose turn it is
  bool up_ = true;
};

}  // namespace trayline::bus
