#include "edge/agent/agent.hpp"

#include <filesystem>

#include "edge/agent/hub.hpp"
#include "edge/agent/outbox.hpp"
#include "edge/agent/starter.hpp"
#include "edge/agent/uplink.hpp"
#include "edge/agent/upload.hpp"
#include "lib/base/log.hpp"
#include "lib/bus/mqtt.hpp"
#include "lib/http/client.hpp"
#include "lib/http/server.hpp"

namespace trayline::agent {
namespace {

constexpr Millis kStopDeadline{5'000};
constexpr Millis kUploadWait{60'000};
// How often a change of what waits is told to the functions, at most.
constexpr Millis kTellEvery{100};

http::Response problem(int status, std::string_view detail) {
  return {status,
          {{"Content-Type", "application/problem+json"}},
          Json::object({{"status", status}, {"title", detail}}).dump()};
}

// The pictures that a message names; empty where it names none.
std::vector<std::string> pictures_of(const std::string& payload) {
  std::vector<std::string> hashes;
  const Result<Json> json = parse_json(payload);
  if (!json) return hashes;
  for (const char* member : {"image", "reference"}) {
    std::string hash = json->text_at(member);
    if (!hash.empty()) hashes.push_back(std::move(hash));
  }
  return hashes;
}

}  // namespace

struct Agent::State {
  State(Loop& l, const Clock& c, Random& r, Settings s)
      : loop(l),
        clock(c),
        random(r),
        settings(std::move(s)),
        resource{settings.env, CoreId(settings.core)},
        client(l),
        server(l, http::Limits{}, problem) {}

  Loop& loop;
  const Clock& clock;
  Random& random;
  const Settings settings;
  const wire::Resource resource;
  http::Client client;
  http::Server server;
  std::uint16_t health_port = 0;
  std::unique_ptr<Outbox> outbox;
  std::unique_ptr<Uploads> uploads;
  std::unique_ptr<Uplink> uplink;
  std::unique_ptr<Hub> hub;
  std::unique_ptr<Starter> starter;
  Loop::Timer tell_later;
  bool tell_waiting = false;
  bool closing = false;
  std::string told;

  std::string path(const std::string& name) const { return settings.state_dir + "/" + name; }

  Result<void> open() {
    std::error_code error;
    for (const char* folder : {"handover", "work", "logs"}) {
      std::filesystem::create_directories(path(folder), error);
      if (error) {
        return fail(Code::unavailable, "cannot make " + path(folder) + ": " + error.message());
      }
    }
    if (auto opened = open_outbox(); !opened) return opened;
    if (auto opened = open_health(); !opened) return opened;
    open_uploads();
    if (auto opened = open_uplink(); !opened) return opened;
    open_functions();
    tell();
    return {};
  }

  Result<void> open_outbox() {
    OutboxLimits limits;
    limits.bytes_max = static_cast<std::int64_t>(settings.outbox.bytes);
    limits.other_bytes_max = limits.bytes_max / 4;
    auto table = Table::open(path("outbox.db"), limits, clock, nullptr);
    if (!table) return fail(table.error());
    Outbox::Out out{[this](const Row& row) { send(row); },
                    [this](const Settled& settled) { take(settled); }, [this] { changed(); }};
    auto opened = Outbox::open(loop, Sender(random), clock, std::move(*table), std::move(out));
    if (!opened) return fail(opened.error());
    outbox = std::move(*opened);
    return {};
  }

  Result<void> open_health() {
    server.route("GET", "/", [this](const http::Request&, const http::ResponderPtr& responder) {
      responder->answer({200, {{"Content-Type", "application/json"}}, health().dump()});
    });
    const Result<std::uint16_t> port = server.listen("127.0.0.1", settings.health_port);
    if (!port) return fail(port.error());
    health_port = *port;
    return {};
  }

  void open_uploads() {
    UploadLimits limits;
    limits.folder_bytes_max = static_cast<std::int64_t>(settings.pictures.bytes);
    uploads = std::make_unique<Uploads>(
        loop, random, path("handover"), limits,
        Uploads::Out{
            [this](const std::string& url, std::string body, const auto& done) {
              put_picture(url, std::move(body), done);
            },
            [this](const std::string& hash, bool done) { outbox->upload_ended(hash, done); }});
    for (const wire::Upload& upload : outbox->uploads()) uploads->ask(upload);
  }

  void put_picture(const std::string& url, std::string body,
                   std::function<void(Result<int>)> done) {
    http::ClientRequest request;
    request.method = "PUT";
    request.url = url;
    request.headers = {{"Content-Type", "application/octet-stream"}};
    request.body = std::move(body);
    request.timeout = kUploadWait;
    client.send(std::move(request),
                [this, done = std::move(done)](const Result<http::Response>& answer) {
                  if (closing) return;
                  done(answer ? Result<int>(answer->status) : fail(answer.error()));
                });
  }

  Result<void> open_uplink() {
    bus::MqttConfig config;
    config.host = settings.broker.host;
    config.port = settings.broker.port;
    config.client_id = wire::resource_name(resource);
    config.ca_file = settings.ca;
    config.cert_file = settings.cert;
    config.key_file = settings.key;
    Result<std::unique_ptr<bus::Bus>> bus = bus::connect_mqtt(loop, random, config);
    if (!bus) return fail(bus.error());
    uplink = std::make_unique<Uplink>(
        std::move(*bus), resource,
        Uplink::Out{[this](bool up) {
                      if (!closing) outbox->connection(up);
                    },
                    [this](const wire::Ack& ack) {
                      if (!closing) outbox->answered(ack);
                    },
                    [this](const std::string&, const std::string& topic, const std::string& body) {
                      if (hub) hub->deliver(topic, body);
                    }});
    return {};
  }

  void open_functions() {
    hub = std::make_unique<Hub>(loop, clock, random, [this](Row row, Hub::Stored done) {
      outbox->put(std::move(row), std::move(done));
    });
    starter = std::make_unique<Starter>(
        loop, clock, random,
        Starter::Out{
            [this](const std::string& name, int fd) { hub->attach(name, fd, welcome(name)); },
            [this](const std::string& name) { hub->detach(name); },
            [this](const std::string& name, Millis deadline) { hub->tell_stop(name, deadline); }});
    for (const FunctionSettings& f : settings.function) {
      starter->run({f.name, f.exec, path("work/" + f.name), path("logs/" + f.name + ".log")});
    }
  }

  Json welcome(const std::string& name) const {
    Json config = Json(Json::Object());
    for (const FunctionSettings& f : settings.function) {
      if (f.name == name) config = f.config;
    }
    return Json::object({{"v", 1},
                         {"core", settings.core},
                         {"env", settings.env},
                         {"config", config},
                         {"rev", 1},
                         {"handover", path("handover")},
                         {"work", path("work/" + name)}});
  }

  void send(const Row& row) {
    uplink->publish(row.function, row.topic, row.payload, [this, seq = row.seq](bool there) {
      if (there && !closing) outbox->delivered(seq);
    });
  }

  void take(const Settled& settled) {
    if (settled.ack.result == wire::AckResult::refused) {
      log(Level::warning, "the cloud refused a message: quarantined",
          {{"key", settled.row.key}, {"why", settled.ack.reason}});
      return;
    }
    for (const wire::Upload& upload : settled.ack.uploads) uploads->ask(upload);
    for (const std::string& hash : pictures_of(settled.row.payload)) uploads->has(hash);
  }

  // At once, then at most every kTellEvery.
  void changed() {
    if (tell_waiting || !hub) return;
    tell_waiting = true;
    tell_later = loop.after(kTellEvery, [this] {
      tell_waiting = false;
      tell();
    });
  }

  std::int64_t rows() const {
    std::int64_t all = 0;
    for (const Totals::OfClass& of : outbox->totals().by_class) all += of.rows;
    return all;
  }

  void tell() {
    // A broker without a cloud behind it is as good as none.
    const bool reachable = outbox->connected() && !outbox->stalled();
    std::string text = Json::object({{"connected", reachable}, {"waiting", rows()}}).dump();
    if (text == told) return;
    told = std::move(text);
    hub->deliver_kept("agent/uplink", told);
  }

  Json health() const {
    const Totals& t = outbox->totals();
    Json::Object functions;
    for (const FunctionSettings& f : settings.function) {
      const FunctionReport& said = hub->report(f.name);
      const Starter::Report ran = starter->report(f.name);
      Json::Object metrics;
      for (const auto& [name, value] : said.metrics) metrics.set(name, value);
      functions.set(f.name, Json::object({{"state", ran.pid != 0 ? said.state : "restarting"},
                                          {"detail", said.detail},
                                          {"progress", said.progress},
                                          {"pid", ran.pid},
                                          {"starts", ran.starts},
                                          {"last_end", ran.last_end},
                                          {"denied", said.denied},
                                          {"dropped", said.dropped},
                                          {"metrics", Json(std::move(metrics))}}));
    }
    const std::int64_t waiting = t.of(Class::critical).rows;
    return Json::object({{"core", wire::resource_name(resource)},
                         {"uplink", Json::object({{"connected", outbox->connected()},
                                                  {"answering", !outbox->stalled()},
                                                  {"unusable", uplink->bad()}})},
                         {"outbox", Json::object({{"critical", waiting},
                                                  {"normal", t.of(Class::normal).rows},
                                                  {"latest", t.of(Class::latest).rows}})},
                         {"counters", Json::object({{"stored", t.stored},
                                                    {"acked", t.acked},
                                                    {"quarantined", t.quarantined},
                                                    {"in_outbox", waiting},
                                                    {"dropped", t.dropped},
                                                    {"corrupt", t.corrupt}})},
                         {"conserved", t.stored == t.acked + t.quarantined + waiting},
                         {"pictures", Json::object({{"uploading", uploads->waiting()},
                                                    {"uploaded", t.uploaded},
                                                    {"dropped", uploads->dropped()},
                                                    {"failed", uploads->failed()}})},
                         {"functions", Json(std::move(functions))}});
  }
};

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Agent>> Agent::start(Loop& loop, const Clock& clock, Random& random,
                                            const Settings& settings) {
  auto state = std::make_unique<State>(loop, clock, random, settings);
  if (auto opened = state->open(); !opened) return fail(opened.error());
  return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

Agent::~Agent() {
  if (state_ == nullptr) return;
  state_->closing = true;
  state_->starter.reset();
  state_->hub.reset();
  state_->server.close();
  state_->outbox.reset();
  state_->uplink.reset();
}

std::uint16_t Agent::health_port() const { return state_->health_port; }
Json Agent::health() const { return state_->health(); }

void Agent::stop(std::function<void()> done) {
  state_->starter->stop(kStopDeadline, std::move(done));
}

}  // namespace trayline::agent
