// Requests of customers and staff against a store in memory: through the routes' handlers and the
// host, without HTTP. For tests.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/scenarios/store_in_memory.hpp"

namespace trayline::scenarios {

struct Request {
  std::string user = "ann";
  std::map<std::string, std::string> params = {};
  std::map<std::string, std::string> query = {};
  std::string body = {};  // JSON
  std::string if_match = {};
  std::vector<std::string> groups = {};
};

struct Asking {
  Asking();
  // What the caller gets: the answer of the query, or of the tick that handled the command.
  host::Answer ask(const std::string& method, const std::string& pattern, const Request& request);

  // The order as it is now.
  orders::Order order(const OrderId& id);
  std::string tag(const OrderId& id);
  std::string state(const OrderId& id);
  std::int64_t charged_minor(const OrderId& id) const;

  StoreInMemory world;
  std::unique_ptr<store::Session> reader;
  std::vector<host::Route> routes;
};

// The word for what went wrong; empty where nothing did.
std::string type_of(const host::Answer& answer);
Request of(const OrderId& order, const std::string& user = "ann");
Request by_staff(const OrderId& order, const std::string& body = {});

}  // namespace trayline::scenarios
