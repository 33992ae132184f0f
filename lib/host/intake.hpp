// From the bus into the tick: subscribes to what devices write, and turns each message into one for
// a service by the tables of topics. Belongs to the loop's thread.
#pragma once
#include <string>
#include <vector>

#include "lib/base/metrics.hpp"
#include "lib/bus/bus.hpp"
#include "lib/host/host.hpp"
#include "lib/host/route.hpp"

namespace trayline::host {

class Intake {
 public:
  // host and bus outlive it. shared: subscribe as $share/trayline-<env>/..., so that several hosts
  // divide the messages where the broker can.
  Intake(Host& host, bus::Bus& bus, std::string env, std::vector<Topic> topics, Metrics& metrics);

  Result<void> subscribe(bool shared);
  // One message; public for tests. Those of another environment are counted and ignored; a full
  // queue drops it, and its sender repeats it.
  void take(const bus::Message& message);

 private:
  Host& host_;
  bus::Bus& bus_;
  std::string env_;
  std::vector<Topic> topics_;
  Counter taken_;
  Counter foreign_;
  Counter unknown_;
  Counter undecodable_;
};

}  // namespace trayline::host
