// Write, rename.
#include "edge/camera/handover.hpp"

#include <filesystem>
#include <fstream>

#include "lib/base/digest.hpp"

namespace trayline::camera {

Result<std::string> hand_over(const std::string& folder, std::span<const std::uint8_t> picture) {
  namespace fs = std::filesystem;
  const std::string name = to_hex(sha256(picture));
  const fs::path target = fs::path(folder) / name;
  std::error_code error;
  if (fs::exists(target, error)) return name;
  const fs::path part = fs::path(folder) / ".part";
  fs::create_directories(part, error);
  if (error) return fail(Code::unavailable, part.string() + ": " + error.message());
  {
    std::ofstream file(part / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(picture.data()),
               static_cast<std::streamsize>(picture.size()));
    file.close();
    if (!file) return fail(Code::unavailable, (part / name).string() + ": cannot be written");
  }
  fs::rename(part / name, target, error);
  if (error) return fail(Code::unavailable, target.string() + ": " + error.message());
  return name;
}

}  // namespace trayline::camera
