#include "standalone/chaos/chaos.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "infra/broker/process.hpp"
#include "lib/base/log.hpp"
#include "standalone/chaos/campaign.hpp"
#include "standalone/chaos/database.hpp"

namespace trayline::chaos {
namespace fs = std::filesystem;
namespace {

void say(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

const std::string& folder_of(const std::string& store, const Disks& disks) {
  if (store == "edge") return disks.edge;
  return store == "postgres" ? disks.postgres : disks.cloud;
}

// On the main thread, whose children end with it.
Result<Report> carry_out(const Options& options, const std::string& dir) {
  const SystemClock clock;
  SystemRandom system;
  Result<Stage> stage = set_stage(dir, options.stage, clock, system);
  if (!stage) return fail(stage.error());
  std::optional<Disk> disk;
  if (options.how == How::powercut) {
    Result<Disk> made = Disk::make(folder_of(options.store, stage->disks));
    if (!made) return fail(made.error());
    disk.emplace(std::move(*made));
  }
  if (options.stage.engine == Engine::postgres) {
    if (auto made = make_cluster(*stage); !made) return fail(made.error());
  }
  SeededRandom blows(options.seed);
  SeededRandom guests(~options.seed);
  Moments moments;
  std::atomic<bool> stop = false;
  Loop loop;
  Crew crew(loop, clock, *stage, say);
  Market market(loop, clock, guests, moments, *stage);
  loop.on_stop_signal([&stop] { stop = true; });
  Result<Report> report = fail(Code::unavailable, "nothing was done");
  Campaign campaign({options, *stage, loop, clock, blows, moments, crew, market,
                     disk ? &*disk : nullptr, stop, say});
  std::thread conductor([&] {
    report = campaign.run();
    loop.post([&] { crew.stop_all([&] { loop.stop(); }); });
  });
  loop.run();
  conductor.join();
  return report;
}

// Whether this machine has what it takes.
Result<void> can_run(const Options& options) {
  if (broker::mosquitto_program().empty()) {
    return fail(Code::not_found, "mosquitto is not installed; `apt-get install mosquitto`");
  }
  if (options.stage.engine == Engine::postgres && postgres_program("postgres").empty()) {
    return fail(Code::not_found, "PostgreSQL 15 is not installed; `apt-get install postgresql`");
  }
  return options.how == How::powercut ? enter_private_mounts() : Result<void>();
}

}  // namespace

Result<int> run(const Options& options) {
  set_log_level(Level::error);
  if (auto able = can_run(options); !able) {
    say("skipped: " + able.error().detail);
    std::puts(Json::object({{"skipped", able.error().detail}}).dump().c_str());
    return kSkipped;
  }
  std::string dir = (fs::temp_directory_path() / "trayline-chaos-XXXXXX").string();
  if (::mkdtemp(dir.data()) == nullptr) {
    return fail(Code::unavailable, "no folder can be made in " +
                                       fs::temp_directory_path().string() + "; name one by TMPDIR");
  }
  const Result<Report> report = carry_out(options, dir);
  const bool ok = report && report->ok(options);
  std::error_code ignored;
  if (options.keep) {
    say("kept: " + dir);
  } else {
    fs::remove_all(dir, ignored);
  }
  if (!report) return fail(report.error());
  std::puts(to_json(*report, options).dump().c_str());
  return ok ? 0 : 1;
}

}  // namespace trayline::chaos
