// One host of the cloud with all services, on a broker in memory. One thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloud/orders/service.hpp"
#include "cloud/payments/memory_provider.hpp"
#include "cloud/push/executor.hpp"
#include "lib/bus/memory.hpp"
#include "lib/host/host.hpp"
#include "lib/host/intake.hpp"
#include "lib/store/store.hpp"

namespace trayline::scenarios {

// What hosts of one cloud have in common; outlives them.
struct Surroundings {
  const Clock& clock;
  Random& random;
  Metrics& metrics;
  bus::MemoryBroker& broker;
  payments::Provider& provider;
  push::MemoryExecutor& push;
  std::shared_ptr<orders::Settings> settings;
  std::function<void(const OrderId&)> changed;  // an order, as its streams are told
};

class CloudInMemory {
 public:
  // name: of this host among several.
  static Result<std::unique_ptr<CloudInMemory>> start(const Surroundings& around, store::Store& db,
                                                      const std::string& name);
  host::Host& host() { return *host_; }

 private:
  CloudInMemory() = default;

  std::vector<std::unique_ptr<host::Service>> services_;
  std::unique_ptr<payments::Provider> counter_;
  std::unique_ptr<host::Executor> payments_;
  std::unique_ptr<bus::Bus> bus_;
  std::unique_ptr<host::Host> host_;
  std::unique_ptr<host::Intake> intake_;
};

}  // namespace trayline::scenarios
