// Plays the stories in a launched store and compares the books. Prints nothing.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "standalone/up/launch.hpp"
#include "standalone/up/process_world.hpp"

namespace trayline::up {

struct StoryPlayed {
  std::string name;
  std::string outcome;
  bool ok = false;
  bool skipped = false;  // needs the renderer, or items that the store does not sell
  std::string why;       // of a story that failed
  std::int64_t ms = 0;
};

// The simulator's own ledger against the order API, for the orders of this run.
struct Books {
  std::int64_t orders = 0;    // of this run
  std::int64_t captured = 0;  // charges for them
  std::int64_t doubled = 0;   // charges too many: a second one, or for an order that is not paid
  std::int64_t missing = 0;   // paid orders without a charge of their total
  bool operator==(const Books&) const = default;
};

struct Charge {
  std::string order;
  std::int64_t minor = 0;  // captured less refunded
};
// Pure.
Books compare_books(const std::vector<OrderRead>& orders, const std::vector<Charge>& charges);

struct Played {
  std::vector<StoryPlayed> stories;
  Books books;
  std::string why;  // of books that cannot be read
  bool ok() const;
};

Played play_all(Launch& launch, const std::function<void(const std::string&)>& say);
// {"ok","stories":[{"name","outcome","ok","ms"}],
//  "charges":{"orders","captured","double","missing"}}
Json to_json(const Played& played);

}  // namespace trayline::up
