// The part of cloud.toml that says where the cloud listens and which broker it speaks to.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace trayline::cloud {

struct ListenSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
  std::string public_url;     // as devices and apps reach it; empty: http://<address>:<port>
  std::vector<std::string> allow_origins;  // of browsers
  static void describe(auto& member, auto& self) {
    member.defaulted("address", self.address);
    member.defaulted("port", self.port);
    member.defaulted("public_url", self.public_url);
    member.defaulted("allow_origins", self.allow_origins);
  }
};

struct BrokerSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8884;
  std::string client_id = "cloud-1";  // the certificate's common name
  std::string ca;                     // files; all empty: plain TCP
  std::string cert;
  std::string key;
  bool shared = true;  // the broker can divide messages between hosts ($share)
  static void describe(auto& member, auto& self) {
    member.defaulted("host", self.host);
    member.defaulted("port", self.port);
    member.defaulted("client_id", self.client_id);
    member.defaulted("ca", self.ca);
    member.defaulted("cert", self.cert);
    member.defaulted("key", self.key);
    member.defaulted("shared", self.shared);
  }
};

}  // namespace trayline::cloud
