#include "standalone/bench/theirs.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "infra/broker/process.hpp"
#include "lib/base/digest.hpp"
#include "lib/postgres/server.hpp"

namespace trayline::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kUpWithinMs = 30'000;
constexpr int kLookMs = 20;
constexpr int kNodeOldest = 20;
constexpr int kBatchMax = 64;  // of the yardstick, as of our tick

std::string number(int n) { return std::to_string(n); }

// The kit's file for the generator, with this run's ports.
Result<std::string> write_config(const Ground& ground) {
  const std::string kit = text_of(ground.shared + "/loadgen/peer-node.conf");
  if (kit.empty())
    return fail(Code::not_found, "loadgen/peer-node.conf is missing in " + ground.shared);
  std::string path = ground.file("kit.conf");
  std::ofstream(path) << kit << "port=" << ground.broker_port
                      << "\ncharges_port=" << ground.double_port << "\n";
  return path;
}

class KitContender : public Contender {
 public:
  KitContender(const Ground& ground, KitDatabase& database, std::string name)
      : ground_(ground), database_(database), name_(std::move(name)) {}
  std::string name() const override { return name_; }
  Result<void> seed(int orders, int) override {
    Result<std::string> written = write_config(ground_);
    if (!written) return fail(written.error());
    config_ = *written;
    return database_.seed(orders);
  }
  void stop() override { app_.reset(); }
  std::vector<std::pair<std::string, pid_t>> processes() const override {
    return {{"app", app_->pid()}, {"pg", database_.pid()}};
  }
  std::string config() const override { return config_; }
  Orders& orders() override { return database_.orders(); }

 protected:
  // Ready when its log holds the word so often.
  Result<void> launch(const std::vector<std::string>& command, const std::string& word, int times) {
    const std::string log = ground_.file(name_ + ".log");
    fs::remove(log);
    Result<Process> app = Process::start(command, log);
    if (!app) return fail(app.error());
    app_.emplace(std::move(*app));
    for (int waited = 0; waited < kUpWithinMs; waited += kLookMs) {
      const std::string said = text_of(log);
      int found = 0;
      for (std::size_t at = 0; (at = said.find(word, at)) != std::string::npos; ++at) ++found;
      if (found >= times) return {};
      if (app_->ended_within(kLookMs)) break;
    }
    return fail(Code::unavailable, name_ + " does not come up: " + text_of(log));
  }
  const Ground& ground_;
  KitDatabase& database_;

 private:
  std::string name_;
  std::string config_;
  std::optional<Process> app_;
};

class Peer final : public KitContender {
 public:
  Peer(const Ground& ground, KitDatabase& database, std::string folder, int workers)
      : KitContender(ground, database, workers == 1 ? "peer" : "peer-" + number(workers)),
        folder_(std::move(folder)),
        workers_(workers) {}
  Result<void> start() override {
    if (Result<void> made = make_token_key(); !made) return made;
    return launch({"/usr/bin/env", "DATABASE_URL=" + database_.url(),
                   "MQTT_URL=mqtt://127.0.0.1:" + number(ground_.broker_port),
                   "STRIPE_PORT=" + number(ground_.double_port),
                   "API_PORT=" + number(broker::free_port()), "JWT_PUBLIC_KEY=" + public_key(),
                   "WORKERS=" + number(workers_), "node", folder_ + "/peer.js"},
                  " up:", workers_);
  }

 private:
  std::string public_key() const { return ground_.file("jwt.pub"); }
  // Its API does not start without one.
  Result<void> make_token_key() const {
    const std::string key = ground_.file("jwt.key");
    const std::string log = ground_.file("openssl.log");
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout",
                                   "-out", key},
          std::vector<std::string>{"openssl", "ec", "-in", key, "-pubout", "-out", public_key()}}) {
      if (const auto done = run(command, log); !done) return fail(done.error());
    }
    return {};
  }

  std::string folder_;
  int workers_;
};

class Limit final : public KitContender {
 public:
  Limit(const Ground& ground, KitDatabase& database) : KitContender(ground, database, "limit") {}
  Result<void> start() override {
    return launch({ground_.file("limit"), database_.url(), number(ground_.broker_port),
                   number(ground_.double_port), number(kBatchMax)},
                  "limit up", 1);
  }
};

}  // namespace

KitDatabase::KitDatabase(const Ground& ground, const postgres::Server& server, std::string name)
    : ground_(ground), server_(server), name_(std::move(name)) {}

std::string KitDatabase::url() const { return server_.url(name_); }
pid_t KitDatabase::pid() const { return server_.pid(); }

Result<void> KitDatabase::seed(int orders) {
  if (!orders_.tsv.empty()) return {};
  if (Result<void> made = server_.create_database(name_); !made) return made;
  const std::string tsv = ground_.file(name_ + ".tsv");
  const auto seeded = run({"/usr/bin/env", "DATABASE_URL=" + url(), "sh",
                           ground_.shared + "/peer-node/seed.sh", number(orders), tsv},
                          ground_.file("seed.log"));
  if (!seeded) return fail(seeded.error());
  orders_ = {tsv, 0};
  return {};
}

Result<std::string> install_peer(const Ground& ground) {
  const auto version = run({"node", "--version"}, ground.file("node.log"));
  if (!version || std::atoi(version->c_str() + 1) < kNodeOldest)
    return fail(Code::not_found, "the peer needs node 20 or newer, and npm");
  const std::string kit = ground.shared + "/peer-node/";
  const std::string lock = text_of(kit + "package-lock.json");
  if (lock.empty()) return fail(Code::not_found, kit + "package-lock.json is missing");
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::string under = cache != nullptr && *cache != '\0' ? cache
                            : home != nullptr                  ? std::string(home) + "/.cache"
                                                               : ground.dir;
  const fs::path folder = fs::path(under) / "trayline" / ("peer-" + sha256_hex(lock).substr(0, 16));
  std::error_code ec;
  fs::create_directories(folder, ec);
  for (const char* name : {"package.json", "package-lock.json", "peer.js"}) {
    fs::copy_file(kit + name, folder / name, fs::copy_options::overwrite_existing, ec);
    if (ec) return fail(Code::unavailable, (folder / name).string() + ": " + ec.message());
  }
  // The mark is written last, so that an installation that was cut short is made again.
  const fs::path mark = folder / "installed";
  if (!fs::exists(mark)) {
    const auto installed =
        run({"npm", "ci", "--no-audit", "--no-fund", "--prefix", folder}, ground.file("npm.log"));
    if (!installed) return fail(installed.error());
    std::ofstream(mark) << "\n";
  }
  return folder.string();
}

std::unique_ptr<Contender> make_peer(const Ground& ground, KitDatabase& database,
                                     std::string folder, int workers) {
  return std::make_unique<Peer>(ground, database, std::move(folder), workers);
}

Result<std::unique_ptr<Contender>> make_limit(const Ground& ground, KitDatabase& database) {
  const auto include = run({"pg_config", "--includedir"}, ground.file("gcc.log"));
  if (!include) return fail(include.error());
  const std::string folder = include->substr(0, include->find('\n'));
  const auto built = run({"gcc", "-O2", "-w", "-I" + folder, "-o", ground.file("limit"),
                          ground.shared + "/limits/limit.c", "-lpq"},
                         ground.file("gcc.log"));
  if (!built) return fail(built.error());
  return std::unique_ptr<Contender>(std::make_unique<Limit>(ground, database));
}

}  // namespace trayline::bench
