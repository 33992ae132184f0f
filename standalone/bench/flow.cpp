// The first whole path under load: predictions over MQTT until the screen's state says paid, with
// the load generator and the charge double of ../shared/bench. Holds are made while seeding.
#include "standalone/bench/flow.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include "cloud/cloud.hpp"
#include "cloud/orders/service.hpp"
#include "cloud/orders/token.hpp"
#include "infra/broker/process.hpp"
#include "lib/base/log.hpp"
#include "lib/http/client.hpp"
#include "lib/store/sqlite.hpp"
#include "lib/wire/catalogue.hpp"
#include "lib/wire/payments.hpp"
#include "standalone/bench/process.hpp"

namespace trayline::bench {
namespace {

namespace fs = std::filesystem;

const std::string kEnv = "bench";
constexpr std::string_view kItems = R"([{"sku":"soup","count":1,"score":0.97,"margin":3},)"
                                    R"({"sku":"roll","count":2,"score":0.95,"margin":3}])";
constexpr std::int64_t kTotal = 550 + 2 * 120;
constexpr int kSeedSecondsMax = 240;

struct Bench {
  FlowOptions options;
  std::string dir;
  std::uint16_t broker_port = 0;
  std::uint16_t double_port = 0;
  std::uint16_t cloud_port = 0;
  std::string file(const std::string& name) const { return dir + "/" + name; }
};

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

void write_private(const std::string& path, const std::string& text) {
  write(path, text);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

std::string core(int i) { return "core-" + std::to_string(i); }

void write_files(const Bench& b) {
  std::string store =
      "[site]\nid = \"main\"\nname = \"Bench\"\ncurrency = \"EUR\"\n"
      "[[item]]\nsku = \"soup\"\nname = \"Soup\"\nprice_minor = 550\n"
      "[[item]]\nsku = \"roll\"\nname = \"Roll\"\nprice_minor = 120\n";
  for (int i = 0; i < b.options.stations; ++i) {
    store +=
        "[[core]]\nid = \"" + core(i) + "\"\n[[core.station]]\nid = \"s\"\nscreen = \"front\"\n";
  }
  write(b.file("store.toml"), store);
  write_private(b.file("sk"), "sk_test_bench");
  write_private(b.file("pk"), "pk_test_bench");
  write_private(b.file("whsec"), "whsec_bench");
  write(b.file("cloud.toml"),
        "env = \"" + kEnv +
            "\"\ndata_dir = \"data\"\nstore_file = \"store.toml\"\n[listen]\nport = " +
            std::to_string(b.cloud_port) + "\n[broker]\nport = " + std::to_string(b.broker_port) +
            "\n[payments]\nurl = \"http://127.0.0.1:" + std::to_string(b.double_port) +
            "\"\nsecret_key_file = \"sk\"\npublishable_key_file = \"pk\"\n"
            "webhook_secret_files = [\"whsec\"]\n");
  // The bench alone: a plain loopback listener, the same for every contender.
  write(b.file("mosquitto.conf"),
        "listener " + std::to_string(b.broker_port) +
            " 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n"
            "set_tcp_nodelay true\npersistence false\n");
  write(b.file("trayline.conf"),
        "mode=flow\nhost=127.0.0.1\n"
        "pub_topic=IoT-bench-{core}/up/camera/predictions\n"
        "pub_body={\"id\":\"{prediction}\",\"core\":\"{core}\",\"station\":\"s\",\"visit\":\"{"
        "visit}\","
        "\"number\":1,\"codes\":[\"{code}\"],\"items\":{items},\"verdict\":\"confident\"}\n"
        "sub_topic=+/down/screen/+/state\nmatch_column=order_id\nmatch_field=order\n"
        "done_field=status\ndone_values=paid\nlane_column=core\n"
        "ack_topic=+/down/agent/acks\nack_match_column=prediction\nack_match_field=prediction\n"
        "ack_field=result\nack_values=accepted\namount_column=amount\n");
}

// The cloud in this process places all orders; their holds are made at the double.
Result<void> seed(const Bench& b) {
  const Result<cloud::Settings> settings = cloud::load_settings(b.file("cloud.toml"));
  if (!settings) return fail(settings.error());
  Result<std::unique_ptr<cloud::Cloud>> opened = cloud::Cloud::open(*settings);
  if (!opened) return fail(opened.error());
  cloud::Cloud& cloud = **opened;
  std::thread running([&] { cloud.run(); });
  const auto post = [&](const host::Message& message) {
    while (!cloud.post(message)) give_way(5);
  };
  SystemRandom random;
  const SystemClock clock;
  const UserId user("bench-user");
  post(host::to<wire::payments::In>(wire::payments::kService,
                                    wire::payments::CustomerReady{user, "cus_bench", "", {}}));
  give_way(200);
  post(host::to<wire::payments::In>(wire::payments::kService,
                                    wire::payments::CardSaved{"cus_bench", "pm_card_visa"}));
  give_way(200);
  std::vector<OrderId> ids;
  for (int i = 0; i < b.options.orders; ++i) {
    wire::catalogue::Quote quote;
    quote.order = OrderId(uuid7(clock.now(), random));
    quote.user = user;
    std::array<std::uint8_t, 8> code{};
    random.fill(code);
    quote.code = to_hex(code);
    quote.site = SiteId("main");
    quote.lines = {{Sku("soup"), 1}, {Sku("roll"), 2}};
    ids.push_back(quote.order);
    post(host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(quote)));
  }
  const Result<std::unique_ptr<store::Session>> reader = cloud.reader();
  if (!reader) return fail(reader.error());
  const Result<std::string> key = cloud.order_key();
  std::ofstream tsv(b.file("orders.tsv"));
  tsv << "order_id\tcore\tprediction\tvisit\tcode\tamount\titems\n";
  Result<void> done;
  const Millis end = clock.monotonic() + std::chrono::seconds(kSeedSecondsMax);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Result<orders::Order> order = orders::read_order(**reader, ids[i]);
    while (!order || order->state != orders::State::authorised) {
      if (clock.monotonic() > end) {
        done = fail(Code::unavailable, "the orders were not held in time");
        break;
      }
      give_way(20);
      order = orders::read_order(**reader, ids[i]);
    }
    if (!done) break;
    tsv << ids[i].value << '\t' << core(static_cast<int>(i) % b.options.stations) << '\t'
        << uuid7(clock.now(), random) << '\t' << uuid7(clock.now(), random) << '\t'
        << orders::sign_token({order->code, order->placed + settings->orders.ttl.value}, *key)
        << '\t' << kTotal << '\t' << kItems << '\n';
  }
  cloud.stop();
  running.join();
  return done;
}

Result<void> wait_for_port(std::uint16_t port) {
  http::ClientRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(port) + "/healthz";
  for (int i = 0; i < 500; ++i) {
    if (const auto response = http::fetch(request); response && response->status == 200) return {};
    give_way(20);
  }
  return fail(Code::unavailable, "the cloud does not answer");
}

double number(const Json& json, const std::string& name) {
  const Json* value = json.at(name);
  if (value == nullptr) return 0;
  if (const std::int64_t* i = value->as_int()) return static_cast<double>(*i);
  return value->as_double() ? *value->as_double() : 0;
}

struct Row {
  std::string id;
  std::string what;
  double value = 0;
  std::string unit;
};

void print(const Row& row, int in_flight, bool ok) {
  const Json line = Json::object({{"id", row.id},
                                  {"what", row.what},
                                  {"value", row.value},
                                  {"unit", row.unit},
                                  {"goal", nullptr},
                                  {"ok", ok},
                                  {"in_flight", in_flight}});
  std::puts(line.dump().c_str());
}

Result<void> measure(const Bench& b, const std::vector<std::pair<std::string, pid_t>>& processes) {
  std::string pids = "pids=";
  for (const auto& [label, pid] : processes) {
    pids += (pids.size() > 5 ? "," : "") + label + ":" + std::to_string(pid);
  }
  int skip = 0;
  for (const int concurrency : b.options.in_flight) {
    const int n = concurrency == 1 ? b.options.per_step / 8 : b.options.per_step;
    const std::vector<std::string> command = {b.file("mqload"),
                                              b.file("trayline.conf"),
                                              "port=" + std::to_string(b.broker_port),
                                              "charges_port=" + std::to_string(b.double_port),
                                              "orders=" + b.file("orders.tsv"),
                                              pids,
                                              "skip=" + std::to_string(skip),
                                              "n=" + std::to_string(n),
                                              "concurrency=" + std::to_string(concurrency)};
    skip += n;
    const Result<std::string> text = run(command, b.file("mqload.log"));
    const Result<Json> json = parse_json(text ? *text : text.error().detail);
    if (!json) return fail(Code::unavailable, text ? *text : text.error().detail);
    std::fprintf(stderr, "%d in flight: %s\n", concurrency, json->dump().c_str());
    const bool* ok = json->at("ok") ? json->at("ok")->as_bool() : nullptr;
    std::vector<Row> rows = {
        {"F1", "orders per second, prediction to paid screen", number(*json, "per_s"), "1/s"},
        {"F3", "median latency", number(*json, "p50_ms"), "ms"},
        {"F3b", "99th percentile of latency", number(*json, "p99_ms"), "ms"}};
    for (const auto& [label, pid] : processes) {
      rows.push_back(
          {"F2-" + label, "CPU per order of " + label, number(*json, label + "_cpu_us"), "us"});
    }
    for (const Row& row : rows) print(row, concurrency, ok != nullptr && *ok);
  }
  return {};
}

Result<void> flow(Bench& b) {
  const std::string shared = b.options.shared;
  for (const std::string source : {"stripe-double/stripe_double.c", "loadgen/mqload.c"}) {
    const std::string out = b.file(fs::path(source).stem().string());
    if (!fs::exists(shared + "/" + source)) {
      return fail(Code::not_found, shared + "/" + source + " is not there; say --shared FOLDER");
    }
    const auto built = run({"gcc", "-O2", "-o", out, shared + "/" + source}, b.file("gcc.log"));
    if (!built) return fail(built.error());
  }
  b.broker_port = broker::free_port();
  b.double_port = broker::free_port();
  b.cloud_port = broker::free_port();
  write_files(b);
  Result<Process> broker = Process::start({"/usr/sbin/mosquitto", "-c", b.file("mosquitto.conf")},
                                          b.file("mosquitto.log"));
  if (!broker) return fail(broker.error());
  const Result<Process> charges = Process::start(
      {b.file("stripe_double"), std::to_string(b.double_port)}, b.file("double.log"));
  if (!charges) return fail(charges.error());
  give_way(300);
  std::fprintf(stderr, "seeding %d orders with their holds\n", b.options.orders);
  if (Result<void> seeded = seed(b); !seeded) return seeded;
  const std::string program = fs::read_symlink("/proc/self/exe").parent_path() / "trayline-cloud";
  const Result<Process> cloud =
      Process::start({program, "--config", b.file("cloud.toml")}, b.file("cloud.log"));
  if (!cloud) return fail(cloud.error());
  if (Result<void> up = wait_for_port(b.cloud_port); !up) return up;
  give_way(500);
  return measure(b,
                 {{"cloud", cloud->pid()}, {"broker", broker->pid()}, {"double", charges->pid()}});
}

}  // namespace

Result<void> run_flow(const FlowOptions& options) {
  Bench b;
  b.options = options;
  b.options.orders = 0;
  for (const int c : options.in_flight) {
    b.options.orders += c == 1 ? options.per_step / 8 : options.per_step;
  }
  b.options.stations = std::max(
      options.stations, *std::max_element(options.in_flight.begin(), options.in_flight.end()));
  std::string dir = (fs::temp_directory_path() / "trayline-bench-XXXXXX").string();
  if (::mkdtemp(dir.data()) == nullptr) return fail(Code::unavailable, "no temporary folder");
  b.dir = dir;
  set_log_level(Level::warning);
  Result<void> done = flow(b);
  if (done || !options.keep) fs::remove_all(dir);
  return done;
}

}  // namespace trayline::bench
