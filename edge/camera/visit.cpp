// The file of the visit that is under way.
#include "edge/camera/visit.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "edge/gallery/picture.hpp"
#include "lib/base/describe.hpp"
#include "lib/base/file.hpp"

namespace trayline::camera {
namespace {

Error trouble(const std::string& path) {
  return {Code::unavailable, path + ": " + std::strerror(errno)};
}

}  // namespace

Result<std::optional<Visit>> VisitFile::load(const Clock& clock, Random& random) const {
  const std::string path = folder_ + "/" + std::string(kVisitFile);
  const Result<Bytes> bytes = gallery::read_file(path);
  if (!bytes && bytes.error().code == Code::not_found) return std::nullopt;
  if (!bytes) return fail(bytes.error());
  Result<Visit> visit = from_json_text<Visit>(as_text(*bytes));
  if (!visit || !is_uuid7(visit->id) || visit->number < 0) {
    if (std::rename(path.c_str(), (path + ".broken").c_str()) != 0) return fail(trouble(path));
    visit = Visit{uuid7(clock.now(), random), 0, {}, true};
  }
  return *visit;
}

Result<void> VisitFile::save(const Visit& visit) const {
  return write_durably(folder_ + "/" + std::string(kVisitFile), to_json_text(visit));
}

Result<void> VisitFile::clear() const {
  const std::string path = folder_ + "/" + std::string(kVisitFile);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail(trouble(path));
  return sync_folder(folder_);
}

}  // namespace trayline::camera
