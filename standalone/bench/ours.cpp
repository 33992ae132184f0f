#include "standalone/bench/ours.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "cloud/cloud.hpp"
#include "cloud/open_store.hpp"
#include "cloud/orders/service.hpp"
#include "cloud/orders/token.hpp"
#include "infra/broker/process.hpp"
#include "lib/http/client.hpp"
#include "lib/postgres/server.hpp"
#include "lib/wire/catalogue.hpp"
#include "lib/wire/payments.hpp"

namespace trayline::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kItems = R"([{"sku":"soup","count":1,"score":0.97,"margin":3},)"
                                    R"({"sku":"roll","count":2,"score":0.95,"margin":3}])";
constexpr const char* kDatabase = "cloud";
constexpr std::int64_t kTotal = 550 + 2 * 120;
constexpr std::chrono::seconds kHeldWithin{600};
constexpr int kUpWithinMs = 20'000;
constexpr int kLookMs = 10;
constexpr int kOpenMost = 1'000'000;  // one customer has all orders

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

void write_private(const std::string& path, const std::string& text) {
  write(path, text);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

std::string core(int i) { return "core-" + std::to_string(i); }

// Holds are made for this customer's card.
Result<void> post(cloud::Cloud& cloud, const host::Message& message) {
  const SystemClock clock;
  const Millis end = clock.monotonic() + kHeldWithin;
  while (!cloud.post(message)) {
    if (clock.monotonic() > end) return fail(Code::unavailable, "the cloud takes no orders");
    give_way(kLookMs);
  }
  return {};
}

wire::catalogue::Quote quote_for(const UserId& user, Random& random, const Clock& clock) {
  wire::catalogue::Quote quote;
  quote.order = OrderId(uuid7(clock.now(), random));
  quote.user = user;
  std::array<std::uint8_t, 8> code{};
  random.fill(code);
  quote.code = to_hex(code);
  quote.site = SiteId("main");
  quote.lines = {{Sku("soup"), 1}, {Sku("roll"), 2}};
  return quote;
}

// What the exposition says of one counter, over all its labels.
double counter_in(const std::string& text, const std::string& name) {
  double sum = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const char next = line[name.size()];
    if (next == ' ' || next == '{') sum += std::stod(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

}  // namespace

Ours::Ours(const Ground& ground, const postgres::Server* server)
    : ground_(ground), server_(server), dir_(ground.file(name())), port_(broker::free_port()) {}

Result<void> Ours::write_files(int stations) const {
  fs::create_directories(dir_);
  std::string store =
      "[site]\nid = \"main\"\nname = \"Bench\"\ncurrency = \"EUR\"\n"
      "[[item]]\nsku = \"soup\"\nname = \"Soup\"\nprice_minor = 550\n"
      "[[item]]\nsku = \"roll\"\nname = \"Roll\"\nprice_minor = 120\n";
  for (int i = 0; i < stations; ++i) {
    store +=
        "[[core]]\nid = \"" + core(i) + "\"\n[[core.station]]\nid = \"s\"\nscreen = \"front\"\n";
  }
  write(file("store.toml"), store);
  write_private(file("sk"), "sk_test_bench");
  write_private(file("pk"), "pk_test_bench");
  write_private(file("whsec"), "whsec_bench");
  write(file("cloud.toml"),
        "env = \"" + std::string(kEnv) +
            "\"\ndata_dir = \"data\"\nstore_file = \"store.toml\"\n[listen]\nport = " +
            std::to_string(port_) + "\n[broker]\nport = " + std::to_string(ground_.broker_port) +
            "\n[payments]\nurl = \"http://127.0.0.1:" + std::to_string(ground_.double_port) +
            "\"\nsecret_key_file = \"sk\"\npublishable_key_file = \"pk\"\n"
            "webhook_secret_files = [\"whsec\"]\n[orders]\ncustomer_open_max = " +
            std::to_string(kOpenMost) + "\n" +
            (server_ == nullptr
                 ? std::string()
                 : "[store]\nengine = \"postgres\"\nurl = \"" + server_->url(kDatabase) + "\"\n"));
  write(config(),
        "mode=flow\nhost=127.0.0.1\nport=" + std::to_string(ground_.broker_port) +
            "\ncharges_port=" + std::to_string(ground_.double_port) +
            "\npub_topic=IoT-bench-{core}/up/camera/predictions\n"
            "pub_body={\"id\":\"{prediction}\",\"core\":\"{core}\",\"station\":\"s\",\"visit\":\"{"
            "visit}\",\"number\":1,\"codes\":[\"{code}\"],\"items\":{items},\"verdict\":"
            "\"confident\"}\n"
            "sub_topic=+/down/screen/+/state\nmatch_column=order_id\nmatch_field=order\n"
            "done_field=status\ndone_values=paid\nlane_column=core\n"
            "ack_topic=+/down/agent/acks\nack_match_column=prediction\nack_match_field=prediction\n"
            "ack_field=result\nack_values=accepted\namount_column=amount\n");
  return {};
}

Result<void> Ours::seed(int orders, int stations) {
  if (server_ != nullptr) {
    if (Result<void> made = server_->create_database(kDatabase); !made) return made;
  }
  if (Result<void> written = write_files(stations); !written) return written;
  return place_orders(orders, stations);
}

Result<void> Ours::place_orders(int orders, int stations) {
  const Result<cloud::Settings> settings = cloud::load_settings(file("cloud.toml"));
  if (!settings) return fail(settings.error());
  Result<std::unique_ptr<cloud::Cloud>> opened = cloud::Cloud::open(*settings);
  if (!opened) return fail(opened.error());
  cloud::Cloud& cloud = **opened;
  std::thread running([&] { cloud.run(); });
  struct Stop {
    cloud::Cloud& cloud;
    std::thread& running;
    ~Stop() {
      cloud.stop();
      running.join();
    }
  } const stop{cloud, running};

  SystemRandom random;
  const SystemClock clock;
  const UserId user("bench-user");
  using wire::payments::In;
  for (In in : {In(wire::payments::CustomerReady{user, "cus_bench", "", {}}),
                In(wire::payments::CardSaved{"cus_bench", "pm_card_visa"})}) {
    if (auto r = post(cloud, host::to<In>(wire::payments::kService, std::move(in))); !r) return r;
    give_way(200);
  }
  std::vector<OrderId> ids;
  for (int i = 0; i < orders; ++i) {
    wire::catalogue::Quote quote = quote_for(user, random, clock);
    ids.push_back(quote.order);
    const auto message = host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(quote));
    if (auto r = post(cloud, message); !r) return r;
  }
  const Result<std::unique_ptr<store::Session>> reader = cloud::open_reader(*settings);
  if (!reader) return fail(reader.error());
  const Result<std::string> key = cloud.order_key();
  if (!key) return fail(key.error());
  orders_ = {file("orders.tsv"), 0};
  std::ofstream tsv(orders_.tsv);
  tsv << "order_id\tcore\tprediction\tvisit\tcode\tamount\titems\n";
  const Millis end = clock.monotonic() + kHeldWithin;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Result<orders::Order> order = orders::read_order(**reader, ids[i]);
    while (!order || order->state != orders::State::authorised) {
      if (clock.monotonic() > end)
        return fail(Code::unavailable, "the orders were not held in time");
      give_way(kLookMs);
      order = orders::read_order(**reader, ids[i]);
    }
    tsv << ids[i].value << '\t' << core(static_cast<int>(i) % stations) << '\t'
        << uuid7(clock.now(), random) << '\t' << uuid7(clock.now(), random) << '\t'
        << orders::sign_token({order->code, order->placed + settings->orders.ttl.value}, *key)
        << '\t' << kTotal << '\t' << kItems << '\n';
  }
  return {};
}

