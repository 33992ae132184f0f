#include "standalone/up/enrolment.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "edge/gallery/gallery_file.hpp"
#include "edge/gallery/picture.hpp"
#include "edge/vision/station.hpp"
#include "lib/base/digest.hpp"
#include "standalone/up/config_files.hpp"
#include "standalone/vision/vision.hpp"

namespace trayline::up {
namespace fs = std::filesystem;
namespace {

constexpr int kViews = 8;
constexpr double kPxPerMm = 2;             // of the renderer
constexpr std::string_view kMadeBy = "1";  // raised when what is made here changes
constexpr Millis kLook{20};

// Runs it to its end.
Result<void> run(const std::vector<std::string>& command, const std::atomic<bool>& stop) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  if (pid < 0) return fail(Code::unavailable, command[0] + " cannot be started");
  int status = 0;
  while (::waitpid(pid, &status, WNOHANG) == 0) {
    if (stop) ::kill(pid, SIGKILL);
    std::this_thread::sleep_for(kLook);
  }
  if (stop) return fail(Code::unavailable, "stopped");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(Code::unavailable, command[0] + " failed, see above");
}

std::string skus_of(const cloud::StoreFile& store) {
  std::string list;
  for (const cloud::ItemEntry& item : store.item) {
    list += (list.empty() ? "" : ",") + item.sku.value;
  }
  return list;
}

Result<void> enrol_item(const cloud::ItemEntry& item, const std::string& views,
                        const std::string& gallery) {
  vision_cli::EnrolOptions options;
  options.gallery = gallery;
  options.sku = item.sku.value;
  options.name = item.name;
  options.reference = views + "/reference.jpg";
  options.px_per_mm = kPxPerMm;
  for (const auto& file : fs::directory_iterator(views + "/" + item.sku.value)) {
    options.photos.push_back(file.path().string());
  }
  std::sort(options.photos.begin(), options.photos.end());
  const auto report = vision_cli::enrol(options, SystemClock{});
  if (report) return {};
  return fail(report.error().code, item.sku.value + ": " + report.error().detail);
}

// station.json beside its reference picture.
Result<void> write_station(const std::string& file, const std::string& id, double px_per_mm) {
  const std::string reference = (fs::path(file).parent_path() / "reference.jpg").string();
  vision::Station station;
  station.id = id;
  station.px_per_mm = static_cast<float>(px_per_mm);
  station.references = {
      {"reference.jpg", sha256_hex(read_text(reference)), to_rfc3339(SystemClock{}.now())}};
  return write_text(file, vision::write_station(station));
}

Result<void> enrol_all(const cloud::StoreFile& store, const std::string& dir,
                       const std::string& tray_program, const std::atomic<bool>& stop) {
  std::error_code error;
  fs::remove_all(dir, error);
  fs::create_directories(dir, error);
  const std::string views = dir + "/views";
  if (auto rendered = run({tray_program, "--enrol", views, "--views", std::to_string(kViews),
                           "--skus", skus_of(store)},
                          stop);
      !rendered) {
    return rendered;
  }
  for (const cloud::ItemEntry& item : store.item) {
    if (stop) return fail(Code::unavailable, "stopped");
    if (auto done = enrol_item(item, views, dir + "/menu.gallery"); !done) return done;
  }
  fs::rename(views + "/reference.jpg", dir + "/reference.jpg", error);
  if (error) return fail(Code::unavailable, dir + "/reference.jpg: " + error.message());
  fs::remove_all(views, error);
  return write_station(dir + "/station.json", core_of(store).station.front().id.value, kPxPerMm);
}

}  // namespace

Result<Eyes> rendered_eyes(const StateFolder& state, const cloud::StoreFile& store,
                           const std::string& tray_program, const std::atomic<bool>& stop,
                           const Progress& say) {
  const std::string dir = state.path("station");
  const Eyes eyes{dir + "/station.json", dir + "/menu.gallery", "pipe:" + state.path("run/frames")};
  const std::string made_for = sha256_hex(std::string(kMadeBy) + " " + skus_of(store)) + "\n";
  if (read_text(dir + "/made-for") == made_for) return eyes;
  say("enrolling the menu: " + std::to_string(store.item.size()) + " items, " +
      std::to_string(kViews) + " views each (once)");
  if (auto made = enrol_all(store, dir, tray_program, stop); !made) return fail(made.error());
  if (auto told = write_text(dir + "/made-for", made_for); !told) return fail(told.error());
  return eyes;
}

Result<Eyes> photographed_eyes(const StateFolder& state, const cloud::StoreFile& store,
                               const std::string& folder) {
  const std::string photos = fs::absolute(folder).lexically_normal().string();
  const std::pair<const char*, const char*> needed[] = {
      {"reference.jpg", "a photo of the empty tray"},
      {"menu.gallery", "made by `trayline vision enrol --gallery`"}};
  for (const auto& [file, what] : needed) {
    const std::string path = photos + "/" + file;
    if (!fs::is_regular_file(path)) {
      return fail(Code::not_found, path + " is missing (" + what + ")");
    }
  }
  const std::string dir = state.path("photographed");
  std::error_code error;
  fs::create_directories(dir, error);
  fs::copy_file(photos + "/reference.jpg", dir + "/reference.jpg",
                fs::copy_options::overwrite_existing, error);
  if (error) return fail(Code::unavailable, dir + "/reference.jpg: " + error.message());
  const std::string file = dir + "/station.json";
  if (auto written = write_station(file, core_of(store).station.front().id.value, 0); !written) {
    return fail(written.error());
  }
  const auto sound = gallery::load(photos + "/menu.gallery");
  if (!sound) {
    return fail(sound.error().code,
                sound.error().detail + "; `trayline vision enrol --gallery` makes one anew");
  }
  return Eyes{file, photos + "/menu.gallery", "dir:" + photos};
}

}  // namespace trayline::up
