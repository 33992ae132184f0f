// A PostgreSQL server as our child: its cluster in a folder, its port on 127.0.0.1, ended with us.
// One thread owns it, and must live as long: the server ends when the thread that starts it does.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline::postgres {

inline constexpr const char* kUser = "trayline";  // owns everything in a cluster of ours

struct ServerConfig {
  bool durable = false;       // false: no fsync, for tests that cut no power and kill no machine
  std::string password = {};  // of kUser; empty: whoever reaches the port is let in
  int connections_max = 60;
  std::vector<std::string> settings = {};  // lines of postgresql.conf, e.g. "max_wal_size = 4GB"
};

class Server {
 public:
  // Makes a cluster in a temporary folder and starts it. not_found: PostgreSQL is not installed,
  // with what is missing; unavailable: it does not start, with the end of its log.
  static Result<std::unique_ptr<Server>> start(const ServerConfig& config);
  // Kills it and removes the cluster.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // SIGKILL to the server and its children; nothing of it is left when this returns.
  void kill();
  // Starts the same cluster on the same port again, and waits until it has recovered.
  Result<void> start_again();
  // The postmaster's; -1 while it does not run.
  pid_t pid() const { return pid_; }
  std::uint16_t port() const { return port_; }
  const std::string& folder() const { return dir_; }  // the cluster is data/ in it
  // postgresql://trayline@127.0.0.1:PORT/<database>, without the password.
  std::string url(const std::string& database) const;
  // A new empty database in UTF-8. conflict and the like: as PostgreSQL says.
  Result<void> create_database(const std::string& name) const;

 private:
  Server(ServerConfig config, std::string dir);
  Result<void> make_cluster();
  Result<void> launch();
  Result<void> wait_until_ready();
  std::string log_tail() const;

  ServerConfig config_;
  std::string dir_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace trayline::postgres
