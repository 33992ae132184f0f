// The evidence service: hands load, decide and save to the host, and its routes to who mounts them.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "cloud/evidence/evidence.hpp"
#include "cloud/evidence/pictures.hpp"
#include "lib/host/host.hpp"
#include "lib/host/route.hpp"

namespace trayline::evidence {

// settings is shared with the routes; upload_key may not be empty.
std::unique_ptr<host::Service> make_service(std::shared_ptr<const Settings> settings);

// What the routes stand on. ask hands a message to the host and answers once it is committed. work
// runs what reads and writes files and hashes pictures; empty: at once, on the loop's thread. A
// task that work drops ends its request with 500.
struct Parts {
  std::shared_ptr<const Settings> settings;
  std::shared_ptr<const Pictures> pictures;
  const Clock& clock;
  std::function<Result<void>(host::Message, host::Host::Answered)> ask;
  std::function<void(std::function<void()>)> work;
};
// PUT /evidence/{hash} for who holds a signed address; GET /evidence/{hash} for staff.
std::vector<host::Route> routes(Parts parts);

}  // namespace trayline::evidence
