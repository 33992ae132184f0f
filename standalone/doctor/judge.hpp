// What a finding means. Pure.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "standalone/doctor/doctor.hpp"

namespace trayline::doctor {

inline constexpr int kDaysWarn = 21;                    // a certificate that ends within them
inline constexpr std::chrono::hours kComparedWarn{49};  // since the last comparison
inline constexpr std::uint64_t kDiskWarnBytes = 2ULL << 30;
inline constexpr std::uint64_t kDiskBadBytes = 200ULL << 20;

struct Port {
  std::uint16_t number = 0;
  std::string what;  // "the cloud's API"
  bool taken = false;
  bool store_runs = false;  // on the state folder at hand
};
Line judge_port(const Port& port);

Line judge_disk(const std::string& folder, std::uint64_t free_bytes);

// name: the file, shortened for people. remade: the command that makes a new one.
struct Certificate {
  std::string name;
  std::string common_name;
  Time not_before;
  Time not_after;
};
Line judge_certificate(const Certificate& certificate, Time now);

// A lock file of a store: whose process holds it, if that process is ours and alive.
struct Holder {
  std::string lock;  // the file
  std::int64_t pid = 0;
  std::string program;  // its name; empty where no such process lives
};
Line judge_holder(const Holder& holder);

// How a store's books stand.
struct BooksSeen {
  std::string store;    // its cloud.toml, shortened for people
  std::string stopped;  // why payments are stopped; empty: they are not
  std::int64_t parked = 0;
  std::optional<std::int64_t> differences;  // of the last comparison; none: there was none
  Time compared;
};
std::vector<Line> judge_books(const BooksSeen& books, Time now);

}  // namespace trayline::doctor
