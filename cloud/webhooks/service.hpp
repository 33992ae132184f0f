// The webhooks service: hands load, decide and save to the host, and its routes to the API.
#pragma once
#include <memory>
#include <vector>

#include "cloud/webhooks/webhooks.hpp"
#include "lib/base/metrics.hpp"
#include "lib/host/route.hpp"
#include "lib/host/service.hpp"

namespace trayline::webhooks {

// metrics outlives it. After a start of the host it wants one wire::webhooks::Begin.
std::unique_ptr<host::Service> make_service(std::shared_ptr<const Settings> settings,
                                            Metrics& metrics);

// Staff: what was delivered and what was not, newest first, and sending it again.
std::vector<host::Route> routes();

// A row of read_deliveries_page, load_deliveries or load_due.
Delivery delivery_from(const store::Row& row);

}  // namespace trayline::webhooks
