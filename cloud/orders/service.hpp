// The orders service: hands load, decide and save to the host, and its routes and topics to who
// mounts them.
#pragma once
#include <memory>
#include <vector>

#include "cloud/orders/orders.hpp"
#include "lib/host/route.hpp"
#include "lib/host/service.hpp"

namespace trayline::orders {

// settings is shared with the routes.
std::unique_ptr<host::Service> make_service(std::shared_ptr<const Settings> settings);
std::vector<host::Route> routes(std::shared_ptr<const Settings> settings);
// camera/predictions. env: of this cloud.
std::vector<host::Topic> topics(const std::string& env);

// The order, with its lines; not_found where there is none. For replays and tests.
Result<Order> read_order(store::Session& session, const OrderId& id);
// The prediction that the order's state rests on; not_found where no tray was seen.
Result<wire::Prediction> read_prediction(store::Session& session, const OrderId& id);

}  // namespace trayline::orders
