// The push service: hands load, decide and save to the host.
#pragma once
#include <memory>

#include "cloud/push/push.hpp"
#include "lib/host/service.hpp"

namespace trayline::push {

std::unique_ptr<host::Service> make_service();

}  // namespace trayline::push
