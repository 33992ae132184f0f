#include "standalone/up/up.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <thread>

#include "lib/base/log.hpp"
#include "standalone/up/launch.hpp"
#include "standalone/up/once.hpp"
#include "standalone/up/people.hpp"

namespace trayline::up {
namespace {

using command::Outcome;

constexpr int kInterrupted = 130;
constexpr Millis kLook{100};

void say(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

Json urls(const Launch& launch) {
  return Json::object({{"ready", true},
                       {"cloud", launch.cloud_url()},
                       {"app", launch.cloud_url() + "/app/"},
                       {"console", launch.cloud_url() + "/console/"},
                       {"openapi", launch.cloud_url() + "/openapi.json"},
                       {"screen", launch.screen_url()},
                       {"payments", launch.stripe_url()},
                       {"state", launch.state_dir()}});
}

void tell_urls(const Launch& launch, const Options& options) {
  if (options.json) {
    std::puts(urls(launch).dump().c_str());
    std::fflush(stdout);
    return;
  }
  say("  app       " + launch.cloud_url() + "/app/      order and pay, on a phone or here");
  say("  console   " + launch.cloud_url() + "/console/  what staff sees: board, orders, reviews");
  say("  screen    " + launch.screen_url() + "  what hangs over the counter");
  say("  cloud     " + launch.cloud_url() + "  (API description: /openapi.json)");
  say("  payments  " + launch.stripe_url() + "  (simulator; ledger: /_sim/charges)");
  say("  state     " + launch.state_dir());
}

// Everything but the end, on a thread of its own.
Outcome conduct(Launch& launch, const Options& options) {
  const auto give_up = [](const Error& error) { return command::failed("trayline up", error); };
  const Millis start = launch.clock().monotonic();
  if (auto ready = launch.prepare(options); !ready) return give_up(ready.error());
  if (auto ready = launch.start(); !ready) return give_up(ready.error());
  const auto took = static_cast<double>((launch.clock().monotonic() - start).count());
  std::fprintf(stderr, "ready after %.1f s\n", took / 1000);
  tell_urls(launch, options);

  const Played played = play_all(launch, say);
  const int status = played.ok() ? 0 : launch.stopping() ? kInterrupted : 1;
  if (const std::string why = launch.broken(); !why.empty()) {
    return give_up({Code::unavailable, why});
  }
  if (options.once || launch.stopping()) {
    if (options.once) {
      std::puts(to_json(played).dump().c_str());
      std::fflush(stdout);
    }
    return status;
  }
  if (!options.json) tell_urls(launch, options);  // programs were told, people scrolled
  if (const Result<std::string> password = meet_people(launch)) {
    say("  sign in   as " + std::string(kGuest) + " (has a card) or " + std::string(kStaffMember) +
        ", password " + *password);
  } else if (!launch.stopping()) {
    say("  nobody can sign in: " + password.error().detail);
  }
  say(status == 0 ? "all stories played; running until Ctrl-C"
                  : "a story failed, see above; running until Ctrl-C");
  while (!launch.stopping()) std::this_thread::sleep_for(kLook);
  if (const std::string why = launch.broken(); !why.empty()) {
    return give_up({Code::unavailable, why});
  }
  return status;
}

Outcome run(const Options& options) {
  set_log_level(Level::error);
  SystemClock clock;
  SystemRandom random;
  Loop loop;
  std::atomic<bool> stop = false;
  Launch launch(loop, clock, random, stop, say);
  loop.on_stop_signal([&] {
    if (stop.exchange(true)) ::_exit(kInterrupted);  // our children end with us
    say("stopping");
    launch.interrupt();
  });
  Outcome outcome = command::kFailed;
  std::thread conductor([&] {
    outcome = conduct(launch, options);
    loop.post([&] { launch.stop_all([&] { loop.stop(); }); });
  });
  loop.run();
  conductor.join();
  return outcome;
}

}  // namespace

command::Outcome main_of_up(int argc, char** argv) {
  CLI::App app(
      "Starts a whole store on this machine: broker, payment simulator, cloud, edge with camera "
      "and\n"
      "screen. Plays the stories, then runs until Ctrl-C, which stops everything it started.\n"
      "Progress goes to standard error. With --once it ends after the stories; the last line on\n"
      "standard output is one JSON object, and the exit status is 0 only if all is well.\n"
      "Example: trayline up --once\n"
      "         trayline up --store store.toml --state ./store",
      "trayline up");
  Options options;
  app.add_flag("--once", options.once, "Play the stories and end");
  app.add_option("--store", options.store, "store.toml of your own; the demo store where absent");
  app.add_option("--state", options.state,
                 "Folder kept between starts; TRAYLINE_STATE, else .trayline beside ./trayline");
  app.add_option("--camera", options.camera,
                 "dir:FOLDER: look at your photos, with FOLDER/reference.jpg (the empty tray) and "
                 "FOLDER/menu.gallery (from `trayline vision enrol`), instead of rendered trays");
  app.add_flag("--json", options.json, "The addresses as one JSON line on standard output");
  if (auto over = command::parse(app, argc, argv)) return *over;
  if (!options.camera.empty() &&
      (!options.camera.starts_with("dir:") || options.camera.size() == 4)) {
    return command::failed(
        "trayline up", {Code::invalid_argument, "--camera is dir:FOLDER; see trayline up --help"},
        command::kUsage);
  }
  return run(options);
}

}  // namespace trayline::up
