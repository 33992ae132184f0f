// The payments service: hands load, decide and save to the host, and its routes to who mounts them.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloud/payments/payments.hpp"
#include "lib/host/host.hpp"
#include "lib/host/route.hpp"

namespace trayline::payments {

struct Settings {
  std::string webhook_path = "/webhooks/stripe";
  std::vector<std::string> webhook_secrets;  // any may sign: two during a rotation
};

std::unique_ptr<host::Service> make_service();
// ask hands a webhook's message to the host and answers once it is committed.
using Ask = std::function<Result<void>(host::Message, host::Host::Answered)>;
std::vector<host::Route> routes(Settings settings, const Clock& clock, Ask ask);

}  // namespace trayline::payments
