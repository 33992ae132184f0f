// trayline-tray: plays the video child of a station, or writes enrolment views and stills.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "lib/base/clock.hpp"
#include "lib/command/command.hpp"
#include "sim/tray/album.hpp"
#include "sim/tray/player.hpp"

namespace {

int tell(const trayline::Result<void>& result) {
  if (result) return 0;
  std::fprintf(stderr, "trayline-tray: %s\n", result.error().detail.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace trayline::tray;
  PlayOptions play_options;
  AlbumOptions album;
  std::string enrol;
  std::string stills;
  CLI::App app(
      "Renders trays as an overhead camera sees them. Without --enrol or --stills it plays:\n"
      "frames to --out, commands as JSON lines on standard input, answers as JSON lines on\n"
      "standard output (on standard error with --out -).\n"
      "Commands: {\"put\":{\"items\":[{\"sku\":\"apple\",\"count\":1}],\"qr\":\"text\"}}\n"
      "          {\"add\":{\"sku\":\"apple\"}} {\"take\":{\"sku\":\"apple\"}} {\"nudge\":true}\n"
      "          {\"remove\":true} {\"quit\":true}\n"
      "Example: trayline-tray --enrol album --views 8");
  app.name("trayline-tray");
  app.add_option("--seed", play_options.seed, "What lies where, hands, light")
      ->capture_default_str();
  app.add_option("--station", play_options.station,
                 "Mat and lamp; the same for enrolment and clips")
      ->capture_default_str();
  app.add_option("--iconic", play_options.iconic,
                 "Folder of studio photos NAME.jpg: SKU NAME is cut out from them");
  app.add_option("--fps", play_options.fps, "Frames per second, 1 to 60")->capture_default_str();
  app.add_option("--out", play_options.out, "Named pipe (made where absent), or - for stdout")
      ->capture_default_str();
  app.add_option("--enrol", enrol, "Write FOLDER/<sku>/<n>.jpg, reference.jpg and truth.json");
  app.add_option("--views", album.count, "Views per SKU, with --enrol (8)");
  app.add_option("--stills", stills, "Write trays FOLDER/<n>.jpg with truth <n>.json")
      ->excludes("--enrol");
  app.add_option("--count", album.count, "Stills, with --stills (8)")->excludes("--views");
  app.add_option("--skus", album.skus, "SKUs of the album, the demo menu where absent")
      ->delimiter(',');
  app.add_flag("--touching", album.touching, "Stills with items pushed against each other");
  app.add_option("--unknown", album.unknown, "Share of stills with a thing of no menu")
      ->check(CLI::Range(0.0, 1.0));
  if (auto over = trayline::command::parse(app, argc, argv)) {
    return trayline::command::finish(*over, argc, argv);
  }

  album.seed = play_options.seed;
  album.station = play_options.station;
  album.iconic = play_options.iconic;
  if (!enrol.empty()) {
    album.folder = enrol;
    return tell(write_enrolment(album));
  }
  if (!stills.empty()) {
    album.folder = stills;
    return tell(write_stills(album));
  }
  return tell(play(play_options, trayline::SystemClock{}));
}
