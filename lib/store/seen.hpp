// Which statements ran in this process, on any engine: a test fails for one that none runs.
// Thread-safe.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace trayline::store {

void note_prepared(std::string_view name);
// In the order of their names.
std::vector<std::string> prepared_names();

}  // namespace trayline::store
