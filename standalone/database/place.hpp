// Which database a command means, and what goes on in it. Looks only.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "cloud/settings.hpp"
#include "lib/base/result.hpp"
#include "lib/store/applied.hpp"
#include "lib/store/rows.hpp"
#include "lib/store/store.hpp"

namespace trayline::database {

struct Place {
  store::Engine engine = store::Engine::sqlite;
  std::string address;        // a file, or a URL without a password
  std::string password_file;  // of PostgreSQL; empty: none
};

// "sqlite:FILE", "postgres:URL", "postgresql://..."; invalid_argument says what is understood.
Result<Place> place_from(const std::string& text);
Place place_of(const cloud::Settings& settings);
// For people: "sqlite:cloud.db".
std::string to_text(const Place& place);

// Whether there is a store of ours, not of a newer version; makes and changes nothing. Errors as
// cloud::must_be_ours; not_found also where there is no such file.
Result<void> must_be_ours(const Place& place);
// What of ours is there; conflict where there are tables of another program alone. Makes and
// changes nothing: nothing also where there is no such file.
Result<store::Applied> look_into(const Place& place);
bool same_place(const Place& one, const Place& other);
// Opens it for this command alone: conflict while a host works on it.
Result<std::unique_ptr<store::Store>> open_alone(const Place& place);
// How many rows there are in all tables, but for the list of migrations.
Result<std::int64_t> count_rows(store::Session& session);

}  // namespace trayline::database
