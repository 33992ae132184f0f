#include "standalone/simulate/ground.hpp"

#include <set>

#include "lib/base/check.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::simulate {
namespace {

constexpr store::Statement kTables{
    "simulate.tables",
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
    "AND name <> 'store_migrations' ORDER BY name",
    {}};
// What refuses to delete, else one database could not serve many seeds.
constexpr store::Statement kKeepers{
    "simulate.keepers",
    "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%BEFORE DELETE%'",
    {}};

}  // namespace

class Ground::MigratedOnce final : public store::Wrapped {
 public:
  using Wrapped::Wrapped;
  Result<void> migrate(const std::vector<const store::Migrations*>& modules) override {
    std::vector<const store::Migrations*> fresh;
    for (const store::Migrations* module : modules) {
      if (!done_.contains(module)) fresh.push_back(module);
    }
    if (fresh.empty()) return {};
    if (auto migrated = base_.migrate(fresh); !migrated) return migrated;
    done_.insert(fresh.begin(), fresh.end());
    return {};
  }

 private:
  std::set<const store::Migrations*> done_;
};

Ground::Ground() {
  Result<std::unique_ptr<store::Store>> opened =
      store::open_sqlite({.path = ":memory:", .one_thread = true}, nullptr);
  check(opened.has_value(), "a database in memory opens");
  store_ = std::move(*opened);
  once_ = std::make_unique<MigratedOnce>(*store_);
}

void Ground::clear() {
  const Result<void> cleared = store_->transaction([&](store::Session& session) -> Result<void> {
    Result<store::Answer> tables = session.run(kTables);
    if (!tables) return fail(tables.error());
    if (clearing_.size() != 2 * tables->size()) {
      clearing_.clear();
      Result<store::Answer> keepers = session.run(kKeepers);
      if (!keepers) return fail(keepers.error());
      for (const store::Row& row : *keepers) {
        const std::string drop = "DROP TRIGGER " + row.text("name");
        if (auto r = session.run({"simulate.drop_keeper", drop, {}}); !r) return fail(r.error());
      }
      for (const store::Row& row : *tables) {
        clearing_.push_back("simulate.clear_" + row.text("name"));
        clearing_.push_back("DELETE FROM " + row.text("name"));
      }
    }
    for (std::size_t i = 0; i < clearing_.size(); i += 2) {
      const store::Statement clear{clearing_[i], clearing_[i + 1], {}};
      if (auto r = session.run(clear); !r) return fail(r.error());
    }
    return {};
  });
  check(cleared.has_value(), "a database in memory can be emptied");
}

}  // namespace trayline::simulate
