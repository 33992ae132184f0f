// edge.toml as a struct: who this core is, where the broker is, which functions run.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/config/config.hpp"

namespace trayline::agent {

struct FunctionSettings {
  std::string name;                    // [a-z0-9-]{1,40}, not agent, up or down
  std::vector<std::string> exec;       // program and arguments
  Json config = Json(Json::Object());  // handed to the function as it is
  static void describe(auto& member, auto& self) {
    member("name", self.name);
    member("exec", self.exec);
    member.defaulted("config", self.config);
  }
};

struct BrokerSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8883;
  static void describe(auto& member, auto& self) {
    member.defaulted("host", self.host);
    member.defaulted("port", self.port);
  }
};

struct Settings {
  std::string env;
  std::string core;
  std::string state_dir;  // outbox.db, handover/, work/, logs/
  std::string ca;         // files of the identity; plain TCP where all three are empty
  std::string cert;
  std::string key;
  std::uint16_t health_port = 0;             // loopback; 0: any
  config::ByteSize outbox{512ULL << 20};     // payloads that wait for the cloud
  config::ByteSize pictures{1024ULL << 20};  // that wait in handover/
  BrokerSettings broker;
  std::vector<FunctionSettings> function;
  static void describe(auto& member, auto& self) {
    member("env", self.env);
    member("core", self.core);
    member("state_dir", self.state_dir);
    member.defaulted("ca", self.ca);
    member.defaulted("cert", self.cert);
    member.defaulted("key", self.key);
    member.defaulted("health_port", self.health_port);
    member.defaulted("outbox", self.outbox);
    member.defaulted("pictures", self.pictures);
    member.defaulted("broker", self.broker);
    member.defaulted("function", self.function);
  }
  void validate(config::Complaints& wrong) const;
};

// Reads and checks the file; paths in it that are not absolute count from its folder. The error
// names file, line and column, or the identity's file that cannot be read and what makes it.
Result<Settings> load_settings(const std::string& path);
// The second half alone: that certificate, key and authority are there and readable.
Result<void> check_identity(const Settings& settings);

}  // namespace trayline::agent
