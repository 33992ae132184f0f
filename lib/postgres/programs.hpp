// The programs that come with PostgreSQL, as children whose end is waited for.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline::postgres {

// The path of initdb, postgres, pg_dump, ...: of the newest version installed by the distribution,
// else the first on PATH; empty where there is none.
std::string program(const std::string& name);

struct Run {
  std::vector<std::string> command =
      {};  // an absolute program and its arguments; no secret among them
  std::map<std::string, std::string> environment = {};  // added to ours
  std::string user = {};                                // whom it becomes when we are root
};
// Waits for its end; the answer is what it wrote on standard output. not_found: no such program;
// unavailable: another exit status than 0, with the end of what it wrote on standard error.
Result<std::string> run(const Run& what);

}  // namespace trayline::postgres
