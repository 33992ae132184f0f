// The customer app under /app/ and the console under /console/, as files that are compiled in.
// Knows no service: the pages use the API like anybody else. Belongs to the loop's thread.
#pragma once
#include <string>

#include "lib/http/server.hpp"

namespace trayline::pages {

struct Settings {
  std::string name;             // of the store, as people know it
  std::string client_id;        // of the accounts' pool, for signing in
  std::string provider_script;  // of the payment provider, for its card element; empty: none
};

// GET / leads to /app/. settings.json beside each page tells it what is in Settings.
void mount(http::Server& server, const Settings& settings);

// What a page may load and reach, as its Content-Security-Policy: itself, and the origin that the
// provider's script comes from.
std::string policy_of(const Settings& settings);

}  // namespace trayline::pages
