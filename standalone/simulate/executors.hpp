// Who delivers news in a simulated world, and what planted faults do to services and executors.
#pragma once
#include <functional>
#include <memory>

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

// The service; rules hear what it handles. early: for planted faults, is given what the service
// decided before that is committed.
using Early = std::function<void(const host::Output&)>;
std::unique_ptr<host::Service> watched(std::unique_ptr<host::Service> service, Rules& rules,
                                       Early early);
// The executor of payments, or the same with a planted fault.
std::unique_ptr<host::Executor> planted(std::unique_ptr<host::Executor> executor,
                                        const Plants& plants);

}  // namespace trayline::simulate
