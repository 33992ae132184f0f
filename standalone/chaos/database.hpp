// The PostgreSQL of a campaign, and read-only questions to the cloud's store on either engine. Its
// own programs do the work: initdb, postgres, psql.
#pragma once
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "standalone/chaos/stage.hpp"

namespace trayline::chaos {

// Runs to its end, as another user where one is named and we are root. Its standard output;
// unavailable where it fails, with what it said.
Result<std::string> run_program(std::vector<std::string> words, const std::string& user = "");

// Empty where PostgreSQL is not installed here.
std::string postgres_program(const std::string& name);
inline constexpr const char* kPostgresUser = "postgres";  // whom it becomes when we are root

std::string postgres_data(const Stage& stage);
std::string postgres_url(const Stage& stage);
// A new cluster in the stage's folder, which lets in whoever reaches its port of loopback.
Result<void> make_cluster(const Stage& stage);

// Rows of texts; every column of the statement is a text that is not NULL, and named here.
using Table = std::vector<std::vector<std::string>>;
Result<Table> ask_cloud(const Stage& stage, const char* sql,
                        const std::vector<std::string>& columns);

}  // namespace trayline::chaos
