// For tests: a toy service that keeps values under names, and its routes.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "lib/host/route.hpp"
#include "lib/host/service.hpp"

namespace trayline::api::test {

// The toy: values under names.
struct Put {
  static constexpr std::string_view kType = "put";
  std::string name;
  std::int64_t value = 0;
  static void describe(auto& member, auto& self) {
    member("name", self.name);
    member("value", self.value);
  }
};
using ToyIn = std::variant<Put>;

inline const store::Statement kGet{"toy.get", "SELECT value FROM toy WHERE name = :name", {}};
inline const store::Statement kPut{
    "toy.put",
    "INSERT INTO toy (name, value) "
    "SELECT name, value FROM @rows(name text, value bigint) AS r "
    "WHERE true ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    {}};
inline const store::Migrations kMigrations{
    "toy", {{"0001_toy", "CREATE TABLE toy (name text PRIMARY KEY, value bigint NOT NULL);"}}};

struct ToyDecision {
  Put put;
  host::Output out;
};

class Toy final : public host::LoadDecideSave<ToyIn, int, ToyDecision> {
 public:
  std::string_view name() const override { return "toy"; }
  const store::Migrations& migrations() const override { return kMigrations; }

 private:
  Result<int> load(store::Session&, const Batch&, Time) override { return 0; }
  // Every decision is numbered, so that a replay shows.
  ToyDecision decide(const int& count, const host::Incoming<ToyIn>& in, Time) const override {
    ToyDecision decision{std::get<Put>(*in.body), {}};
    host::Answer answer;
    if (decision.put.value == 13) {
      answer.problem = host::Problem{Code::conflict, "unlucky", "Not that one.", {}};
    } else {
      answer.status = 201;
      answer.body = Json::object({{"name", decision.put.name}, {"seen", ++seen_ + count}});
      answer.location = "/v1/things/" + decision.put.name;
    }
    decision.out.replies.push_back({in.request, answer});
    decision.out.wake.push_back("toy:" + decision.put.name);
    return decision;
  }
  void apply(int&, const ToyDecision&) const override {}
  Result<void> save(store::Session& session, const std::vector<ToyDecision>& all, Time) override {
    store::Rows rows(2);
    for (const ToyDecision& d : all) rows.add(d.put.name, d.put.value);
    if (auto r = session.run(kPut, rows); !r) return fail(r.error());
    return {};
  }
  mutable int seen_ = 0;
};

// GET, POST and PUT of things, a live stream, one for staff, one for anybody, one raw.
std::vector<host::Route> toy_routes();

}  // namespace trayline::api::test
