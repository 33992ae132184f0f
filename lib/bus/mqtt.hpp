// The bus over MQTT 3.1.1 (codec.hpp) on our loop, with mutual TLS or plain. Reconnects for ever,
// as backoff.hpp says.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/random.hpp"
#include "lib/bus/bus.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::bus {

struct MqttConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8883;
  std::string client_id;
  std::string ca_file;    // empty: plain TCP
  std::string cert_file;  // client certificate and its key
  std::string key_file;
  std::size_t in_flight_max = 4096;  // publications without an answer; more are refused
  std::size_t payload_bytes_max = 256 * 1024;
  std::chrono::seconds keep_alive{30};  // a silent broker is given up after 1.5 times as long
  bool clean_session = true;
};

// invalid_argument where a file is missing or unreadable (the text names it); a broker that is
// away is no error: it connects when it can.
Result<std::unique_ptr<Bus>> connect_mqtt(Loop& loop, Random& random, MqttConfig config);

}  // namespace trayline::bus
