// The push service: hands load, decide and save to the host.
#pragma once
#include <memory>
#include <vector>

#include "cloud/push/push.hpp"
#include "lib/host/route.hpp"
#include "lib/host/service.hpp"

namespace trayline::push {

std::unique_ptr<host::Service> make_service();
// What staff reads of an order's news.
std::vector<host::Route> routes();
inline constexpr std::int64_t kNewsListed = 100;

}  // namespace trayline::push
