// The run: who is seeded, started and loaded when. Contenders take turns, one alive at a time.
#include "standalone/bench/flow.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "infra/broker/process.hpp"
#include "lib/base/log.hpp"
#include "lib/postgres/server.hpp"
#include "standalone/bench/chaos.hpp"
#include "standalone/bench/ours.hpp"
#include "standalone/bench/report.hpp"
#include "standalone/bench/theirs.hpp"

namespace trayline::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kWarmUp = 500;  // orders of each turn that are not measured
constexpr int kWarmUpInFlight = 64;
constexpr int kAlonePart = 8;  // an eighth of a step with one in flight
constexpr int kPeerWorkers = 2;

int orders_of(const FlowOptions& options, int in_flight) {
  return in_flight == 1 ? options.per_step / kAlonePart : options.per_step;
}

int orders_of_turns(const FlowOptions& options) {
  int turn = kWarmUp;
  for (const int c : options.in_flight) turn += orders_of(options, c);
  return turn * options.repeats;
}

Result<void> build_kit(const Ground& ground) {
  for (const std::string source : {"stripe-double/stripe_double.c", "loadgen/mqload.c"}) {
    const std::string path = ground.shared + "/" + source;
    if (!fs::exists(path))
      return fail(Code::not_found, path + " is not there; say --shared FOLDER");
    const auto built = run({"gcc", "-O2", "-o", ground.file(fs::path(source).stem()), path},
                           ground.file("gcc.log"));
    if (!built) return fail(built.error());
  }
  return {};
}

// The bench alone: a plain loopback listener, the same for every contender.
void write_broker(const Ground& ground) {
  std::ofstream(ground.file("mosquitto.conf"))
      << "listener " << ground.broker_port
      << " 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n"
         "set_tcp_nodelay true\npersistence false\n";
}

Json::Object about() {
  std::ifstream load_file("/proc/loadavg");
  double load = 0;
  load_file >> load;
  std::ifstream cpus("/proc/cpuinfo");
  std::string model = "CPU";
  for (std::string line; std::getline(cpus, line);) {
    if (line.starts_with("model name")) model = line.substr(line.find(':') + 2);
  }
  utsname system{};
  ::uname(&system);
  Json::Object out;
  out.set("load", load)
      .set("machine", std::to_string(std::thread::hardware_concurrency()) + " x " + model + ", " +
                          system.sysname + " " + system.release);
  return out;
}

void print(const std::vector<Row>& rows) {
  for (const Row& row : rows) std::puts(to_json(row, about()).dump().c_str());
  std::fflush(stdout);
}

// Everything that runs meanwhile; ended in reverse.
class Flow {
 public:
  Flow(const FlowOptions& options, std::string dir) : options_(options) {
    ground_.dir = std::move(dir);
    ground_.shared = options.shared;
    ground_.broker_port = broker::free_port();
    ground_.double_port = broker::free_port();
  }
  Result<void> run() {
    if (auto r = start_ground(); !r) return r;
    if (auto r = gather(); !r) return r;
    for (const auto& contender : contenders_) {
      std::fprintf(stderr, "seeding %s\n", contender->name().c_str());
      if (auto r = contender->seed(seeds(*contender), stations()); !r) return r;
    }
    for (int repeat = 0; repeat < options_.repeats; ++repeat) {
      for (const auto& contender : contenders_) {
        if (auto r = take_turn(*contender); !r) return r;
      }
    }
    print(figures(steps_));
    for (const Ours* ours : ours_) print(goals(steps_, ours->name()));
    if (options_.chaos_orders == 0) return {};
    for (Ours* ours : ours_) {
      if (auto r = chaos(*ours); !r) return r;
    }
    return {};
  }

 private:
  int stations() const {
    return std::max(kWarmUpInFlight,
                    *std::max_element(options_.in_flight.begin(), options_.in_flight.end()));
  }
  bool is_ours(const Contender& contender) const {
    return std::find(ours_.begin(), ours_.end(), &contender) != ours_.end();
  }
  // Two settings of the peer share one database.
  int seeds(const Contender& contender) const {
    const int turns = orders_of_turns(options_);
    if (is_ours(contender)) return turns + options_.chaos_orders;
    return contender.name().starts_with("peer") ? 2 * turns : turns;
  }

  Result<void> start_ground() {
    if (auto built = build_kit(ground_); !built) return built;
    write_broker(ground_);
    const std::vector<std::vector<std::string>> commands{
        {"/usr/sbin/mosquitto", "-c", ground_.file("mosquitto.conf")},
        {ground_.file("stripe_double"), std::to_string(ground_.double_port)}};
    for (const auto& command : commands) {
      Result<Process> process =
          Process::start(command, ground_.file(fs::path(command[0]).filename().string() + ".log"));
      if (!process) return fail(process.error());
      around_.push_back(std::move(*process));
    }
    give_way(300);
    for (Process& process : around_) {
      if (process.ended_within(0))
        return fail(Code::unavailable, "the broker or the charge double did not start");
    }
    return {};
  }

