// Where a campaign plays: folder, ports, keys and settings of a whole store on loopback, and the
// programs that make it. Files and values; it starts nothing.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"
#include "standalone/up/keeper.hpp"

namespace trayline::chaos {

inline constexpr std::int64_t kSoupMinor = 550;
inline constexpr std::int64_t kRollMinor = 120;

enum class Engine { sqlite, postgres };

struct StageOptions {
  Engine engine = Engine::sqlite;
  int hosts = 1;     // of the cloud; more than one on PostgreSQL alone
  int cores = 3;     // each an agent with a feed and a screen function
  int stations = 4;  // of each core, each with a screen
};

// What has to be durable, each in a folder of its own that may be a file system of its own.
struct Disks {
  std::string cloud;
  std::string edge;
  std::string postgres;
};

struct Core {
  std::string name;          // "c1", also the program "edge-c1"
  std::string feed_socket;   // where its feed function looks for us
  std::string outbox;        // the agent's database
  std::uint16_t health = 0;  // ports of loopback
  std::uint16_t screen = 0;
  std::vector<std::string> stations;  // "s1"; its screen is "w1"
};

struct Stage {
  StageOptions options;
  std::string dir;
  Disks disks;
  std::vector<Core> cores;
  std::vector<std::uint16_t> cloud_ports;  // one per host: the programs "cloud-1", ...
  std::uint16_t stripe_port = 0;
  std::uint16_t postgres_port = 0;
  std::vector<up::Program> programs;  // in order of start

  std::string cloud_url(std::size_t host) const;
  std::string stripe_url() const;
  bool is_cloud(const std::string& program) const { return program.starts_with("cloud-"); }
};

std::string screen_of(const std::string& station);

// Writes everything below dir, an empty folder. not_found: a program that is missing here.
Result<Stage> set_stage(const std::string& dir, const StageOptions& options, const Clock& clock,
                        Random& random);

}  // namespace trayline::chaos
