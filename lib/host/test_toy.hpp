// For tests: a toy service, which asks for an effect per message.
#pragma once
#include <map>
#include <variant>

#include "lib/host/service.hpp"

namespace trayline::host {

// The toy: adds numbers under keys, asks for an effect for each, and remembers its result.
struct Add {
  static constexpr std::string_view kType = "add";
  std::string key;
  std::int64_t n = 0;
  static void describe(auto& member, auto& self) {
    member("key", self.key);
    member("n", self.n);
  }
};
struct Charged {
  static constexpr std::string_view kType = "charged";
  std::string key;
  static void describe(auto& member, auto& self) { member("key", self.key); }
};
using ToyIn = std::variant<Add, Charged>;

inline const store::Statement kLoad{"toy.load",
                                    R"sql(
  SELECT t.key, t.n, t.charged FROM toy_sums t JOIN @rows(key text) AS r ON r.key = t.key)sql",
                                    {}};
inline const store::Statement kSave{"toy.save",
                                    R"sql(
  INSERT INTO toy_sums (key, n, charged)
  SELECT key, n, charged FROM @rows(key text, n bigint, charged bigint) AS r WHERE true
  ON CONFLICT (key) DO UPDATE SET n = excluded.n, charged = excluded.charged)sql",
                                    {}};
inline const store::Migrations kMigrations{
    "toy",
    {{"0001_toy",
      "CREATE TABLE toy_sums (key text PRIMARY KEY, n bigint NOT NULL, "
      "charged bigint NOT NULL CHECK (n < 1000));"}}};

struct Sum {
  std::int64_t n = 0;
  std::int64_t charged = 0;
};
struct ToyDecision {
  std::string key;
  Sum sum;
  Output out;
};
using ToySnapshot = std::map<std::string, Sum>;

class Toy final : public LoadDecideSave<ToyIn, ToySnapshot, ToyDecision> {
 public:
  std::string_view name() const override { return "toy"; }
  const store::Migrations& migrations() const override { return kMigrations; }
  void refuse(const Message& message, const Problem& problem, Output& out) const override {
    Service::refuse(message, problem, out);
    out.publish.push_back({"refused", problem.type});
  }

 private:
  Result<ToySnapshot> load(store::Session& session, const Batch& batch, Time) override {
    store::Rows rows(1);
    std::vector<std::string> keys;
    for (const auto& in : batch) {
      keys.push_back(std::visit([](const auto& m) { return m.key; }, *in.body));
      rows.add(keys.back());
    }
    if (auto r = session.lock(std::move(keys)); !r) return fail(r.error());
    const auto found = session.run(kLoad, rows);
    if (!found) return fail(found.error());
    ToySnapshot snapshot;
    for (const store::Row& row : *found) {
      snapshot[row.text("key")] = {row.integer("n"), row.integer("charged")};
    }
    return snapshot;
  }
  ToyDecision decide(const ToySnapshot& snapshot, const Incoming<ToyIn>& in,
                     Time now) const override {
    ToyDecision d;
    d.key = std::visit([](const auto& m) { return m.key; }, *in.body);
    if (const auto found = snapshot.find(d.key); found != snapshot.end()) d.sum = found->second;
    if (const Add* add = std::get_if<Add>(in.body)) {
      check(add->key != "poison", "the toy does not take poison");
      d.sum.n += add->n;
      if (add->key == "later") {
        Charged later{"later"};
        d.out.timers.push_back(
            {"t-later", "toy", now + Millis(5000), wire::variant_to_json(ToyIn(later))});
      } else {
        d.out.effects.push_back({"toy.charge", "k-" + d.key, to_json(*add), in.request});
      }
      Answer answer;
      answer.status = 201;
      answer.body = Json::object({{"n", d.sum.n}});
      if (add->key != "parked") d.out.replies.push_back({in.request, answer});
    } else {
      check(d.key != "poison", "the toy does not take poison");
      ++d.sum.charged;
      d.out.publish.push_back({"screen/" + d.key, "paid"});
    }
    return d;
  }
  void apply(ToySnapshot& snapshot, const ToyDecision& d) const override {
    snapshot[d.key] = d.sum;
  }
  Result<void> save(store::Session& session, const std::vector<ToyDecision>& decisions,
                    Time) override {
    std::map<std::string, Sum> last;
    for (const ToyDecision& d : decisions) last[d.key] = d.sum;
    store::Rows rows(3);
    for (const auto& [key, sum] : last) rows.add(key, sum.n, sum.charged);
    if (auto r = session.run(kSave, rows); !r) return fail(r.error());
    return {};
  }
};

}  // namespace trayline::host
