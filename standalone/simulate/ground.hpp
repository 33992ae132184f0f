// The databases that worlds stand on: migrated once, emptied before each world. One thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lib/base/metrics.hpp"
#include "lib/store/store.hpp"

namespace trayline::simulate {

// A store that is somebody else's.
class Borrowed : public store::Store {
 public:
  explicit Borrowed(store::Store& base) : base_(base) {}
  Result<void> migrate(const std::vector<const store::Migrations*>& modules) override {
    return base_.migrate(modules);
  }
  Result<void> transaction(const std::function<Result<void>(store::Session&)>& work) override {
    return base_.transaction(work);
  }
  Result<std::unique_ptr<store::Session>> reader() override { return base_.reader(); }
  bool shared() const override { return base_.shared(); }
  std::uint64_t connections() const override { return base_.connections(); }
  std::uint64_t statements() const override { return base_.statements(); }
  std::uint64_t commits() const override { return base_.commits(); }
  std::vector<std::string> statements_seen() const override { return base_.statements_seen(); }

 protected:
  store::Store& base_;
};

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
