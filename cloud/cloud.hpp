// All services of the cloud in one process: opens what they need, in order, and runs them. Wiring
// only. Owned by the thread that calls run().
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "cloud/settings.hpp"
#include "lib/base/result.hpp"
#include "lib/command/command.hpp"
#include "lib/host/message.hpp"

namespace trayline::cloud {

class Cloud {
 public:
  // The error says what to mend: a file, a port, a key.
  static Result<std::unique_ptr<Cloud>> open(const Settings& settings);
  ~Cloud();
  Cloud(const Cloud&) = delete;
  Cloud& operator=(const Cloud&) = delete;

  std::uint16_t port() const;
  std::string url() const;
  // Until SIGINT, SIGTERM or stop().
  void run();
  // Thread-safe.
  void stop();

  // For benches and tools in the same process. Thread-safe.
  Result<void> post(host::Message message);
  // What signs the codes of orders.
  Result<std::string> order_key() const;

 private:
  struct State;
  explicit Cloud(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// `trayline cloud --config FILE [--print-config]` and the program trayline-cloud.
command::Outcome main_of_cloud(int argc, char** argv);

}  // namespace trayline::cloud
