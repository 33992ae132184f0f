// The databases that worlds stand on: migrated once, emptied before each world. One thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lib/base/metrics.hpp"
#include "lib/store/wrapped.hpp"

namespace trayline::simulate {

// A database in memory that outlives its users.
class Ground {
 public:
  // Aborts where there is no room for it.
  Ground();
  // migrations are remembered: the first world makes the tables, the next ones find them.
  void clear();
  store::Store& store() { return *once_; }

 private:
  // Hosts and agents migrate at each of their many starts; that is looked at once for each of them.
  class MigratedOnce;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Store> once_;
  std::vector<std::string> clearing_;  // statements, kept because stores keep views of them
};

}  // namespace trayline::simulate
