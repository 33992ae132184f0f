// The monitors service: hands load, decide and save to the host, its routes and topics to who
// mounts them, and repeats what screens have not painted.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloud/monitors/monitors.hpp"
#include "lib/host/route.hpp"
#include "lib/host/service.hpp"

namespace trayline::monitors {

// env: of this cloud, part of every topic.
std::unique_ptr<host::Service> make_service(std::string env);
// What staff reads of screens.
std::vector<host::Route> routes();
// screen/shown.
std::vector<host::Topic> topics();

// Says again what screens have not painted yet. One thread.
class Repeater {
 public:
  explicit Repeater(std::string env) : env_(std::move(env)) {}
  // The states that are due, newest first, from committed rows; to be called every 2 s. Of more
  // than kRepeatsMax waiting screens the longest waiting are left out: they get their state when
  // they report their start. Errors as Session::run.
  Result<std::vector<bus::Message>> repeats(store::Session& reader, Time now);

 private:
  std::string env_;
  std::optional<Time> last_;
};
inline constexpr std::int64_t kRepeatsMax = 1000;

}  // namespace trayline::monitors
