// [store] of cloud.toml.
#pragma once
#include <cstdint>
#include <string>

#include "lib/config/config.hpp"

namespace trayline::cloud {

// Where orders, payments and everything else is kept.
struct StoreSettings {
  std::string engine = "sqlite";  // sqlite: <data_dir>/cloud.db, one host; postgres: many hosts
  std::string url;                // of PostgreSQL, without a password
  std::string password_file;      // its first line
  std::uint32_t connections = 4;  // of one host to PostgreSQL, one of which writes
  static void describe(auto& member, auto& self) {
    member.defaulted("engine", self.engine);
    member.defaulted("url", self.url);
    member.defaulted("password_file", self.password_file);
    member.defaulted("connections", self.connections);
  }
};
inline constexpr std::uint32_t kConnectionsLeast = 3;  // the tick's, the loop's, one for requests
inline constexpr std::uint32_t kConnectionsMost = 64;

}  // namespace trayline::cloud
