// The benchmark kit's own contenders: the peer in Node.js and the yardstick limit.c. Both work on
// the kit's schema, each on a database of its own.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "standalone/bench/contender.hpp"

namespace trayline::postgres {
class Server;
}

namespace trayline::bench {

// A database of the kit's schema, seeded once; several contenders may use up its orders.
class KitDatabase {
 public:
  KitDatabase(const Ground& ground, const postgres::Server& server, std::string name);
  // Does nothing the second time.
  Result<void> seed(int orders);
  std::string url() const;
  pid_t pid() const;
  Orders& orders() { return orders_; }

 private:
  const Ground& ground_;
  const postgres::Server& server_;
  std::string name_;
  Orders orders_;
};

// Where the peer's program and its packages lie: made once per user from the kit's lock file, by
// npm, outside the kit and the source tree. not_found: node 20 or npm is missing.
Result<std::string> install_peer(const Ground& ground);

// The peer with so many worker processes.
std::unique_ptr<Contender> make_peer(const Ground& ground, KitDatabase& database,
                                     std::string folder, int workers);

// unavailable where it cannot be built here (it needs libpq's headers).
Result<std::unique_ptr<Contender>> make_limit(const Ground& ground, KitDatabase& database);

}  // namespace trayline::bench
