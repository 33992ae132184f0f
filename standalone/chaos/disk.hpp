// A file system of its own in a file, and a power cut of it: ext4 on a loop device, whose backing
// file is copied while nothing more is written; the copy holds only what was flushed. It models a
// lost page cache, not a drive that lies about flushing. Needs root and loop devices.
#pragma once
#include <string>

#include "lib/base/result.hpp"

namespace trayline::chaos {

inline constexpr std::int64_t kDiskBytes = 192LL << 20;

// That this machine can do it, and from now on this thread and its children have mounts of their
// own, which end with them. unavailable says what is missing.
Result<void> enter_private_mounts();

class Disk {
 public:
  // An empty file system on the folder, which is made; its files lie beside it.
  static Result<Disk> make(const std::string& folder);
  Disk(Disk&& other) noexcept;
  Disk& operator=(Disk&&) = delete;
  // Unmounts it.
  ~Disk();

  // After whoever wrote there was killed: what was not flushed is gone, as after a power cut.
  // unavailable: it cannot be copied, or the copy cannot be mounted.
  Result<void> cut();

 private:
  explicit Disk(std::string folder) : folder_(std::move(folder)) {}
  std::string image() const { return folder_ + "." + std::to_string(number_) + ".img"; }
  Result<void> mount();
  Result<void> copy_to(const std::string& file) const;
  Result<void> unmount();

  std::string folder_;
  int number_ = 0;      // of the image
  std::string device_;  // "loop3"; empty: not mounted
};

}  // namespace trayline::chaos
