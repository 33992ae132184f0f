// Folders as a camera, and the table of kinds.
#include "edge/camera/sources.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "edge/camera/pipe_source.hpp"
#include "edge/gallery/picture.hpp"
#include "lib/base/describe.hpp"
#include "lib/base/encoding.hpp"

namespace trayline::camera {
namespace {

namespace fs = std::filesystem;

struct SidecarFrame {
  std::string file;
  std::int64_t time_ms = 0;
  static void describe(auto& member, auto& self) {
    member("file", self.file);
    member("time_ms", self.time_ms);
  }
};
struct Sidecar {
  std::vector<SidecarFrame> frames;
  static void describe(auto& member, auto& self) { member("frames", self.frames); }
};

constexpr JsonLimits kSidecarLimits{16u << 20, 8};

Result<std::vector<DirFrame>> read_sidecar(const fs::path& folder) {
  const std::string path = (folder / kSidecar).string();
  const Result<Bytes> bytes = gallery::read_file(path);
  if (!bytes) return fail(bytes.error());
  const auto sidecar = from_json_text<Sidecar>(as_text(*bytes), kSidecarLimits);
  if (!sidecar) return fail(Code::invalid_argument, path + ": " + sidecar.error().detail);
  std::vector<DirFrame> plan;
  for (const SidecarFrame& frame : sidecar->frames) {
    if (frame.file.find('/') != std::string::npos || frame.file.starts_with(".")) {
      return fail(Code::invalid_argument, path + ": \"" + frame.file + "\" leaves the folder");
    }
    if (frame.time_ms < 0 || (!plan.empty() && frame.time_ms < plan.back().time_ms)) {
      return fail(Code::invalid_argument, path + ": time_ms falls at \"" + frame.file + "\"");
    }
    plan.push_back({frame.file, frame.time_ms});
  }
  return plan;
}

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

// Every still for kDirHoldMs, the empty tray before each and at the end.
std::vector<DirFrame> show_stills(const std::vector<std::string>& names,
                                  const std::string& reference) {
  std::vector<DirFrame> plan;
  std::int64_t time = 0;
  const auto hold = [&](const std::string& name) {
    for (std::int64_t t = 0; t < kDirHoldMs; t += kDirFrameMs) {
      plan.push_back({name, time});
      time += kDirFrameMs;
    }
  };
  for (const std::string& name : names) {
    if (name == reference) continue;
    hold(reference);
    hold(name);
  }
  hold(reference);
  return plan;
}

class DirSource final : public FrameSource {
 public:
  DirSource(std::string folder, std::vector<DirFrame> plan, const Clock& clock, Pacing pacing)
      : folder_(std::move(folder)), plan_(std::move(plan)), clock_(clock), pacing_(pacing) {}

  Grab next(Millis wait) override {
    if (at_ == plan_.size()) {
      if (pacing_ == Pacing::by_clock) std::this_thread::sleep_for(wait);
      return {Grab::Kind::ended, {}, folder_ + ": all pictures were shown"};
    }
    const DirFrame& due = plan_[at_];
    if (pacing_ == Pacing::by_clock) {
      if (!start_) start_ = clock_.monotonic();
      const Millis left = *start_ + Millis(due.time_ms) - clock_.monotonic();
      if (left > Millis(0)) {
        std::this_thread::sleep_for(std::min(left, wait));
        if (left > wait) return {};
      }
    }
    ++at_;
    if (due.file != held_) {
      held_ = due.file;
      picture_ = gallery::read_picture((fs::path(folder_) / due.file).string());
    }
    if (!picture_) return {Grab::Kind::bad, {}, picture_.error().detail};
    const std::int64_t time_ms =
        pacing_ == Pacing::by_clock ? clock_.monotonic().count() : due.time_ms;
    return {Grab::Kind::frame, {*picture_, time_ms, at_ - 1}, {}};
  }

 private:
  std::string folder_;
  std::vector<DirFrame> plan_;
  const Clock& clock_;
  Pacing pacing_;
  std::size_t at_ = 0;
  std::optional<Millis> start_;
  std::string held_;  // what picture_ was read from
  Result<vision::Image> picture_ = fail(Code::not_found, "nothing read yet");
};

}  // namespace

Result<std::vector<DirFrame>> plan_of(const std::string& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return fail(Code::not_found, folder + ": " + error.message());
  std::vector<std::string> names;
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    if (error) return fail(Code::unavailable, folder + ": " + error.message());
    if (is_picture(entries->path())) names.push_back(entries->path().filename().string());
    if (names.size() > kDirFramesMax) return fail(Code::exhausted, folder + ": too many pictures");
  }
  if (fs::exists(fs::path(folder) / kSidecar, error)) return read_sidecar(folder);
  if (names.empty()) return fail(Code::not_found, folder + ": no JPEG or PNG pictures");
  std::sort(names.begin(), names.end());
  for (const char* reference : {"reference.jpg", "reference.png"}) {
    if (std::find(names.begin(), names.end(), reference) != names.end()) {
      return show_stills(names, reference);
    }
  }
  std::vector<DirFrame> plan;
  std::int64_t time = 0;
  for (std::string& name : names) {
    plan.push_back({std::move(name), time});
    time += kDirFrameMs;
  }
  return plan;
}

Result<std::unique_ptr<FrameSource>> open_source(const std::string& uri, const Clock& clock,
                                                 Pacing pacing) {
  const std::size_t colon = uri.find(':');
  const std::string kind = uri.substr(0, colon);
  const std::string path = colon == std::string::npos ? "" : uri.substr(colon + 1);
  if (path.empty() || (kind != "dir" && kind != "pipe")) {
    return fail(Code::invalid_argument, "camera source \"" + uri + "\": dir:FOLDER or pipe:PATH");
  }
  if (kind == "pipe") return std::make_unique<PipeSource>(path, clock);
  Result<std::vector<DirFrame>> plan = plan_of(path);
  if (!plan) return fail(plan.error());
  return std::make_unique<DirSource>(path, std::move(*plan), clock, pacing);
}

Grab MemorySource::next(Millis) {
  if (at_ == grabs_.size()) return {Grab::Kind::ended, {}, "all was given"};
  return grabs_[at_++];
}

}  // namespace trayline::camera
