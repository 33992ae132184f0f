#include "lib/postgres/server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "lib/postgres/child.hpp"
#include "lib/postgres/programs.hpp"

namespace trayline::postgres {
namespace {

constexpr const char* kSystemUser = "postgres";  // whom root becomes
constexpr std::chrono::seconds kReadyWithin{60};
constexpr std::chrono::milliseconds kLook{10};
constexpr std::size_t kTailBytes = 2000;

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ::ntohs(address.sin_port);
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

Server::Server(ServerConfig config, std::string dir)
    : config_(std::move(config)), dir_(std::move(dir)) {}

Server::~Server() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

Result<std::unique_ptr<Server>> Server::start(const ServerConfig& config) {
  for (const char* name : {"initdb", "postgres", "createdb"}) {
    if (program(name).empty())
      return fail(Code::not_found,
                  fmt::format("PostgreSQL is not installed: there is no {}", name));
  }
  std::string dir = (std::filesystem::temp_directory_path() / "trayline-pg-XXXXXX").string();
  if (::mkdtemp(dir.data()) == nullptr) return fail(Code::unavailable, "cannot make " + dir);
  std::unique_ptr<Server> server(new Server(config, dir));
  if (auto made = server->make_cluster(); !made) return fail(made.error());
  if (auto started = server->start_again(); !started) return fail(started.error());
  return server;
}

Result<void> Server::make_cluster() {
  if (::geteuid() == 0) {
    const passwd* entry = ::getpwnam(kSystemUser);
    if (entry == nullptr)
      return fail(Code::not_found,
                  "PostgreSQL does not run as root, and there is no user postgres");
    if (::chown(dir_.c_str(), entry->pw_uid, entry->pw_gid) != 0)
      return fail(Code::unavailable, "cannot give " + dir_ + " to the user postgres");
  }
  std::vector<std::string> command{program("initdb"),
                                   "-D",
                                   dir_ + "/data",
                                   "-U",
                                   kUser,
                                   "-E",
                                   "UTF8",
                                   "--locale=C",
                                   "-A",
                                   config_.password.empty() ? "trust" : "scram-sha-256"};
  if (!config_.durable) command.push_back("--no-sync");
  const std::string secret = dir_ + "/password";
  if (!config_.password.empty()) {
    std::ofstream(secret) << config_.password << "\n";
    command.push_back("--pwfile=" + secret);
  }
  const Result<std::string> made = run({std::move(command), {}, kSystemUser});
  if (!made) return fail(made.error());
  port_ = free_port();
  std::ofstream settings(dir_ + "/data/postgresql.conf", std::ios::app);
  settings << fmt::format(
      "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = ''\n"
      "max_connections = {}\nmax_prepared_transactions = 0\nlog_line_prefix = '%m [%p] %a '\n",
      port_, config_.connections_max);
  if (!config_.durable) settings << "fsync = off\nfull_page_writes = off\nshared_buffers = 32MB\n";
  for (const std::string& line : config_.settings) settings << line << "\n";
  settings.close();
  if (!settings) return fail(Code::unavailable, "cannot write " + dir_ + "/data/postgresql.conf");
  return {};
}

Result<void> Server::start_again() {
  if (pid_ > 0) return {};
  if (auto launched = launch(); !launched) return launched;
  auto ready = wait_until_ready();
  if (!ready) kill();
  return ready;
}

Result<void> Server::launch() {
  const int log = ::open((dir_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) return fail(Code::unavailable, "cannot write " + dir_ + "/log");
  // SIGQUIT: it ends at once, with its children, and recovers at its next start.
  const Result<pid_t> pid =
      spawn({{program("postgres"), "-D", dir_ + "/data"}, {}, kSystemUser}, log, log, SIGQUIT);
  ::close(log);
  if (!pid) return fail(pid.error());
  pid_ = *pid;
  return {};
}

// The last line of postmaster.pid says how far the server is (PostgreSQL, pidfile.h).
Result<void> Server::wait_until_ready() {
  const auto end = std::chrono::steady_clock::now() + kReadyWithin;
  while (std::chrono::steady_clock::now() < end) {
    const std::string state = text_of(dir_ + "/data/postmaster.pid");
    if (state.starts_with(fmt::format("{}\n", pid_)) && state.find("\nready") != std::string::npos)
      return {};
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      return fail(Code::unavailable, "PostgreSQL does not start: " + log_tail());
    }
    std::this_thread::sleep_for(kLook);
  }
  return fail(Code::unavailable, "PostgreSQL is not ready in time: " + log_tail());
}

// Its children are stopped with it, else one could write after the next server has recovered; a
// server that is killed first is found out by them within moments.
void Server::kill() {
  if (pid_ <= 0) return;
  std::vector<pid_t> children;
  ::kill(pid_, SIGSTOP);
  std::ifstream list(fmt::format("/proc/{}/task/{}/children", pid_, pid_));
  for (pid_t child = 0; list >> child;) children.push_back(child);
  for (const pid_t child : children) ::kill(child, SIGKILL);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  for (const pid_t child : children) {
    while (::kill(child, 0) == 0 &&
           text_of(fmt::format("/proc/{}/stat", child)).find(") Z ") == std::string::npos)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::string Server::url(const std::string& database) const {
  return fmt::format("postgresql://{}@127.0.0.1:{}/{}", kUser, port_, database);
}

Result<void> Server::create_database(const std::string& name) const {
  Run what{{program("createdb"), "-h", "127.0.0.1", "-p", std::to_string(port_), "-U", kUser, "-w",
            name},
           {},
           ""};
  if (!config_.password.empty()) what.environment["PGPASSWORD"] = config_.password;
  const Result<std::string> done = run(what);
  if (!done) return fail(done.error());
  return {};
}

std::string Server::log_tail() const {
  const std::string said = text_of(dir_ + "/log");
  return said.substr(said.size() > kTailBytes ? said.size() - kTailBytes : 0);
}

}  // namespace trayline::postgres
