// Any bytes as a menu.gallery on disk: a value or an error, never a crash.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "edge/gallery/gallery_file.hpp"
#include "lib/base/check.hpp"

namespace {

// In memory where the system has that; gone with the process.
struct File {
  std::string path;
  File() {
    path = "/dev/shm/trayline-fuzz-gallery-" + std::to_string(::getpid());
    if (!std::ofstream(path)) path = "/tmp/trayline-fuzz-gallery-" + std::to_string(::getpid());
  }
  ~File() { std::remove(path.c_str()); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  static const File file;
  std::ofstream(file.path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  Result<vision::GalleryContent> content = gallery::load(file.path);
  if (!content) {
    check(!content.error().detail.empty(), "a refusal says why");
    return 0;
  }
  (void)vision::Gallery::create(std::move(*content));
  return 0;
}
