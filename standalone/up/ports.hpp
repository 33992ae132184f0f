// Ports of loopback: the usual ones, or free ones where those are taken. Values.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline::up {

struct Ports {
  std::uint16_t cloud = 8080;
  std::uint16_t devices = 8883;      // of the broker, for cores
  std::uint16_t cloud_hosts = 8884;  // of the broker, for the cloud
  std::uint16_t stripe = 12111;
  std::uint16_t screen = 8090;
  std::uint16_t health = 8091;  // of the edge agent
};

struct ChosenPorts {
  Ports ports;
  std::vector<std::string> replaced;  // "the cloud's port 8080 is taken: 41234 instead"
};

// Launchers of one user choose one after the other: who has the turn keeps it until its programs
// listen. A turn that nobody gives back within kTurnWithin, or that cannot be taken, is done
// without.
class PortsTurn {
 public:
  PortsTurn() = default;  // none
  // Waits for it, or until stop.
  static PortsTurn take(const std::atomic<bool>& stop);
  PortsTurn(PortsTurn&& other) noexcept;
  PortsTurn& operator=(PortsTurn&& other) noexcept;
  ~PortsTurn();
  bool taken() const { return lock_ >= 0; }

 private:
  explicit PortsTurn(int lock) : lock_(lock) {}
  int lock_ = -1;
};

// unavailable where no port is left. Another program may take one before it is used.
Result<ChosenPorts> choose_ports(const Ports& wished = {});

}  // namespace trayline::up
