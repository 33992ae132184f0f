// The camera as an edge function: joins source, camera and hub on the function's thread, and says
// how it is (health and the local topic "state"). Decides nothing about trays.
#pragma once
#include <memory>
#include <string>

#include "edge/camera/camera.hpp"
#include "edge/camera/grabber.hpp"
#include "edge/sdk/edge.hpp"

namespace trayline::camera {

class Service {
 public:
  // All outlive the service.
  Service(edge::Function& hub, Camera& camera, Grabber& grabber, const Clock& clock);
  // Until the hub says stop; the process's exit status.
  int run();

 private:
  Result<void> publish(const wire::Prediction& prediction);
  void look_for_frames();
  void once_a_second();
  void tell_state();
  void trouble(const Error& error);

  edge::Function& hub_;
  Camera& camera_;
  Grabber& grabber_;
  const Clock& clock_;
  Watchdog watchdog_;
  std::string told_state_;
  std::string told_health_;
  Error last_trouble_;
  Millis trouble_until_{0};
};

// The system's boot id, or "" where it has none.
std::string boot_id();

}  // namespace trayline::camera
