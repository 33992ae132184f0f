// Who delivers news in a simulated world, and what planted faults do to services and executors.
#pragma once
#include <functional>
#include <memory>

#include "cloud/payments/provider.hpp"
#include "lib/host/effects.hpp"
#include "lib/host/service.hpp"
#include "standalone/simulate/plants.hpp"
#include "standalone/simulate/rules.hpp"
#include "standalone/simulate/swarm.hpp"

namespace trayline::simulate {

// Delivers through a network that fails, to a receiver that drops repeated keys.
std::unique_ptr<host::Executor> make_push(Engine& engine, const Swarm& swarm, Rules& rules);

// Wakes its host whenever an effect is answered.
std::unique_ptr<host::Executor> waking(std::unique_ptr<host::Executor> executor,
                                       std::function<void()> wake);

// The service, or the service with a fault.
std::unique_ptr<host::Service> planted(std::unique_ptr<host::Service> service,
                                       const Plants& plants);
std::unique_ptr<host::Executor> planted(std::unique_ptr<host::Executor> executor,
                                        payments::Provider& provider, const Plants& plants);

}  // namespace trayline::simulate
