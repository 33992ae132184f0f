#include "lib/postgres/test_database.hpp"

#include <fmt/format.h>

namespace trayline::postgres {

Result<Server*> test_server() {
  static const Result<std::unique_ptr<Server>> server = Server::start({});
  if (!server) return fail(server.error());
  return server->get();
}

Result<std::string> fresh_database() {
  static int made = 0;
  const Result<Server*> server = test_server();
  if (!server) return fail(server.error());
  const std::string name = fmt::format("test_{}", ++made);
  if (auto created = (*server)->create_database(name); !created) return fail(created.error());
  return (*server)->url(name);
}

}  // namespace trayline::postgres