  Result<postgres::Server*> server() {
    postgres::ServerConfig config;
    config.durable = true;
    config.settings = {"shared_buffers = 512MB", "max_wal_size = 4GB"};
    Result<std::unique_ptr<postgres::Server>> started = postgres::Server::start(config);
    if (!started) return fail(started.error());
    servers_.push_back(std::move(*started));
    return servers_.back().get();
  }

  Result<void> gather() {
    for (const std::string& engine : options_.engines) {
      const postgres::Server* here = nullptr;
      if (engine == "postgres") {
        const Result<postgres::Server*> own = server();
        if (!own) return fail(own.error());
        here = *own;
      }
      auto ours = std::make_unique<Ours>(ground_, here);
      ours_.push_back(ours.get());
      contenders_.push_back(std::move(ours));
    }
    if (!options_.peer && !options_.limit) return {};
    const Result<postgres::Server*> theirs = server();
    if (!theirs) return fail(theirs.error());
    if (options_.peer) {
      const Result<std::string> folder = install_peer(ground_);
      if (!folder) return fail(folder.error());
      databases_.push_back(std::make_unique<KitDatabase>(ground_, **theirs, "peer"));
      for (const int workers : {1, kPeerWorkers})
        contenders_.push_back(make_peer(ground_, *databases_.back(), *folder, workers));
    }
    if (!options_.limit) return {};
    databases_.push_back(std::make_unique<KitDatabase>(ground_, **theirs, "limit"));
    Result<std::unique_ptr<Contender>> limit = make_limit(ground_, *databases_.back());
    if (limit) {
      contenders_.push_back(std::move(*limit));
    } else {
      std::fprintf(stderr, "without the yardstick: %s\n", limit.error().detail.c_str());
    }
    return {};
  }

  Result<Measure> load(Contender& contender, int n, int in_flight) {
    Orders& orders = contender.orders();
    LoadSpec spec{contender.config(), orders.tsv, orders.used, n, in_flight, contender.processes()};
    spec.processes.emplace_back("broker", around_[0].pid());
    spec.processes.emplace_back("double", around_[1].pid());
    orders.used += n;
    return run_load(ground_.dir, spec);
  }

  Result<void> take_turn(Contender& contender) {
    if (auto started = contender.start(); !started) return started;
    const Result<Measure> warm = load(contender, kWarmUp, kWarmUpInFlight);
    if (!warm) return fail(warm.error());
    for (const int in_flight : options_.in_flight) {
      const Result<Counters> before = contender.counters();
      if (!before) return fail(before.error());
      const Result<Measure> measure = load(contender, orders_of(options_, in_flight), in_flight);
      if (!measure) return fail(measure.error());
      const Result<Counters> after = contender.counters();
      if (!after) return fail(after.error());
      std::fprintf(stderr, "%s, %d in flight: %.0f/s, %.2f ms, %.0f us\n", contender.name().c_str(),
                   in_flight, measure->per_s, measure->p50_ms, measure->system_cpu_us());
      steps_[{contender.name(), in_flight}].push_back(
          {*measure,
           {after->commits - before->commits, after->statements - before->statements,
            after->ticks - before->ticks}});
    }
    contender.stop();
    return {};
  }

  Result<void> chaos(Ours& ours) {
    ChaosOptions options;
    options.orders = options_.chaos_orders;
    if (auto started = ours.start(); !started) return started;
    const Result<ChaosResult> done = run_chaos(ground_, ours, options);
    if (!done) return fail(done.error());
    ours.stop();
    Row row;
    row.unit = "orders";
    row.in_flight = options.in_flight;
    row.goal = Goal{true, 0, 0};
    row.of = {{"orders", done->measure.sent},
              {"kills", done->kills},
              {"repeats", static_cast<double>(done->repeats)},
              {"per_s", done->measure.per_s}};
    row.id = "P9";
    row.what =
        ours.name() + ": missing, while killed every 5 s, 5 % sent twice, 2 % of replies lost";
    row.value = done->measure.missing;
    print({row});
    row.id = "P9b";
    row.what = ours.name() + ": charged twice or the wrong amount, likewise";
    row.value = done->measure.twice;
    print({row});
    return {};
  }

  const FlowOptions& options_;
  Ground ground_;
  std::vector<Process> around_;  // the broker, the charge double
  std::vector<std::unique_ptr<postgres::Server>> servers_;
  std::vector<std::unique_ptr<KitDatabase>> databases_;
  std::vector<std::unique_ptr<Contender>> contenders_;
  std::vector<Ours*> ours_;
  Steps steps_;
};

}  // namespace

Result<void> run_flow(const FlowOptions& options) {
  std::string dir = (fs::temp_directory_path() / "trayline-bench-XXXXXX").string();
  if (::mkdtemp(dir.data()) == nullptr) return fail(Code::unavailable, "no temporary folder");
  set_log_level(Level::warning);
  Result<void> done = Flow(options, dir).run();
  if (done || !options.keep) fs::remove_all(dir);
  return done;
}

}  // namespace trayline::bench
