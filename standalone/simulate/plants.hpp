// Faults that are planted at the seams around the product's code, without a change in it: to prove
// that the simulator would find them. Values.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/store/store.hpp"

namespace trayline::simulate {

// A planted fault. seed: one that exposes it; 0: none is known yet.
struct Plant {
  std::string_view name;
  std::string_view kind;     // durability | deduplication | idempotency | ordering | time | money
  std::string_view removes;  // which safeguard
  std::uint64_t seed = 0;
};
const std::vector<Plant>& all_plants();
// Of the plants that change a statement, those whose statement or text is none of these.
std::vector<std::string> stale_plants(const std::vector<const store::Statement*>& statements);

// The ones that a world has; none by itself.
class Plants {
 public:
  Plants() = default;
  explicit Plants(std::string_view name) : planted_(name) {}
  bool has(std::string_view name) const { return planted_ == name; }
  static bool is_known(std::string_view name);

  // The statement that runs in place of this one; its texts live until the next call.
  store::Statement changed(const store::Statement& statement) const;
  // What the caller sees of an answer.
  void change_answer(std::string_view statement, const store::Rows& rows,
                     store::Answer& answer) const;

 private:
  std::string planted_;
  mutable std::string name_, text_;  // of the statement that was changed last
};

}  // namespace trayline::simulate
