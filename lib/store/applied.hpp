// What of ours is in a database that somebody names. Looks only.
#pragma once
#include <vector>

#include "lib/base/result.hpp"
#include "lib/store/statement.hpp"
#include "lib/store/store.hpp"

namespace trayline::store {

enum class Applied {
  nothing,  // no table at all
  others,   // tables, but none of these modules'
  earlier,  // tables of these modules; migrate() has steps to apply
  all,
  newer,  // with a step that this version does not know
};

// Errors as Session::run.
Result<Applied> applied(Session& reader, const std::vector<const Migrations*>& modules);

}  // namespace trayline::store
