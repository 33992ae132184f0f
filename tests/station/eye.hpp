// A rendered station for the tests: a gallery enrolled from views, a station with its empty tray,
// and a camera that looks at played clips. Test code only.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "edge/camera/camera.hpp"
#include "edge/vision/predict.hpp"
#include "lib/wire/prediction.hpp"
#include "sim/tray/clip.hpp"
#include "sim/tray/render.hpp"

namespace trayline::station {

inline constexpr std::uint64_t kStationSeed = 1;

// The demo menu, from eight views a SKU that no clip and no still uses; made once.
const vision::Gallery& enrolled();
// Its reference in the light of the seed.
vision::Station station_of(std::uint64_t seed);

// A folder that goes when the test ends.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path(const std::string& name = "") const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Items as "apple x1, coffee x2", by SKU.
std::string told(const Json& counted);
std::string told(const wire::Prediction& prediction);
std::string told(const vision::Counts& counts);

// Plays a clip before a camera in simulated time, 10 frames a second.
class Show {
 public:
  explicit Show(std::uint64_t seed);
  // A new camera on the same disk, as after a restart.
  void restart();
  // Plays the command to its end and so many milliseconds more; what was predicted meanwhile.
  std::vector<wire::Prediction> play(const std::string& command, std::int64_t and_ms = 1500);
  std::vector<wire::Prediction> wait(std::int64_t ms);

  camera::Camera& camera() { return *camera_; }
  const Folder& folder() const { return folder_; }
  void flicker(float amplitude) { flicker_ = amplitude; }
  void refuse(bool yes) { refuse_ = yes; }

 private:
  void frame();

  Folder folder_;
  ManualClock clock_;
  SeededRandom random_;
  tray::Shelf shelf_;
  tray::Renderer renderer_;
  tray::Clip clip_;
  std::optional<camera::Camera> camera_;
  std::vector<wire::Prediction> predictions_;
  std::uint64_t seed_;
  std::uint64_t frames_ = 0;
  float flicker_ = 0;
  bool refuse_ = false;
};

}  // namespace trayline::station
