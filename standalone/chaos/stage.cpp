#include "standalone/chaos/stage.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "cloud/settings.hpp"
#include "cloud/store_file.hpp"
#include "edge/agent/settings.hpp"
#include "infra/broker/broker.hpp"
#include "infra/broker/process.hpp"
#include "infra/core/core.hpp"
#include "infra/pki/pki.hpp"
#include "lib/config/config.hpp"
#include "standalone/chaos/database.hpp"
#include "standalone/up/secrets.hpp"
#include "standalone/up/state_folder.hpp"

namespace trayline::chaos {
namespace fs = std::filesystem;
namespace {

const std::string kEnv = "local";
// Below the ports that the kernel gives to outgoing connections: while a program is down nobody
// takes its port by chance.
constexpr std::uint64_t kPortFirst = 18'000;
constexpr std::uint64_t kPortCount = 12'000;
constexpr int kPortTries = 1'000;
constexpr std::int64_t kOpenMost = 100'000;  // guests leave mismatched trays behind and order again

std::string local(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

class Ports {
 public:
  explicit Ports(Random& random) : random_(random) {}
  std::uint16_t next() {
    for (int i = 0; i < kPortTries; ++i) {
      const auto port = static_cast<std::uint16_t>(kPortFirst + random_.below(kPortCount));
      if (!given_.contains(port) && free(port)) return *given_.insert(port).first;
    }
    return 0;  // whoever listens there gets any
  }

 private:
  static bool free(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::close(fd);
    return bound == 0;
  }
  Random& random_;
  std::set<std::uint16_t> given_;
};

bool says_ready(const std::string& line) {
  return line.find("\"ready\":true") != std::string::npos;
}

class Setter {
 public:
  Setter(Stage& stage, up::StateFolder& state, const Clock& clock, Random& random)
      : stage_(stage), state_(state), clock_(clock), random_(random), ports_(random) {}

  Result<void> set() {
    stage_.disks = {state_.path("cloud"), state_.path("edge"), state_.path("postgres")};
    programs_ = up::program_folder();
    const Result<up::Secrets> secrets = up::make_secrets(state_, random_);
    if (!secrets) return fail(secrets.error());
    secrets_ = *secrets;
    devices_ = ports_.next();
    cloud_hosts_ = ports_.next();
    stage_.stripe_port = ports_.next();
    stage_.postgres_port = ports_.next();
    for (int i = 0; i < stage_.options.hosts; ++i) stage_.cloud_ports.push_back(ports_.next());
    for (int i = 1; i <= stage_.options.cores; ++i) add_core("c" + std::to_string(i));
    if (auto done = write_store(); !done) return done;
    if (auto done = broker(); !done) return done;
    stripe();
    if (stage_.options.engine == Engine::postgres) postgres();
    for (int host = 1; host <= stage_.options.hosts; ++host) {
      if (auto done = cloud(host); !done) return done;
    }
    for (const Core& core : stage_.cores) {
      if (auto done = edge(core); !done) return done;
    }
    return {};
  }

 private:
  void add_core(const std::string& name) {
    Core core;
    core.name = name;
    core.feed_socket = state_.path("feed-" + name);
    core.outbox = stage_.disks.edge + "/" + name + "/outbox.db";
    core.health = ports_.next();
    core.screen = ports_.next();
    for (int i = 1; i <= stage_.options.stations; ++i) {
      core.stations.push_back("s" + std::to_string(i));
    }
    stage_.cores.push_back(std::move(core));
  }

  void add(const std::string& name, std::vector<std::string> command,
           std::function<bool(const std::string&)> ready, const std::string& user = "") {
    up::Program program;
    program.child = {name, std::move(command), state_.log(name), user};
    program.ready = std::move(ready);
    program.restart = true;
    stage_.programs.push_back(std::move(program));
  }

  Result<void> write_store() const {
    cloud::StoreFile store;
    store.site.id = SiteId("main");
    store.site.name = "Chaos";
    store.site.currency = *Currency::parse("EUR");
    store.item = {{Sku("soup"), "Soup", kSoupMinor}, {Sku("roll"), "Roll", kRollMinor}};
    for (const Core& core : stage_.cores) {
      cloud::CoreEntry entry{CoreId(core.name), {}};
      for (const std::string& station : core.stations) {
        entry.station.push_back({StationId(station), ScreenId(screen_of(station))});
      }
      store.core.push_back(std::move(entry));
    }
    return up::write_text(state_.path("store.toml"), config::print_config(store));
  }

  Result<void> broker() {
    for (const Core& core : stage_.cores) {
      const auto made = up::make_certificates(state_, kEnv, core.name, clock_);
      if (!made) return fail(made.error());
      certificates_ = *made;
    }
    broker::BrokerConfig config;
    config.dir = state_.path("broker");
    config.device_port = devices_;
    config.cloud_port = cloud_hosts_;
    config.cloud_hosts.clear();
    for (int host = 1; host <= stage_.options.hosts; ++host) {
      config.cloud_hosts.push_back(std::to_string(host));
    }
    const up::Identity& own = certificates_.broker;
    if (auto done = broker::write_broker(config, {own.ca, own.cert, own.key}); !done) return done;
    add(
        "mosquitto", {broker::mosquitto_program(), "-c", config.dir + "/mosquitto.conf"},
        [](const std::string& line) { return line.ends_with(" running"); }, config.user);
    return {};
  }

  void stripe() {
    add("stripe",
        {programs_ + "/trayline-stripe", "--port", std::to_string(stage_.stripe_port), "--controls",
         "--journal", state_.path("stripe.journal"), "--secret-key-file", secrets_.secret_key,
         "--publishable-key-file", secrets_.publishable_key, "--webhook-url",
         stage_.cloud_url(0) + "/webhooks/stripe", "--webhook-secret-file", secrets_.webhook},
        [](const std::string& line) { return line.starts_with("{\"url\""); });
  }

  // Its cluster is made later, when its disk is there.
  void postgres() {
    add(
        "postgres",
        {postgres_program("postgres"), "-D", postgres_data(stage_), "-p",
         std::to_string(stage_.postgres_port), "-k", "", "-c", "listen_addresses=127.0.0.1"},
        [](const std::string& line) {
          return line.ends_with("database system is ready to accept connections");
        },
        kPostgresUser);
  }

  Result<void> cloud(int host) {
    const std::string number = std::to_string(host);
    const core::Places places{state_.dir()};
    const std::string identity = state_.path("pki/cloud-" + number);
    if (host > 1) {
      if (auto made = pki::create_cloud_host(places.ca(), number, identity, clock_); !made) {
        return made;
      }
    }
    cloud::Settings out;
    if (stage_.options.engine == Engine::postgres) {
      out.store.engine = "postgres";
      out.store.url = postgres_url(stage_);
    }
    out.env = kEnv;
    out.data_dir = stage_.disks.cloud;
    out.store_file = state_.path("store.toml");
    out.listen.port = stage_.cloud_ports[static_cast<std::size_t>(host - 1)];
    out.listen.public_url = local(out.listen.port);
    out.broker.port = cloud_hosts_;
    out.broker.client_id = "cloud-" + number;
    out.broker.ca = certificates_.cloud.ca;
    out.broker.cert = identity + "/cert.pem";
    out.broker.key = identity + "/key.pem";
    out.payments.url = stage_.stripe_url();
    out.payments.secret_key_file = secrets_.secret_key;
    out.payments.publishable_key_file = secrets_.publishable_key;
    out.payments.webhook_secret_files = {secrets_.webhook};
    out.orders.customer_open_max = kOpenMost;
    out.accounts.issuer = stage_.cloud_url(0);  // tokens of one host serve at all
    const std::string file = state_.path("cloud-" + number + ".toml");
    if (auto done = up::write_text(file, config::print_config(out)); !done) {
      return done;
    }
    add("cloud-" + number, {programs_ + "/trayline-cloud", "--config", file}, says_ready);
    return {};
  }

  Result<void> edge(const Core& core) {
    const up::Certificates own = *up::make_certificates(state_, kEnv, core.name, clock_);
    agent::Settings out;
    out.env = kEnv;
    out.core = core.name;
    out.state_dir = stage_.disks.edge + "/" + core.name;
    out.ca = own.core.ca;
    out.cert = own.core.cert;
    out.key = own.core.key;
    out.health_port = core.health;
    out.broker.port = devices_;
    Json::Array screens;
    for (const std::string& station : core.stations) screens.push_back(screen_of(station));
    const Json screen = Json::object(
        {{"screens", std::move(screens)}, {"address", "127.0.0.1"}, {"port", core.screen}});
    const Json feed = Json::object({{"socket", core.feed_socket}});
    out.function = {{"camera", {programs_ + "/trayline-feed"}, feed},
                    {"screen", {programs_ + "/trayline-screen"}, screen}};
    const std::string file = state_.path("edge-" + core.name + ".toml");
    if (auto done = up::write_text(file, config::print_config(out)); !done) return done;
    add("edge-" + core.name, {programs_ + "/trayline-edge", "--config", file},
        [](const std::string& line) { return line.starts_with("health http://"); });
    return {};
  }

  Stage& stage_;
  up::StateFolder& state_;
  const Clock& clock_;
  Random& random_;
  Ports ports_;
  std::string programs_;
  up::Secrets secrets_;
  up::Certificates certificates_;
  std::uint16_t devices_ = 0;
  std::uint16_t cloud_hosts_ = 0;
};

}  // namespace

std::string Stage::cloud_url(std::size_t host) const { return local(cloud_ports[host]); }
std::string Stage::stripe_url() const { return local(stripe_port); }

std::string screen_of(const std::string& station) { return "w" + station.substr(1); }

Result<Stage> set_stage(const std::string& dir, const StageOptions& options, const Clock& clock,
                        Random& random) {
  Result<up::StateFolder> state = up::StateFolder::open(dir);
  if (!state) return fail(state.error());
  // The broker gives up root and must come to its files all the same.
  std::error_code ignored;
  fs::permissions(dir, fs::perms::others_exec | fs::perms::group_exec, fs::perm_options::add,
                  ignored);
  Stage stage;
  stage.options = options;
  stage.dir = dir;
  if (auto done = Setter(stage, *state, clock, random).set(); !done) return fail(done.error());
  return stage;
}

}  // namespace trayline::chaos
