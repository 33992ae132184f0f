#include "standalone/database/move.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cloud/open_store.hpp"
#include "standalone/database/catalogue.hpp"

namespace trayline::database {
namespace {

constexpr std::int64_t kRowsAtOnce = 2'000;

using Progress = std::function<void(const std::string&, std::int64_t)>;

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const store::Column& column : table.columns) names.push_back(column.name);
  return names;
}

// Reads on behind the last key, and writes the same rows.
class Copier {
 public:
  Copier(const Table& table, store::Session& from, store::Session& to)
      : table_(table), from_(from), to_(to) {
    const std::string names = fmt::format("{}", fmt::join(names_of(table), ", "));
    const std::string key = fmt::format("{}", fmt::join(table.key, ", "));
    std::vector<std::string> typed;
    for (const store::Column& c : table.columns)
      typed.push_back(
          fmt::format("{} {}", c.name, c.type == store::ColumnType::text ? "text" : "bigint"));
    const std::string order = fmt::format(" ORDER BY {} LIMIT :most", key);
    first_ = fmt::format("SELECT {} FROM {}{}", names, table.name, order);
    next_ = fmt::format("SELECT {} FROM {} WHERE ({}) > (:{}){}", names, table.name, key,
                        fmt::join(table.key, ", :"), order);
    insert_ = fmt::format("INSERT INTO {} ({}) SELECT {} FROM @rows({}) AS r", table.name, names,
                          names, fmt::join(typed, ", "));
  }

  // How many rows there were.
  Result<std::int64_t> run(const Progress& progress) {
    std::int64_t copied = 0;
    store::Args args{{"most", kRowsAtOnce}};
    for (bool first = true;; first = false) {
      const std::string name = fmt::format("database.{}_{}", first ? "first" : "next", table_.name);
      const Result<store::Answer> rows = from_.run({name, first ? first_ : next_, {}}, args);
      if (!rows) return fail(rows.error());
      if (rows->empty()) return copied;
      if (auto written = write(*rows); !written) return fail(written.error());
      for (const std::string& column : table_.key) args[column] = value(rows->back(), column);
      copied += std::ssize(*rows);
      progress(table_.name, copied);
    }
  }

 private:
  store::Value value(const store::Row& row, const std::string& column) const {
    if (row.is_null(column)) return {};
    for (const store::Column& c : table_.columns) {
      if (c.name == column && c.type == store::ColumnType::bigint) return row.integer(column);
    }
    return row.text(column);
  }
  Result<void> write(const store::Answer& rows) {
    store::Rows set(table_.columns.size());
    for (const store::Row& row : rows) {
      std::vector<store::Value> values;
      for (const store::Column& c : table_.columns) values.push_back(value(row, c.name));
      set.add_row(std::move(values));
    }
    const std::string name = "database.insert_" + table_.name;
    const auto done = to_.run({name, insert_, {}}, set);
    if (!done) return fail(done.error());
    return {};
  }

  const Table& table_;
  store::Session& from_;
  store::Session& to_;
  std::string first_, next_, insert_;
};

Result<void> copy_all(store::Session& from, store::Session& to, Moved& moved,
                      const Progress& progress) {
  const Result<std::int64_t> present = count_rows(to);
  if (!present) return fail(present.error());
  if (*present > 0)
    return fail(Code::conflict, fmt::format("the target is not empty: it holds {} rows", *present));
  const Result<std::vector<Table>> tables = read_tables(from);
  if (!tables) return fail(tables.error());
  for (const Table& table : *tables) {
    const Result<std::int64_t> copied = Copier(table, from, to).run(progress);
    if (!copied) return fail(copied.error());
    const Result<std::int64_t> there = count_rows(from, table.name);
    const Result<std::int64_t> here = count_rows(to, table.name);
    if (!there || !here) return fail(there ? here.error() : there.error());
    if (*there != *here || *here != *copied)
      return fail(Code::unavailable, fmt::format("table {} has {} rows and {} arrived: nothing was "
                                                 "moved",
                                                 table.name, *there, *here));
    moved.rows[table.name] = *copied;
  }
  return {};
}

}  // namespace

Result<Moved> move(const Place& from, const Place& to, const Progress& progress) {
  if (same_place(from, to))
    return fail(Code::invalid_argument,
                "--from and --to are the same store, " + to_text(to) + "; name another one");
  if (auto ours = must_be_ours(from); !ours) return fail(ours.error());
  if (auto fits = look_into(to); !fits) return fail(fits.error());
  auto source = open_alone(from);
  if (!source) return fail(source.error());
  auto target = open_alone(to);
  if (!target) return fail(target.error());
  for (const auto& db : {source->get(), target->get()}) {
    if (auto migrated = db->migrate(cloud::all_migrations()); !migrated)
      return fail(migrated.error());
  }
  auto reader = (*source)->reader();
  if (!reader) return fail(reader.error());
  Moved moved;
  const auto done = (*target)->transaction(
      [&](store::Session& session) { return copy_all(**reader, session, moved, progress); });
  if (!done) return fail(done.error());
  return moved;
}

}  // namespace trayline::database
