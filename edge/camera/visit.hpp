// The visit: one stay of things on the surface, from empty to empty. Its id is on disk as long as
// it lasts, so that a restart in the middle does not make a second order of one tray. Not
// thread-safe.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"

namespace trayline::camera {

struct Visit {
  std::string id;           // UUIDv7
  std::int64_t number = 0;  // of the last prediction; the first is 1
  std::string reference;    // SHA-256 of the empty tray's JPEG as it was at the beginning
  bool uncertain = false;   // the edge was away meanwhile: perhaps another tray lies there now

  bool operator==(const Visit&) const = default;
  static void describe(auto& member, auto& self) {
    member("id", self.id);
    member("number", self.number);
    member.defaulted("reference", self.reference);
    member.defaulted("uncertain", self.uncertain);
  }
};

inline constexpr std::string_view kVisitFile = "visit.json";

class VisitFile {
 public:
  explicit VisitFile(std::string folder) : folder_(std::move(folder)) {}
  // Nothing where no visit is under way. A file that cannot be read is moved aside and counts as a
  // visit nobody knows: a fresh id, uncertain.
  Result<std::optional<Visit>> load(const Clock& clock, Random& random) const;
  // On disk, and its folder too, when it returns.
  Result<void> save(const Visit& visit) const;
  Result<void> clear() const;

 private:
  std::string folder_;
};

}  // namespace trayline::camera
