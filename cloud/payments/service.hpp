// The payments service: hands load, decide and save to the host, and its routes to who mounts them.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloud/payments/payments.hpp"
#include "cloud/payments/settlement.hpp"
#include "lib/host/host.hpp"
#include "lib/host/route.hpp"

namespace trayline::payments {

struct Settings {
  std::string webhook_path = "/webhooks/stripe";
  std::vector<std::string> webhook_secrets;  // any may sign: two during a rotation
  SiteZones zones;
};

// When the books are compared with the provider's, and who hears that an invariant broke: a check
// or a statement of payments failed, whose turn is rolled back. broken is called by the tick's
// thread and must post Stop.
struct Watching {
  std::string time_zone = "UTC";
  std::int64_t compare_hour = 4;
  std::function<void(const std::string& why)> broken = nullptr;
};
std::unique_ptr<host::Service> make_service(Watching watching = {});
// ask hands a webhook's message to the host and answers once it is committed.
using Ask = std::function<Result<void>(host::Message, host::Host::Answered)>;
// Runs a job with a reader of the store on a worker; false where there is no room.
using Work = std::function<bool(std::function<void(store::Session&)>)>;
std::vector<host::Route> routes(Settings settings, const Clock& clock, Ask ask,
                                Work work = nullptr);

}  // namespace trayline::payments
