#include "standalone/up/launch.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "infra/broker/broker.hpp"
#include "infra/broker/process.hpp"
#include "lib/http/client.hpp"
#include "standalone/up/enrolment.hpp"
#include "standalone/up/on_loop.hpp"

namespace trayline::up {
namespace fs = std::filesystem;
namespace {

constexpr Millis kLook{20};
constexpr Millis kSeesWithin{30'000};
constexpr Millis kTrayAnswersWithin{30'000};
constexpr std::size_t kCodesMax = 1'000;

std::string local(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

bool says_ready(const std::string& line) {
  const Result<Json> json = parse_json(line);
  const Json* ready = json ? json->at("ready") : nullptr;
  return ready != nullptr && ready->as_bool() != nullptr && *ready->as_bool();
}

// "code for NAME: CODE", as the cloud's console says it.
std::optional<std::pair<std::string, std::string>> read_code(const std::string& line) {
  constexpr std::string_view kStart = "code for ";
  const std::size_t colon = line.rfind(": ");
  if (!line.starts_with(kStart) || colon == std::string::npos) return std::nullopt;
  return std::pair{line.substr(kStart.size(), colon - kStart.size()), line.substr(colon + 2)};
}

}  // namespace

Launch::Launch(Loop& loop, const Clock& clock, Random& random, const std::atomic<bool>& stop,
               Say say)
    : loop_(loop),
      clock_(clock),
      random_(random),
      stop_(stop),
      say_(std::move(say)),
      keeper_(loop, clock,
              {[this](const std::string& text) { say_(text); },
               [this](const Error& error) {
                 why_broken_ = error.detail;
                 broken_ = true;
               }}) {}

Launch::~Launch() {
  std::error_code ignored;
  if (broker_dir_is_ours_) fs::remove_all(broker_dir_, ignored);
}

Result<void> Launch::prepare(const Options& options) {
  options_ = options;
  if (broker::mosquitto_program().empty()) {
    return fail(Code::not_found,
                "mosquitto is not installed; `apt-get install mosquitto` brings it (its service "
                "need not run)");
  }
  Result<StateFolder> state =
      StateFolder::open(options.state.empty() ? default_state_dir() : options.state);
  if (!state) return fail(state.error());
  state_.emplace(std::move(*state));
  wiring_.state_dir = state_->dir();
  wiring_.programs = program_folder();
  wiring_.store_file = state_->path("store.toml");
  if (!options.store.empty()) {
    wiring_.store_file = fs::absolute(options.store).lexically_normal().string();
  } else if (auto told = write_text(wiring_.store_file, demo_store_text()); !told) {
    return told;
  }
  Result<cloud::StoreFile> store = cloud::load_store(wiring_.store_file);
  if (!store) return fail(store.error());
  store_ = std::move(*store);
  const Result<Eyes> eyes =
      renders() ? rendered_eyes(*state_, store_, wiring_.programs + "/trayline-tray", stop_, say_)
                : photographed_eyes(*state_, store_, options.camera.substr(4));
  if (!eyes) return fail(eyes.error());
  wiring_.source = eyes->source;
  wiring_.station_file = eyes->station_file;
  wiring_.gallery_file = eyes->gallery_file;
  return write_files();
}

Result<void> Launch::write_files() {
  const Result<Secrets> secrets = make_secrets(*state_, random_);
  if (!secrets) return fail(secrets.error());
  const Result<Certificates> certificates =
      make_certificates(*state_, kEnv, core_of(store_).id.value, clock_);
  if (!certificates) return fail(certificates.error());
  turn_ = PortsTurn::take(stop_);
  const Result<ChosenPorts> ports = choose_ports();
  if (!ports) return fail(ports.error());
  for (const std::string& text : ports->replaced) say_(text);
  wiring_.ports = ports->ports;
  wiring_.secrets = *secrets;
  wiring_.certificates = *certificates;
  const auto listens = on_loop(loop_, [this] {
    news_ = std::make_unique<News>(loop_);
    return news_->listen();
  });
  if (!listens) return listens;
  wiring_.push_url = news_->url();
  if (auto told = write_text(state_->path("cloud.toml"), cloud_text(wiring_)); !told) return told;
  if (auto told = write_text(state_->path("edge.toml"), edge_text(wiring_, store_)); !told) {
    return told;
  }
  return write_broker(*certificates);
}

// In the state folder, or, where the broker's own user may not enter that, in a folder of its own.
Result<void> Launch::write_broker(const Certificates& certificates) {
  broker::BrokerConfig config;
  config.dir = broker_dir_ = state_->path("broker");
  config.device_port = wiring_.ports.devices;
  config.cloud_port = wiring_.ports.cloud_hosts;
  const broker::Identity identity{certificates.broker.ca, certificates.broker.cert,
                                  certificates.broker.key};
  const Result<void> written = broker::write_broker(config, identity);
  if (written || written.error().code != Code::permission_denied) return written;
  std::string pattern = (fs::temp_directory_path() / "trayline-broker-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return fail(Code::unavailable, pattern + " cannot be made");
  }
  config.dir = broker_dir_ = pattern;
  broker_dir_is_ours_ = true;
  return broker::write_broker(config, identity);
}

Program Launch::program(const std::string& name, std::vector<std::string> command) const {
  Program out;
  out.child = {name, std::move(command), state_->log(name), {}};
  return out;
}

std::vector<Program> Launch::programs() {
  std::vector<Program> all;
  const Ports& ports = wiring_.ports;
  Program mosquitto =
      program("mosquitto", {broker::mosquitto_program(), "-c", broker_dir_ + "/mosquitto.conf"});
  mosquitto.child.user = broker::BrokerConfig{}.user;
  mosquitto.restart = true;
  mosquitto.ready = [](const std::string& line) { return line.ends_with(" running"); };
  all.push_back(std::move(mosquitto));

  Program stripe = program(
      "stripe",
      {wiring_.programs + "/trayline-stripe", "--port", std::to_string(ports.stripe), "--controls",
       "--journal", state_->path("stripe.journal"), "--secret-key-file", wiring_.secrets.secret_key,
       "--publishable-key-file", wiring_.secrets.publishable_key, "--webhook-url",
       cloud_url() + "/webhooks/stripe", "--webhook-secret-file", wiring_.secrets.webhook});
  stripe.restart = true;  // its journal keeps the books
  stripe.ready = [](const std::string& line) { return line.starts_with("{\"url\""); };
  all.push_back(std::move(stripe));

  const std::string own = wiring_.programs + "/trayline";
  std::vector<std::string> command = {own, "cloud"};
  if (::access(own.c_str(), X_OK) != 0) command = {wiring_.programs + "/trayline-cloud"};
  command.insert(command.end(), {"--config", state_->path("cloud.toml")});
  Program cloud = program("cloud", std::move(command));
  cloud.ready = says_ready;
  cloud.restart = true;
  cloud.line = [this](const std::string& line) {
    if (const auto code = read_code(line); code && codes_.size() < kCodesMax) {
      codes_[code->first] = code->second;
    }
  };
  all.push_back(std::move(cloud));

  if (renders()) {
    Program tray =
        program("tray", {wiring_.programs + "/trayline-tray", "--out", wiring_.source.substr(5)});
    tray.restart = true;
    tray.ready = says_ready;
    tray.line = [this](const std::string& line) {
      const Result<Json> answer = parse_json(line);
      if (!answer || answer->text_at("id").empty()) return;
      tray_answers_[answer->text_at("id")] = *answer;
    };
    all.push_back(std::move(tray));
  }

  Program edge =
      program("edge", {wiring_.programs + "/trayline-edge", "--config", state_->path("edge.toml")});
  edge.ready = [](const std::string& line) { return line.starts_with("health http://"); };
  edge.restart = true;
  all.push_back(std::move(edge));
  return all;
}

Result<void> Launch::start() {
  for (Program& program : programs()) {
    if (stopping()) return fail(Code::unavailable, "stopped");
    if (auto started = start(std::move(program)); !started) return started;
  }
  on_loop(loop_, [this] {
    const std::string screen = core_of(store_).station.front().screen.value;
    display_ =
        std::make_unique<display::Display>(loop_, clock_, local(wiring_.ports.screen), screen);
  });
  Result<void> sees = wait_until_it_sees();
  turn_ = PortsTurn();
  return sees;
}

Result<void> Launch::start(Program program) {
  std::error_code ignored;
  fs::remove(program.child.log, ignored);  // of the last start
  return done_on_loop(loop_,
                      [&](const Keeper::Done& done) { keeper_.start(std::move(program), done); });
}

// Camera live, broker reached, display connected.
Result<void> Launch::wait_until_it_sees() {
  const Millis deadline = clock_.monotonic() + kSeesWithin;
  std::string last = "nothing";
  while (clock_.monotonic() < deadline && !stopping()) {
    const Result<Json> page = health();
    last = page ? page->dump() : page.error().detail;
    const Json* state = page ? page->at("functions", "camera", "state") : nullptr;
    // A folder of photos may have been looked through already.
    const bool sees = state != nullptr && (*state == Json("live") || *state == Json("ended"));
    const Json* uplink = page ? page->at("uplink", "connected") : nullptr;
    if (sees && uplink != nullptr && *uplink == Json(true) && display_streams()) return {};
    std::this_thread::sleep_for(kLook);
  }
  if (broken_) return fail(Code::unavailable, broken());
  if (stop_) return fail(Code::unavailable, "stopped");
  return fail(Code::unavailable, "the station does not see; its health page says " + last +
                                     "; logs are in " + state_->path("edge/logs"));
}

Result<void> Launch::stop(const std::string& name) {
  return done_on_loop(loop_, [&](const Keeper::Done& done) { keeper_.stop(name, done); });
}
Result<void> Launch::kill(const std::string& name) {
  return done_on_loop(loop_, [&](const Keeper::Done& done) { keeper_.kill(name, done); });
}
Result<void> Launch::start_again(const std::string& name) {
  return done_on_loop(loop_, [&](const Keeper::Done& done) { keeper_.start_again(name, done); });
}

Result<void> Launch::tray(Json command) {
  const std::string id = "c" + std::to_string(++commands_);
  command.as_object()->set("id", id);
  const auto sent = on_loop(loop_, [&] { return keeper_.write("tray", command.dump()); });
  if (!sent) return sent;
  const Millis deadline = clock_.monotonic() + kTrayAnswersWithin;
  while (clock_.monotonic() < deadline && !stopping()) {
    const auto answer = on_loop(loop_, [&]() -> std::optional<Json> {
      const auto found = tray_answers_.extract(id);
      if (found.empty()) return std::nullopt;
      return found.mapped();
    });
    if (answer && answer->at("error") == nullptr) return {};
    if (answer) return fail(Code::invalid_argument, "the renderer says " + answer->dump());
    std::this_thread::sleep_for(kLook);
  }
  return fail(Code::unavailable, "the renderer does not answer");
}

std::optional<std::string> Launch::code_for(const std::string& username) {
  return on_loop(loop_, [&]() -> std::optional<std::string> {
    const auto found = codes_.extract(username);
    if (found.empty()) return std::nullopt;
    return found.mapped();
  });
}

std::vector<std::string> Launch::news_of(const std::string& order) {
  return on_loop(loop_, [&] { return news_->of(order); });
}

std::optional<display::Frame> Launch::shown() {
  return on_loop(loop_, [&]() -> std::optional<display::Frame> {
    const display::Frame* frame = display_ ? display_->now() : nullptr;
    if (frame == nullptr) return std::nullopt;
    return *frame;
  });
}

bool Launch::display_streams() {
  return on_loop(loop_, [&] { return display_ && display_->streaming(); });
}

std::string Launch::broken() {
  return on_loop(loop_, [&] { return why_broken_; });
}

Result<Json> Launch::health() const {
  http::ClientRequest request;
  request.url = local(wiring_.ports.health) + "/";
  const Result<http::Response> page = http::fetch(request);
  if (!page) return fail(page.error());
  return parse_json(page->body);
}

std::string Launch::cloud_url() const { return local(wiring_.ports.cloud); }
std::string Launch::stripe_url() const { return local(wiring_.ports.stripe); }
std::string Launch::screen_url() const {
  return local(wiring_.ports.screen) + "/?screen=" + core_of(store_).station.front().screen.value;
}

void Launch::stop_all(std::function<void()> done) {
  display_.reset();
  keeper_.stop_all(std::move(done));
}
void Launch::interrupt() { keeper_.give_up(); }

}  // namespace trayline::up
