// Everything from one database into another one, of either engine.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "standalone/database/place.hpp"

namespace trayline::database {

struct Moved {
  std::map<std::string, std::int64_t> rows;  // by table
};

// Both are brought to this program's version first. In one transaction of the target: all of it or
// nothing. conflict: a host works on one of them, or the target is not empty; invalid_argument:
// they are the same; unavailable also where the counts differ at the end. progress hears of each
// part: table and rows so far.
Result<Moved> move(const Place& from, const Place& to,
                   const std::function<void(const std::string&, std::int64_t)>& progress);

}  // namespace trayline::database
