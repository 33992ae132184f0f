// The catalogue service: hands load, decide and save to the host, and its routes to who mounts
// them.
#pragma once
#include <memory>
#include <vector>

#include "cloud/catalogue/catalogue.hpp"
#include "lib/host/route.hpp"
#include "lib/host/service.hpp"

namespace trayline::catalogue {

std::unique_ptr<host::Service> make_service();
// GET /v1/menu?site=, GET /v1/sites.
std::vector<host::Route> routes();

}  // namespace trayline::catalogue
