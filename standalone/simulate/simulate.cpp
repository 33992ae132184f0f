#include "standalone/simulate/simulate.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <cstdio>
#include <deque>

#include "lib/base/log.hpp"

namespace trayline::simulate {
namespace {

constexpr std::size_t kLastLines = 25;
constexpr int kKeptBytes = 64 << 20;  // of free memory, by the allocator
constexpr double kMillisOfYear = 365.25 * 24 * 3600 * 1000;
constexpr double kProgressEvery = 5;  // seconds

std::string line_of(Millis at, const std::string& line) {
  const std::int64_t ms = at.count();
  return fmt::format("{:>3}:{:02}:{:02}.{:03} {}", ms / 3'600'000, ms / 60'000 % 60,
                     ms / 1'000 % 60, ms % 1'000, line);
}

// Told once more, this time with words.
void explain(const Outcome& outcome, Grounds& grounds, const Plants& plants) {
  std::deque<std::string> last;
  run_world(outcome.seed, grounds, plants, [&](Millis at, const std::string& line) {
    last.push_back(line_of(at, line));
    if (last.size() > kLastLines) last.pop_front();
  });
  std::fprintf(stderr, "seed %llu: %s\n", static_cast<unsigned long long>(outcome.seed),
               outcome.violation->c_str());
  for (const std::string& line : last) std::fprintf(stderr, "  %s\n", line.c_str());
  std::fprintf(stderr, "  see it all: trayline simulate --replay %llu\n",
               static_cast<unsigned long long>(outcome.seed));
}

}  // namespace

Report run(const Options& options) {
  set_log_level(static_cast<Level>(4));
  // SQLite takes and gives back a few pages in each transaction; a third of the time was the
  // kernel's.
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  mallopt(M_TOP_PAD, kKeptBytes);
  const SystemClock clock;
  const Millis begun = clock.monotonic();
  const auto seconds = [&] {
    return static_cast<double>((clock.monotonic() - begun).count()) / 1000;
  };
  Grounds grounds;
  const Plants plants(options.plant);
  Report report;
  double told = 0;
  for (std::uint64_t seed = options.from;; ++seed) {
    const bool over =
        options.hours > 0 ? seconds() >= options.hours * 3600 : report.seeds >= options.seeds;
    if (over) break;
    Outcome outcome = run_world(seed, grounds, plants, nullptr);
    ++report.seeds;
    report.elapsed += outcome.elapsed;
    report.orders += outcome.orders;
    report.paid += outcome.paid;
    report.hash = (report.hash ^ outcome.hash) * 0x9e3779b97f4a7c15ULL;
    if (outcome.violation) {
      ++report.violations;
      if (report.failed.size() < kFailedMost) {
        if (options.plant.empty()) explain(outcome, grounds, plants);
        report.failed.push_back(std::move(outcome));
      }
      if (options.stop_at_first) break;
    }
    if (seconds() - told >= kProgressEvery) {
      told = seconds();
      std::fprintf(stderr, "%llu seeds, %llu violations, %.0f s\n",
                   static_cast<unsigned long long>(report.seeds),
                   static_cast<unsigned long long>(report.violations), told);
    }
  }
  report.seconds = seconds();
  return report;
}

Json to_json(const Report& report) {
  Json::Array failed;
  for (const Outcome& outcome : report.failed) {
    failed.push_back(Json::object({{"seed", outcome.seed}, {"violation", *outcome.violation}}));
  }
  const double years = static_cast<double>(report.elapsed.count()) / kMillisOfYear;
  return Json::object({{"seeds", report.seeds},
                       {"virtual_years", years},
                       {"orders", report.orders},
                       {"paid", report.paid},
                       {"violations", report.violations},
                       {"hash", fmt::format("{:016x}", report.hash)},
                       {"seconds", report.seconds},
                       {"seeds_per_s", static_cast<double>(report.seeds) / report.seconds},
                       {"failed", std::move(failed)}});
}

Outcome replay(std::uint64_t seed, const std::string& plant) {
  set_log_level(static_cast<Level>(4));
  Grounds grounds;
  return run_world(seed, grounds, Plants(plant), [](Millis at, const std::string& line) {
    std::printf("%s\n", line_of(at, line).c_str());
  });
}

}  // namespace trayline::simulate
