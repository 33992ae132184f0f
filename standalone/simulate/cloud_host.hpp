// One process of the cloud under virtual time: the product's host, services, executors and provider
// client, wired as cloud/cloud.cpp does, without threads and sockets. One thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloud/catalogue/service.hpp"
#include "cloud/evidence/service.hpp"
#include "cloud/monitors/service.hpp"
#include "cloud/orders/service.hpp"
#include "cloud/payments/provider.hpp"
#include "lib/host/host.hpp"
#include "lib/host/intake.hpp"
#include "standalone/simulate/bank.hpp"
#include "standalone/simulate/broker.hpp"
#include "standalone/simulate/executors.hpp"
#include "standalone/simulate/host_store.hpp"

namespace trayline::simulate {

// What all hosts of a world share.
struct CloudSettings {
  std::string env = "test";
  SiteId site{"main"};
  std::shared_ptr<orders::Settings> orders;
  std::shared_ptr<evidence::Settings> evidence;
  wire::catalogue::LoadMenu menu;
};

class CloudHost {
 public:
  struct Parts {
    Engine& engine;
    const Swarm& swarm;
    const Plants& plants;
    Rules& rules;
    Broker& broker;
    Bank& bank;
    store::Store& base;
    Metrics& metrics;
    const CloudSettings& settings;
    std::map<std::string, int>& killers;
  };
  CloudHost(Parts parts, std::string name);
  ~CloudHost();
  CloudHost(const CloudHost&) = delete;
  CloudHost& operator=(const CloudHost&) = delete;

  // The other host over the same store.
  void know(CloudHost* other) {
    store_.meet([other](const OrderId& order) { other->change(order); });
  }
  // By itself a host comes up again after each crash.
  void start();
  void crash();
  bool up() const { return process_ != nullptr; }
  // What its routes read; null where it is not up.
  store::Session* reader();
  MachineClock& clock() { return clock_; }
  // After a jump of its clock.
  void wake() { wake_in(Millis(1)); }

  // The answer may never come: the process may end. unavailable where it has.
  Result<void> ask(host::Message message, host::Host::Answered answered);
  void hook(const std::string& body, const std::string& signature,
            const std::function<void(bool)>& taken);

 private:
  struct Process;
  void make_services(Process& p);
  void restart_later();
  Early early(Process& process) const;
  void wake_in(Millis delay);
  void run();
  // One turn; false when there was nothing to do, or no process is left.
  bool turn();
  void change(const OrderId& order);
  void repeat_screens();

  Parts parts_;
  std::string name_;
  MachineClock clock_;
  HostStore store_;
  std::unique_ptr<Process> process_;
  std::uint64_t generation_ = 0;  // of processes
  std::optional<Millis> next_;
  int idle_looks_ = 0;
};

}  // namespace trayline::simulate
