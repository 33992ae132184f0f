#include "standalone/simulate/simulate.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

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

// Gives seeds out and gathers what became of them, in their order. Thread-safe.
class Campaign {
 public:
  explicit Campaign(const Options& options)
      : options_(options), begun_(clock_.monotonic()), next_(options.from), first_(options.from) {}

  // None: it is over.
  std::optional<std::uint64_t> next() {
    const std::lock_guard lock(mutex_);
    const bool over = options_.hours > 0 ? seconds() >= options_.hours * 3600
                                         : next_ - options_.from >= options_.seeds;
    if (over || next_ > last_) return std::nullopt;
    return next_++;
  }
  void done(Outcome outcome) {
    const std::lock_guard lock(mutex_);
    if (outcome.violation && options_.stop_at_first) last_ = std::min(last_, outcome.seed);
    waiting_.emplace(outcome.seed, std::move(outcome));
    for (auto it = waiting_.find(first_); it != waiting_.end(); it = waiting_.find(++first_)) {
      if (first_ <= last_) add(std::move(it->second));
      waiting_.erase(it);
    }
    if (seconds() - told_ < kProgressEvery) return;
    told_ = seconds();
    std::fprintf(stderr, "%llu seeds, %llu violations, %.0f s\n",
                 static_cast<unsigned long long>(report_.seeds),
                 static_cast<unsigned long long>(report_.violations), told_);
  }
  // Told once more, this time with words.
  void explain(const Outcome& outcome, Grounds& grounds, const Plants& plants) {
    if (!options_.plant.empty() || explained_.fetch_add(1) >= kFailedMost) return;
    std::deque<std::string> last;
    run_world(outcome.seed, grounds, plants, [&](Millis at, const std::string& line) {
      last.push_back(line_of(at, line));
      if (last.size() > kLastLines) last.pop_front();
    });
    const std::lock_guard lock(mutex_);
    const auto seed = static_cast<unsigned long long>(outcome.seed);
    std::fprintf(stderr, "seed %llu: %s\n", seed, outcome.violation->c_str());
    for (const std::string& line : last) std::fprintf(stderr, "  %s\n", line.c_str());
    std::fprintf(stderr, "  see it all: trayline simulate --replay %llu\n", seed);
  }
  Report report() {
    report_.seconds = seconds();
    return std::move(report_);
  }

 private:
  double seconds() const {
    return static_cast<double>((clock_.monotonic() - begun_).count()) / 1000;
  }
  void add(Outcome outcome) {
    ++report_.seeds;
    report_.elapsed += outcome.elapsed;
    report_.orders += outcome.orders;
    report_.paid += outcome.paid;
    report_.hash = (report_.hash ^ outcome.hash) * 0x9e3779b97f4a7c15ULL;
    if (!outcome.violation) return;
    ++report_.violations;
    if (report_.failed.size() < kFailedMost) report_.failed.push_back(std::move(outcome));
  }

  const Options& options_;
  const SystemClock clock_;
  const Millis begun_;
  std::mutex mutex_;
  std::uint64_t next_;   // to be given out
  std::uint64_t first_;  // that is not in the report
  std::uint64_t last_ = UINT64_MAX;
  std::map<std::uint64_t, Outcome> waiting_;  // for one before them
  std::atomic<std::size_t> explained_ = 0;
  double told_ = 0;
  Report report_;
};

void play(Campaign& campaign, const std::string& plant) {
  Grounds grounds;
  const Plants plants(plant);
  while (const std::optional<std::uint64_t> seed = campaign.next()) {
    Outcome outcome = run_world(*seed, grounds, plants, nullptr);
    if (outcome.violation) campaign.explain(outcome, grounds, plants);
    campaign.done(std::move(outcome));
  }
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

Report run(const Options& options) {
  set_log_level(static_cast<Level>(4));
  // SQLite takes and gives back a few pages in each transaction; a third of the time was the
  // kernel's.
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  mallopt(M_TOP_PAD, kKeptBytes);
  const double begun = cpu_seconds();
  Campaign campaign(options);
  const unsigned jobs =
      options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> others;
  for (unsigned i = 1; i < jobs; ++i) {
    others.emplace_back([&] { play(campaign, options.plant); });
  }
  play(campaign, options.plant);
  for (std::thread& other : others) other.join();
  Report report = campaign.report();
  report.cpu_seconds = cpu_seconds() - begun;
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
                       {"cpu_seconds", report.cpu_seconds},
                       {"seeds_per_s", static_cast<double>(report.seeds) / report.seconds},
                       {"failed", std::move(failed)}});
}

Outcome replay(std::uint64_t seed, const std::string& plant, std::FILE* out) {
  set_log_level(static_cast<Level>(4));
  Grounds grounds;
  return run_world(seed, grounds, Plants(plant), [out](Millis at, const std::string& line) {
    std::fprintf(out, "%s\n", line_of(at, line).c_str());
  });
}

}  // namespace trayline::simulate
