#include "standalone/bench/bench.hpp"

#include <CLI/CLI.hpp>

#include "standalone/bench/flow.hpp"
#include "standalone/chaos/chaos.hpp"

namespace trayline::bench {
namespace {

void add_flow(CLI::App& app, FlowOptions& options) {
  CLI::App* flow = app.add_subcommand(
      "flow",
      "Predictions over MQTT to paid screens: us, the peer and the yardstick by turns.\n"
      "Example: trayline bench flow --in-flight 1,64 --orders 8000");
  flow->add_option("--shared", options.shared, "Folder of the benchmark kit")
      ->capture_default_str();
  flow->add_option("--engine", options.engines, "Stores of ours: postgres, sqlite")
      ->delimiter(',')
      ->check(CLI::IsMember({"postgres", "sqlite"}))
      ->capture_default_str();
  flow->add_flag_callback(
      "--no-peer", [&options] { options.peer = false; }, "Without the peer in Node.js");
  flow->add_flag_callback(
      "--no-limit", [&options] { options.limit = false; }, "Without the yardstick in C");
  flow->add_option("--in-flight", options.in_flight, "Orders under way, one step each")
      ->delimiter(',')
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  flow->add_option("--orders", options.per_step,
                   "Orders in each step (an eighth with one in flight)")
      ->check(CLI::Range(80, 200'000))
      ->capture_default_str();
  flow->add_option("--repeats", options.repeats, "How often each takes its turn")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  flow->add_option("--chaos-orders", options.chaos_orders,
                   "Orders while our cloud is killed every 5 s; 0: none")
      ->check(CLI::Range(0, 200'000))
      ->capture_default_str();
  flow->add_flag("--keep", options.keep, "Keep the temporary folder when something fails");
  flow->add_flag_callback(
      "--json", [] {}, "Every row is one JSON object, as without it");
}

CLI::App* add_campaign(CLI::App& app, const std::string& name, const std::string& says,
                       chaos::Options& options) {
  CLI::App* command = app.add_subcommand(name, says);
  command->add_option("--seed", options.seed, "Of what is struck when")->capture_default_str();
  command->add_option("--cores", options.stage.cores, "Edges")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command->add_option("--stations", options.stage.stations, "Of each edge, each with a screen")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command->add_flag("--keep", options.keep, "Keep the temporary folder and say where it is");
  command->add_flag_callback(
      "--json", [] {}, "The last line is one JSON object, as without it");
  return command;
}

void add_engine(CLI::App* command, chaos::Options& options) {
  const auto choose = [&options](const std::string& name) {
    options.stage.engine = name == "postgres" ? chaos::Engine::postgres : chaos::Engine::sqlite;
  };
  command->add_option_function<std::string>("--engine", choose, "Of the cloud's store")
      ->check(CLI::IsMember({"sqlite", "postgres"}));
  command->add_option("--hosts", options.stage.hosts, "Of the cloud; several on postgres alone")
      ->check(CLI::Range(1, 9))
      ->capture_default_str();
}

}  // namespace

command::Outcome main_of_bench(int argc, char** argv) {
  CLI::App app(
      "Measures. One JSON object per row on standard output; exit status 0 means measured.\n"
      "Example: trayline bench flow --in-flight 1,64 --orders 8000",
      "trayline bench");
  app.require_subcommand(1);
  FlowOptions options;
  add_flow(app, options);
  chaos::Options kill;
  CLI::App* killing = add_campaign(
      app, "kill",
      "Kills random processes of a whole store at random moments, and audits what they promised.\n"
      "Example: trayline bench kill --engine sqlite --kills 50",
      kill);
  killing->add_option("--kills", kill.blows, "How many")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  add_engine(killing, kill);
  chaos::Options pause;
  pause.how = chaos::How::pause;
  CLI::App* pausing = add_campaign(app, "pause",
                                   "The same with processes that stand still for 0.2 to 60 s.\n"
                                   "Example: trayline bench pause --pauses 20",
                                   pause);
  pausing->add_option("--pauses", pause.blows, "How many")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  add_engine(pausing, pause);
  chaos::Options cut;
  cut.how = chaos::How::powercut;
  CLI::App* cutting = add_campaign(
      app, "powercut",
      "Cuts the power of a store's disk (an image that is copied; needs root and loop devices).\n"
      "Example: trayline bench powercut --store edge --cuts 20",
      cut);
  cutting->add_option("--cuts", cut.blows, "How many")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  cutting->add_option("--store", cut.store, "cloud, edge or postgres")
      ->check(CLI::IsMember({"cloud", "edge", "postgres"}))
      ->capture_default_str();
  if (auto over = command::parse(app, argc, argv)) return *over;
  if (cut.store == "postgres") cut.stage.engine = chaos::Engine::postgres;
  for (const chaos::Options* campaign : {&kill, &pause}) {
    if (campaign->stage.hosts > 1 && campaign->stage.engine != chaos::Engine::postgres) {
      return command::failed(
          "trayline bench",
          {Code::invalid_argument, "--hosts above 1 needs --engine postgres; see --help"},
          command::kUsage);
    }
  }
  const std::pair<CLI::App*, const chaos::Options*> campaigns[] = {
      {killing, &kill}, {pausing, &pause}, {cutting, &cut}};
  for (const auto& [command, campaign] : campaigns) {
    if (!command->parsed()) continue;
    const Result<int> status = chaos::run(*campaign);
    if (status) return *status;
    return command::failed("trayline bench " + command->get_name(), status.error());
  }
  const Result<void> done = run_flow(options);
  if (done) return 0;
  return command::failed("trayline bench flow", done.error());
}

}  // namespace trayline::bench
