#include "lib/store/seen.hpp"

#include <mutex>
#include <set>

namespace trayline::store {
namespace {

// Diagnostics of a whole test program, hence of the process, and not of one store.
struct Seen {
  std::mutex mutex;
  std::set<std::string> names;
};
Seen& seen() {
  static Seen instance;
  return instance;
}

}  // namespace

void note_prepared(std::string_view name) {
  const std::lock_guard lock(seen().mutex);
  seen().names.emplace(name);
}

std::vector<std::string> prepared_names() {
  const std::lock_guard lock(seen().mutex);
  return {seen().names.begin(), seen().names.end()};
}

}  // namespace trayline::store
