// store.toml, cloud.toml and edge.toml of a store on one machine, as text that the real loaders
// read back. Pure.
#pragma once
#include <string>
#include <string_view>

#include "cloud/settings.hpp"
#include "cloud/store_file.hpp"
#include "edge/agent/settings.hpp"
#include "standalone/up/ports.hpp"
#include "standalone/up/secrets.hpp"

namespace trayline::up {

inline constexpr const char* kEnv = "local";
inline constexpr std::string_view kStaffMember = "staff@example.org";  // a user name

// The demo store: the renderer's menu with prices, one core, one station, one screen.
std::string demo_store_text();

// Everything that the other two files name.
struct Wiring {
  Ports ports;
  Secrets secrets;
  Certificates certificates;
  std::string state_dir;
  std::string store_file;
  std::string push_url;
  std::string programs;  // the folder of trayline-camera and trayline-screen
  std::string source;    // of the camera: pipe:PATH or dir:PATH
  std::string station_file;
  std::string gallery_file;
};

std::string cloud_text(const Wiring& wiring);
// The core that runs on this machine: the store's first one that has a station.
const cloud::CoreEntry& core_of(const cloud::StoreFile& store);
std::string edge_text(const Wiring& wiring, const cloud::StoreFile& store);

}  // namespace trayline::up
