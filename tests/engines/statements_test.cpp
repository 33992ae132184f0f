// Every statement of the cloud prepares and runs on both engines, on empty tables.
#include <gtest/gtest.h>

#include "cloud/accounts/sql.hpp"
#include "cloud/catalogue/sql.hpp"
#include "cloud/evidence/sql.hpp"
#include "cloud/monitors/sql.hpp"
#include "cloud/open_store.hpp"
#include "cloud/orders/sql.hpp"
#include "cloud/payments/sql.hpp"
#include "cloud/push/sql.hpp"
#include "cloud/webhooks/sql.hpp"
#include "lib/base/check.hpp"
#include "lib/host/sql.hpp"
#include "lib/postgres/test_store.hpp"

namespace trayline::engines {
namespace {

std::vector<const store::Statement*> all_statements() {
  std::vector<const store::Statement*> all;
  for (const auto* list :
       {&accounts::sql::statements, &catalogue::sql::statements, &evidence::sql::statements,
        &host::sql::statements, &monitors::sql::statements, &orders::sql::statements,
        &payments::sql::statements, &push::sql::statements, &webhooks::sql::statements})
    all.insert(all.end(), list->begin(), list->end());
  return all;
}

// Runs it with an empty set; the reason if it cannot.
std::string try_with(store::Store& db, const store::Statement& statement, const store::Args& args,
                     std::size_t columns) {
  const ChecksThrow throwing;
  try {
    const Result<void> done = db.transaction([&](store::Session& session) -> Result<void> {
      const auto answer = columns == 0 ? session.run(statement, args)
                                       : session.run(statement, store::Rows(columns), args);
      return answer ? Result<void>() : fail(answer.error());
    });
    return done || done.error().code == Code::conflict ? "" : done.error().detail;
  } catch (const Broken& broken) {
    return broken.what();
  }
}

// Its parameters are texts or numbers: every choice is tried until one fits.
std::string problem_of(store::Store& db, const store::Statement& statement, store::Engine engine) {
  const Result<store::Expanded> shape = store::expand(statement, engine);
  if (!shape) return shape.error().detail;
  std::string problem;
  for (unsigned choice = 0; choice < 1U << shape->parameters.size(); ++choice) {
    store::Args args;
    for (std::size_t i = 0; i < shape->parameters.size(); ++i) {
      const bool text = (choice >> i & 1U) != 0;
      args[shape->parameters[i]] = text ? store::Value("x") : store::Value(std::int64_t{1});
    }
    problem = try_with(db, statement, args, shape->columns.size());
    if (problem.empty()) return {};
  }
  return problem;
}

class Statements : public testing::TestWithParam<store::Engine> {};

TEST_P(Statements, RunOnEveryEngine) {
  auto db = postgres::open_fresh(GetParam());
  if (!db && db.error().code == Code::not_found) GTEST_SKIP() << db.error().detail;
  ASSERT_TRUE(db) << db.error().detail;
  const auto migrated = (*db)->migrate(cloud::all_migrations());
  ASSERT_TRUE(migrated) << migrated.error().detail;
  for (const store::Statement* statement : all_statements())
    EXPECT_EQ(problem_of(**db, *statement, GetParam()), "") << statement->name;
}

INSTANTIATE_TEST_SUITE_P(On, Statements, testing::ValuesIn(postgres::kEngines),
                         [](const auto& tested) { return postgres::engine_name(tested.param); });

}  // namespace
}  // namespace trayline::engines