Result<void> Ours::start() {
  const std::string program = fs::read_symlink("/proc/self/exe").parent_path() / "trayline-cloud";
  Result<Process> cloud =
      Process::start({program, "--config", file("cloud.toml")}, file("cloud.log"));
  if (!cloud) return fail(cloud.error());
  cloud_.emplace(std::move(*cloud));
  http::ClientRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(port_) + "/healthz";
  for (int waited = 0; waited < kUpWithinMs; waited += kLookMs) {
    if (const auto response = http::fetch(request); response && response->status == 200) return {};
    if (cloud_->ended_within(kLookMs)) break;
  }
  return fail(Code::unavailable, "the cloud does not come up: " + text_of(file("cloud.log")));
}

Result<void> Ours::start_after_kill() {
  cloud_->kill();
  return start();
}

std::vector<std::pair<std::string, pid_t>> Ours::processes() const {
  std::vector<std::pair<std::string, pid_t>> out{{"app", cloud_->pid()}};
  if (server_ != nullptr) out.emplace_back("pg", server_->pid());
  return out;
}

Result<Counters> Ours::counters() const {
  http::ClientRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(port_) + "/metrics";
  const auto response = http::fetch(request);
  if (!response) return fail(response.error());
  return Counters{counter_in(response->body, "trayline_store_commits_total"),
                  counter_in(response->body, "trayline_store_statements_total"),
                  counter_in(response->body, "trayline_host_ticks_total")};
}

}  // namespace trayline::bench
