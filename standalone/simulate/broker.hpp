// A broker under virtual time that delays, loses, repeats, overtakes, lies in its receipts, is cut
// off from one core, and starts anew with nothing. One thread.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "lib/bus/bus.hpp"
#include "standalone/simulate/engine.hpp"
#include "standalone/simulate/swarm.hpp"

namespace trayline::simulate {

class Broker {
 public:
  Broker(Engine& engine, const Swarm& swarm) : engine_(engine), swarm_(swarm) {}
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // The broker outlives its clients. name is for the trace.
  std::unique_ptr<bus::Bus> client(std::string name);
  // Cuts one client off, or joins it again.
  void cut(const std::string& name, bool off);
  // Everybody loses the connection, and what was on its way is gone.
  void restart();

 private:
  class Client;
  void route(const bus::Message& message);
  void deliver(Client& to, const bus::Message& message);
  Millis latency();
  Client* find(const std::string& name);

  Engine& engine_;
  const Swarm& swarm_;
  std::vector<Client*> clients_;
  std::vector<std::string> cut_off_;
  std::uint64_t turns_ = 0;  // of shared subscriptions
};

}  // namespace trayline::simulate
