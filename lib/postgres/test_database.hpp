// Databases for tests: one server per test process, made at the first call and removed at its end.
// One thread.
#pragma once
#include <string>

#include "lib/postgres/server.hpp"

namespace trayline::postgres {

// The server of this process. Errors as Server::start, also when asked again.
Result<Server*> test_server();
// The address of an empty database on it.
Result<std::string> fresh_database();

}  // namespace trayline::postgres
