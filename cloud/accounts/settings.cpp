// Look-ups in the settings.
#include "cloud/accounts/settings.hpp"

#include <algorithm>

namespace trayline::accounts {

std::string pool_name(const Settings& settings) {
  const std::size_t mark = settings.pool_id.find('_');
  return mark == std::string::npos ? settings.pool_id : settings.pool_id.substr(mark + 1);
}

const Client* find_client(const Settings& settings, const std::string& id) {
  const auto found = std::find_if(settings.clients.begin(), settings.clients.end(),
                                  [&](const Client& client) { return client.id == id; });
  return found == settings.clients.end() ? nullptr : &*found;
}

}  // namespace trayline::accounts
