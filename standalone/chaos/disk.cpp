#include "standalone/chaos/disk.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>
#include <vector>

#include "standalone/chaos/database.hpp"

namespace trayline::chaos {
namespace fs = std::filesystem;
namespace {

constexpr int kDeviceTries = 50;
constexpr int kCopyTries = 20;
constexpr int kUnmountTries = 200;
constexpr std::chrono::milliseconds kLook{10};

tl::unexpected<Error> failed(const std::string& what) {
  return fail(Code::unavailable, what + ": " + std::strerror(errno));
}

Result<void> make_file_system(const std::string& file) {
  const auto made = run_program({"mkfs.ext4", "-q", "-F", "-m", "0", file});
  return made ? Result<void>() : fail(made.error());
}

// A free loop device on this file, which is free again when it is unmounted.
Result<std::string> attach(const std::string& file) {
  const int control = ::open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  const int backing = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  Result<std::string> out = fail(Code::unavailable, "no loop device is free");
  if (control < 0 || backing < 0) out = failed(control < 0 ? "/dev/loop-control" : file);
  for (int i = 0; control >= 0 && backing >= 0 && i < kDeviceTries; ++i) {
    const int number = ::ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0) break;
    const std::string name = "loop" + std::to_string(number);
    const int device = ::open(("/dev/" + name).c_str(), O_RDWR | O_CLOEXEC);
    loop_config config{};
    config.fd = static_cast<std::uint32_t>(backing);
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    const bool taken = device >= 0 && ::ioctl(device, LOOP_CONFIGURE, &config) == 0;
    if (!taken) {
      // Somebody else was quicker.
      if (device >= 0) ::close(device);
      continue;
    }
    // The descriptor keeps the device until it is mounted; the caller's mount holds it then.
    out = name + ":" + std::to_string(device);
    break;
  }
  if (control >= 0) ::close(control);
  if (backing >= 0) ::close(backing);
  return out;
}

// What the kernel has written to the device so far, and is writing.
std::string writes_of(const std::string& device) {
  std::ifstream file("/sys/block/" + device + "/stat");
  std::vector<std::string> fields;
  for (std::string field; file >> field;) fields.push_back(field);
  return fields.size() < 9 ? "" : fields[4] + " " + fields[6] + " " + fields[8];
}

}  // namespace

Result<void> enter_private_mounts() {
  if (::geteuid() != 0) return fail(Code::unavailable, "a power cut needs root, for loop devices");
  if (::access("/dev/loop-control", R_OK | W_OK) != 0) return failed("/dev/loop-control");
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return failed("mounts of its own");
  }
  return {};
}

Disk::Disk(Disk&& other) noexcept
    : folder_(std::move(other.folder_)),
      number_(other.number_),
      device_(std::exchange(other.device_, "")) {}

Disk::~Disk() { (void)unmount(); }

Result<Disk> Disk::make(const std::string& folder) {
  Disk disk(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  const int fd = ::open(disk.image().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (error || fd < 0 || ::ftruncate(fd, kDiskBytes) != 0) return failed(disk.image());
  ::close(fd);
  if (auto made = make_file_system(disk.image()); !made) return fail(made.error());
  if (auto mounted = disk.mount(); !mounted) return fail(mounted.error());
  return disk;
}

Result<void> Disk::mount() {
  const Result<std::string> attached = attach(image());
  if (!attached) return fail(attached.error());
  const std::size_t colon = attached->find(':');
  const int held = std::stoi(attached->substr(colon + 1));
  const std::string device = attached->substr(0, colon);
  // The journal is replayed by this.
  const int mounted = ::mount(("/dev/" + device).c_str(), folder_.c_str(), "ext4", 0, nullptr);
  const auto why = failed(folder_ + " cannot be mounted");
  ::close(held);
  if (mounted != 0) return why;
  device_ = device;
  return {};
}

Result<void> Disk::copy_to(const std::string& file) const {
  // Blocks that are written while it is copied would mix two moments: then once more.
  for (int i = 0; i < kCopyTries; ++i) {
    const std::string before = writes_of(device_);
    std::error_code error;
    fs::copy_file(image(), file, fs::copy_options::overwrite_existing, error);
    if (error) return fail(Code::unavailable, file + ": " + error.message());
    if (!before.empty() && before == writes_of(device_) && before.ends_with(" 0")) return {};
  }
  return fail(Code::unavailable, folder_ + " is written all the time");
}

Result<void> Disk::unmount() {
  if (device_.empty()) return {};
  // Who was killed may still be dying.
  int done = -1;
  for (int i = 0; i < kUnmountTries && (done = ::umount2(folder_.c_str(), 0)) != 0; ++i) {
    if (errno != EBUSY) break;
    std::this_thread::sleep_for(kLook);
  }
  if (done != 0) done = ::umount2(folder_.c_str(), MNT_DETACH);
  if (done != 0) return failed(folder_ + " cannot be unmounted");
  device_.clear();
  return {};
}

Result<void> Disk::cut() {
  const std::string before = image();
  const std::string next = folder_ + "." + std::to_string(number_ + 1) + ".img";
  if (auto copied = copy_to(next); !copied) return copied;
  if (auto gone = unmount(); !gone) return gone;
  std::error_code ignored;
  fs::remove(before, ignored);
  ++number_;
  return mount();
}

}  // namespace trayline::chaos
