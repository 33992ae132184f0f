// The description of the API (OpenAPI 3.1) from the route tables. Pure.
#pragma once
#include <string>
#include <vector>

#include "lib/host/route.hpp"

namespace trayline::api {

struct Described {
  std::string title = "Trayline";
  std::string version = "1";
  std::vector<std::string> servers;  // base addresses
};

Json openapi(const Described& about, const std::vector<host::Route>& routes);

}  // namespace trayline::api
