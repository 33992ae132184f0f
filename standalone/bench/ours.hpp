// Us as a contender: trayline-cloud with all services, nothing switched off.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "standalone/bench/contender.hpp"

namespace trayline::postgres {
class Server;
}

namespace trayline::bench {

inline constexpr const char* kEnv = "bench";

class Ours final : public Contender {
 public:
  // On SQLite where there is no server. It outlives this.
  Ours(const Ground& ground, const postgres::Server* server);
  std::string name() const override { return server_ == nullptr ? "sqlite" : "postgres"; }
  // The cloud in this process places all orders; their holds are made at the double.
  Result<void> seed(int orders, int stations) override;
  Result<void> start() override;
  void stop() override { cloud_.reset(); }
  // SIGKILL, and a new start.
  Result<void> start_after_kill();
  std::vector<std::pair<std::string, pid_t>> processes() const override;
  std::string config() const override { return dir_ + "/load.conf"; }
  Orders& orders() override { return orders_; }
  Result<Counters> counters() const override;

 private:
  Result<void> write_files(int stations) const;
  Result<void> place_orders(int orders, int stations);
  std::string file(const std::string& name) const { return dir_ + "/" + name; }

  const Ground& ground_;
  const postgres::Server* server_;
  std::string dir_;
  std::uint16_t port_ = 0;
  Orders orders_;
  std::optional<Process> cloud_;
};

}  // namespace trayline::bench
