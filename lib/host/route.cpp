#include "lib/host/route.hpp"

#include <algorithm>

#include "lib/base/check.hpp"

namespace trayline::host {

bool Caller::in_group(std::string_view group) const {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

const std::string& Asked::param(std::string_view name) const {
  const auto found = http.params.find(std::string(name));
  check(found != http.params.end(), "a route asks for a parameter that its pattern does not name");
  return found->second;
}

}  // namespace trayline::host
