#include "standalone/up/process_world.hpp"

#include <charconv>
#include <set>
#include <thread>

namespace trayline::up {
namespace {

constexpr Millis kLook{50};
constexpr Millis kPredictsWithin{10'000};
constexpr Millis kNudgePredictsWithin{3'000};
constexpr int kQuietLooks = 4;  // in a row

Json items_of(const story::Items& items) {
  Json::Array list;
  for (const wire::SkuCount& item : items) {
    list.push_back(Json::object({{"sku", item.sku.value}, {"count", item.count}}));
  }
  return list;
}

// The value of an unlabelled metric in the text of Prometheus; 0 where there is none.
double metric(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\n" + name + " ");
  if (at == std::string::npos) return 0;
  double value = 0;
  const char* begin = text.data() + at + name.size() + 2;
  std::from_chars(begin, text.data() + text.size(), value);
  return value;
}

}  // namespace

Result<Customer*> ProcessWorld::find(const std::string& name) {
  const auto found = customers_.find(name);
  if (found == customers_.end()) return fail(Code::not_found, "there is no customer " + name);
  return found->second.get();
}

Result<void> ProcessWorld::join(const std::string& customer, const std::string& card) {
  PhoneSettings settings;
  settings.cloud_url = launch_.cloud_url();
  settings.site = launch_.store().site.id.value;
  auto phone = std::make_unique<Customer>(launch_.loop(), launch_.random(), settings, customer);
  const Customer::Until wait = [this](const auto& condition) { return until(condition); };
  const auto code = [this](const std::string& user) { return launch_.code_for(user); };
  if (auto done = phone->sign_up(code, wait); !done) return done;
  if (auto done = phone->save_card(card, wait); !done) return done;
  customers_[customer] = std::move(phone);
  return {};
}

Result<void> ProcessWorld::order(const std::string& customer, const story::Items& items) {
  const Result<Customer*> phone = find(customer);
  return phone ? (*phone)->order(items) : fail(phone.error());
}

Result<Json> ProcessWorld::read_order(const std::string& name) {
  const Result<Customer*> phone = find(name);
  return phone ? (*phone)->read_order() : fail(phone.error());
}

Result<std::string> ProcessWorld::order_state(const std::string& customer) {
  const Result<Json> order = read_order(customer);
  if (!order) return fail(order.error());
  return order->text_at("state");
}

Result<std::int64_t> ProcessWorld::order_total_minor(const std::string& customer) {
  const Result<Json> order = read_order(customer);
  if (!order) return fail(order.error());
  const Json* total = order->at("total");
  return total == nullptr ? 0 : total->int_at("amount_minor");
}

Result<std::string> ProcessWorld::streamed_state(const std::string& customer) {
  const Result<Customer*> phone = find(customer);
  if (!phone) return fail(phone.error());
  return (*phone)->streamed_state();
}

Result<void> ProcessWorld::cancel(const std::string& customer) {
  const Result<Customer*> phone = find(customer);
  return phone ? (*phone)->cancel() : fail(phone.error());
}

Result<void> ProcessWorld::change_tray(Json command, bool predicts) {
  const Result<std::size_t> before = predictions();
  if (!before) return fail(before.error());
  if (auto done = launch_.tray(std::move(command)); !done) return done;
  const auto told = [&] {
    const Result<std::size_t> now = predictions();
    return now && *now > *before;
  };
  const bool seen = waited(predicts ? kPredictsWithin : kNudgePredictsWithin, told);
  if (seen || !predicts) return {};
  return fail(Code::unavailable, "the camera made no prediction of the tray");
}

Result<void> ProcessWorld::put_tray(const story::Items& items,
                                    const std::optional<std::string>& code) {
  Json::Object put;
  put.set("items", items_of(items));
  if (code) {
    const Result<Json> order = read_order(*code);
    if (!order) return fail(order.error());
    const std::string token = order->text_at("code");
    if (token.empty()) return fail(Code::conflict, "the order of " + *code + " has no code");
    put.set("qr_base64url", token);
  }
  return change_tray(Json::object({{"put", Json(std::move(put))}}), true);
}

Result<void> ProcessWorld::add_to_tray(const Sku& sku) {
  return change_tray(Json::object({{"add", Json::object({{"sku", sku.value}})}}), true);
}

Result<void> ProcessWorld::take_from_tray(const Sku& sku) {
  return change_tray(Json::object({{"take", Json::object({{"sku", sku.value}})}}), true);
}

// Of a tray that is only nudged the camera may have nothing new to tell.
Result<void> ProcessWorld::nudge_tray() {
  return change_tray(Json::object({{"nudge", true}}), false);
}

Result<void> ProcessWorld::remove_tray() { return launch_.tray(Json::object({{"remove", true}})); }

Result<story::Painted> ProcessWorld::screen() {
  const std::optional<display::Frame> frame = launch_.shown();
  if (!frame) return fail(Code::not_found, "the display has shown nothing yet");
  story::Painted out;
  // What the page says when it or its core is cut off.
  const bool offline = !frame->connected || !launch_.display_streams();
  out.status = offline ? "offline" : frame->state.status;
  out.number = frame->state.number;
  for (const wire::ScreenLine& line : frame->state.lines) {
    if (line.state == wire::LineState::missing) out.missing.push_back(line.sku.value);
    if (line.state == wire::LineState::extra) out.extra.push_back(line.sku.value);
  }
  return out;
}

Result<Json> ProcessWorld::simulator(const std::string& method, const std::string& path,
                                     const Json& body) {
  Ask what{method, launch_.stripe_url() + path, {}, {}};
  if (!body.is_null()) {
    what.headers.emplace_back("Content-Type", "application/json");
    what.body = body.dump();
  }
  return ask_for(what);
}

Result<story::Charged> ProcessWorld::charges(const std::string& customer) {
  const Result<Customer*> phone = find(customer);
  if (!phone) return fail(phone.error());
  const Result<Json> ledger = simulator("GET", "/_sim/charges", Json());
  if (!ledger) return fail(ledger.error());
  story::Charged out;
  const Json* charges = ledger->at("charges");
  if (charges == nullptr || charges->as_array() == nullptr) {
    return fail(Code::unavailable, "the simulator's ledger has no charges");
  }
  for (const Json& charge : *charges->as_array()) {
    if (charge.text_at("order") != (*phone)->order_id()) continue;
    ++out.times;
    out.minor += charge.int_at("captured") - charge.int_at("refunded");
  }
  return out;
}

Result<std::vector<std::string>> ProcessWorld::notified(const std::string& customer) {
  const Result<Customer*> phone = find(customer);
  if (!phone) return fail(phone.error());
  return launch_.news_of((*phone)->order_id());
}

Result<std::int64_t> ProcessWorld::counter(const char* group, const char* name) {
  const Result<Json> page = launch_.health();
  if (!page) return fail(page.error());
  const Json* value = page->at(group, name);
  if (value == nullptr || value->as_int() == nullptr) {
    return fail(Code::unavailable, std::string("the edge's health page has no ") + name);
  }
  return *value->as_int();
}

Result<std::size_t> ProcessWorld::waiting() {
  const Result<std::int64_t> rows = counter("outbox", "critical");
  if (!rows) return fail(rows.error());
  return static_cast<std::size_t>(*rows);
}

Result<std::size_t> ProcessWorld::predictions() {
  const Result<std::int64_t> stored = counter("counters", "stored");
  if (!stored) return fail(stored.error());
  return static_cast<std::size_t>(*stored);
}

Result<void> ProcessWorld::cut_off() {
  cut_ = true;
  return launch_.stop("mosquitto");
}

Result<void> ProcessWorld::reconnect() {
  if (auto started = launch_.start_again("mosquitto"); !started) return started;
  cut_ = false;
  patient_until_ = launch_.clock().monotonic() + kOutagePatience;
  return {};
}

Result<void> ProcessWorld::hold_capture_answers() {
  const auto held =
      simulator("POST", "/_sim/hold", Json::object({{"path_suffix", "/capture"}, {"n", 1}}));
  return held ? Result<void>() : fail(held.error());
}

Result<void> ProcessWorld::kill_cloud_at_capture() {
  std::string last = "nothing";
  const auto captured = [&] {
    const Result<Json> held = simulator("GET", "/_sim/held", Json());
    const Result<Json> ledger = simulator("GET", "/_sim/charges", Json());
    if (!held || !ledger) return false;
    last = held->dump();
    const Json* path = held->at("held", 0, "path");
    const Json* charges = ledger->at("charges");
    if (path == nullptr || charges == nullptr || charges->as_array() == nullptr) return false;
    // /v1/payment_intents/<intent>/capture is on its way and in the books.
    for (const Json& charge : *charges->as_array()) {
      if (path->as_string()->find(charge.text_at("intent")) != std::string::npos) return true;
    }
    return false;
  };
  if (!until(captured)) {
    return fail(Code::unavailable, "no capture's answer is held; the simulator says " + last);
  }
  cloud_killed_ = true;
  return launch_.kill("cloud");
}

Result<void> ProcessWorld::start_cloud() {
  if (auto released = simulator("POST", "/_sim/release", Json(Json::Object())); !released) {
    return fail(released.error());
  }
  if (auto started = launch_.start_again("cloud"); !started) return started;
  cloud_killed_ = false;
  patient_until_ = launch_.clock().monotonic() + kOutagePatience;
  return {};
}

bool ProcessWorld::waited(Millis patience, const std::function<bool()>& condition) {
  const Clock& clock = launch_.clock();
  const Millis deadline = std::max(clock.monotonic() + patience, patient_until_);
  while (!launch_.stopping()) {
    if (condition()) return true;
    if (clock.monotonic() >= deadline) return false;
    std::this_thread::sleep_for(kLook);
  }
  return false;
}

bool ProcessWorld::until(const std::function<bool()>& condition) {
  return waited(kPatience, condition);
}

// Nothing waits at the edge (that could leave), nothing in the cloud, and no tick ran meanwhile.
bool ProcessWorld::quiet() {
  if (!cut_) {
    const Result<std::size_t> rows = waiting();
    if (!rows || *rows != 0) return false;
  }
  http::ClientRequest request;
  request.url = launch_.cloud_url() + "/metrics";
  const Result<http::Response> page = http::fetch(request);
  if (!page || metric(page->body, "trayline_host_queue") > 0) return false;
  const std::string ticks = std::to_string(metric(page->body, "trayline_host_messages_total"));
  const bool same = ticks == last_quiet_;
  last_quiet_ = ticks;
  return same;
}

void ProcessWorld::settle() {
  const Millis deadline = launch_.clock().monotonic() + kSettlesWithin;
  int looks = 0;
  while (looks < kQuietLooks && launch_.clock().monotonic() < deadline && !launch_.stopping()) {
    looks = quiet() ? looks + 1 : 0;
    std::this_thread::sleep_for(kLook);
  }
}

void ProcessWorld::mend() {
  (void)simulator("POST", "/_sim/release", Json(Json::Object()));
  if (cut_) (void)reconnect();
  if (cloud_killed_) (void)start_cloud();
  (void)remove_tray();
}

Result<std::vector<OrderRead>> ProcessWorld::orders() {
  std::vector<OrderRead> all;
  for (const auto& [name, phone] : customers_) {
    if (phone->order_id().empty()) continue;
    const Result<Json> order = phone->read_order();
    if (!order) return fail(order.error());
    all.push_back({phone->order_id(), order->text_at("state"),
                   order->at("total") == nullptr ? 0 : order->at("total")->int_at("amount_minor")});
  }
  return all;
}

}  // namespace trayline::up
