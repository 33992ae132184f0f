// A mosquitto as our child: started on a written folder, ready when it says so, ended with us. One
// thread owns it. Used by tests; the launcher has process keeping of its own.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "infra/broker/broker.hpp"

namespace trayline::broker {

class Process {
 public:
  // not_found: no mosquitto here; unavailable: it ended or was not running within the wait, with
  // the end of its log. Its output goes to <dir>/log.
  static Result<std::unique_ptr<Process>> start(
      const BrokerConfig& config, std::chrono::milliseconds wait = std::chrono::seconds(10));
  // Kills it.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  pid_t pid() const { return pid_; }
  std::string log() const;

 private:
  Process(pid_t pid, std::string dir) : pid_(pid), dir_(std::move(dir)) {}
  pid_t pid_;
  std::string dir_;
};

// The path of the program, empty where it is not installed.
std::string mosquitto_program();
// A port of 127.0.0.1 that nobody uses at the moment.
std::uint16_t free_port();

}  // namespace trayline::broker
