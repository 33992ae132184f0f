// The client's side of one TLS connection, between texts in memory (OpenSSL). No I/O but reading
// the files of the identity.
#pragma once
#include <memory>
#include <string>

#include "lib/base/result.hpp"
#include "lib/bus/mqtt.hpp"

namespace trayline::bus {

// One thread. Errors end the connection and say why.
class Tls {
 public:
  // Reads ca_file, cert_file and key_file. TLS 1.2 or newer; the broker's certificate has to come
  // from that CA and to name the host, also where that is an address.
  static Result<std::unique_ptr<Tls>> open(const MqttConfig& config);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  // Takes what came from the broker and appends what it means. With no bytes it begins.
  Result<void> take(std::string_view wire, std::string& plain);
  // Takes over the text once the handshake is done, until then none of it, and appends what goes to
  // the broker.
  Result<void> give(std::string& plain, std::string& wire);

 private:
  struct State;
  explicit Tls(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trayline::bus
