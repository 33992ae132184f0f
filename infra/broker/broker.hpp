// The rules of a mosquitto that serves cores and the cloud's hosts, as text, and its folder. Who
// may do what follows from the certificate's common name alone. Values, thread-compatible.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline::broker {

struct BrokerConfig {
  std::string dir;                    // absolute; configuration, rules and the copies of the keys
  std::string address = "127.0.0.1";  // of the listener for devices and that for the cloud
  std::uint16_t device_port = 8883;   // mutual TLS
  std::uint16_t cloud_port = 8884;    // mutual TLS, for cloud-<host> certificates
  std::uint16_t plain_port = 0;       // loopback without any check, for measuring alone; 0: none
  std::string user = "mosquitto";     // whom it becomes when it is started as root
  std::vector<std::string> cloud_hosts = {"1"};
  // Per client; beyond it messages are dropped and come again from who keeps them.
  std::uint32_t queued_messages_max = 10'000;
  std::uint32_t inflight_messages_max = 100;
  std::uint32_t packet_bytes_max = 300 * 1024;
  std::uint32_t memory_bytes_max = 512u << 20;
};

// mosquitto.conf(5) of version 2. Names the files of dir: ca.pem, cert.pem, key.pem, acl.
// Without plain_port nothing anonymous gets in.
std::string mosquitto_config(const BrokerConfig& config);
// Every device: write <CN>/up/#, read <CN>/down/#, its own $aws/things. Every cloud host: read
// +/up/#, write +/down/#. Nobody else anything.
std::string mosquitto_acl(const BrokerConfig& config);

// Where the broker's certificate and key come from (see infra/pki).
struct Identity {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
};

// Writes dir/mosquitto.conf, acl and copies of the identity that the broker's user can read (it
// gives up root before it reads them). not_found names the file that is missing;
// permission_denied names the folder on the way that the user cannot enter.
Result<void> write_broker(const BrokerConfig& config, const Identity& identity);

}  // namespace trayline::broker
