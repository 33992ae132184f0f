#include "tests/scenarios/store_in_memory.hpp"

#include <algorithm>

#include "cloud/orders/token.hpp"
#include "lib/base/check.hpp"
#include "lib/postgres/test_store.hpp"
#include "lib/wire/catalogue.hpp"

namespace trayline::scenarios {
namespace {

const std::string kEnv = "test";
constexpr std::int64_t kPrices[] = {550, 620, 120, 90, 280, 320, 390, 250, 210, 480};
const std::vector<std::string> kMenu = {
    "tomato-soup",     "green-salad",    "bread-roll", "apple",   "orange-juice",
    "blueberry-juice", "chocolate-cake", "coffee",     "yoghurt", "sandwich"};
// Simulated time a condition may take.
constexpr Millis kPatience{60'000};

tl::unexpected<Error> nobody(const std::string& customer) {
  return fail(Code::not_found, customer + " has no order");
}

}  // namespace

StoreInMemory::StoreInMemory(int stations, store::Engine engine, int hosts) {
  settings = std::make_shared<orders::Settings>();
  for (int i = 1; i <= stations; ++i) {
    const std::string n = std::to_string(i);
    settings->stations[{CoreId("store-1"), StationId("counter-" + n)}] = {SiteId("main"),
                                                                          ScreenId("front-" + n)};
  }
  settings->env = kEnv;
  settings->token_key = "a key for tests";
  const Result<void> opened = open_stores(engine, hosts);
  check(opened.has_value(), "no store: " + (opened ? "" : opened.error().detail));
  push = std::make_unique<push::MemoryExecutor>();
  edge = std::make_unique<EdgeInMemory>(
      broker, clock, random, wire::Resource{kEnv, CoreId("store-1")}, ScreenId("front-1"));
  const Result<void> started = start_cloud();
  check(started.has_value(), "the cloud does not start");
  load_menu();
  reader_ = *db->reader();
}

StoreInMemory::~StoreInMemory() = default;

Result<void> StoreInMemory::open_stores(store::Engine engine, int hosts) {
  check(hosts == 1 || engine == store::Engine::postgres, "hosts of one SQLite file");
  Result<std::string> url;
  if (engine == store::Engine::postgres) url = postgres::fresh_database();
  if (!url) return fail(url.error());
  for (int i = 0; i < hosts; ++i) {
    auto opened = engine == store::Engine::sqlite
                      ? store::open_sqlite({.path = ":memory:"}, nullptr)
                      : store::open_postgres({.url = *url}, nullptr);
    if (!opened) return fail(opened.error());
    (i == 0 ? db : others_.emplace_back()) = std::move(*opened);
  }
  return {};
}

void StoreInMemory::load_menu() {
  wire::catalogue::LoadMenu menu{SiteId("main"), "Test store", *Currency::parse("EUR"), "1", {}};
  for (std::size_t i = 0; i < kMenu.size(); ++i) {
    menu.items.push_back({Sku(kMenu[i]), kMenu[i], kPrices[i], true});
  }
  post(host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(menu)));
  run_now();
}

Result<void> StoreInMemory::start_cloud() {
  provider.drop_held();
  provider.hold_answers(false);
  const Surroundings around{
      clock, random, metrics, broker, provider, *push, settings, [this](const OrderId& id) {
        const auto order = orders::read_order(*reader_, id);
        if (order) streamed_[id.value] = enum_name(order->state);
      }};
  for (std::size_t i = 0; i <= others_.size(); ++i) {
    store::Store& own = i == 0 ? *db : *others_[i - 1];
    auto cloud = CloudInMemory::start(around, own, "cloud-" + std::to_string(i + 1));
    if (!cloud) return fail(cloud.error());
    clouds_.push_back(std::move(*cloud));
  }
  return {};
}

host::Host& StoreInMemory::host() { return clouds_.at(turn_++ % clouds_.size())->host(); }

void StoreInMemory::post(host::Message message) {
  check(host().post(std::move(message)).has_value(), "the host refused a message");
}

void StoreInMemory::run_now() {
  for (int i = 0; i < 10'000; ++i) {
    const bool delivered = broker.pump() > 0;
    bool ticked = false;
    for (const auto& cloud : clouds_) ticked |= cloud->host().tick();
    if (!delivered && !ticked) return;
  }
  check(false, "the world does not come to rest");
}

bool StoreInMemory::until(const std::function<bool()>& condition) {
  const Time end = clock.now() + kPatience;
  for (;;) {
    run_now();
    if (condition()) return true;
    if (clock.now() >= end) return false;
    clock.advance(Millis(100));
    edge->tick();
  }
}

// Two minutes cover every repeat of the edge, and the host's leases.
void StoreInMemory::settle() {
  for (int i = 0; i < 120; ++i) {
    run_now();
    clock.advance(Millis(1'000));
    edge->tick();
  }
  run_now();
}

Result<void> StoreInMemory::join(const std::string& customer, const std::string& card) {
  const UserId user(customer);
  post(host::to<wire::payments::In>(wire::payments::kService,
                                    wire::payments::SetUpCard{user, "first"}));
  run_now();
  post(host::to<wire::payments::In>(wire::payments::kService,
                                    wire::payments::CardSaved{"cus_" + customer, card}));
  run_now();
  return {};
}

Result<void> StoreInMemory::order(const std::string& customer, const story::Items& items) {
  wire::catalogue::Quote quote;
  quote.order = OrderId(uuid7(clock.now(), random));
  quote.user = UserId(customer);
  std::array<std::uint8_t, 8> code{};
  random.fill(code);
  quote.code = to_hex(code);
  quote.site = SiteId("main");
  quote.lines = items;
  newest_[customer] = quote.order;
  std::optional<host::Answer> answer;
  const Result<void> asked =
      host().ask(host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(quote)),
                 [&](host::Answer a) { answer = std::move(a); });
  if (!asked) return asked;
  run_now();
  check(answer.has_value(), "an order was not answered in its tick");
  if (answer->problem) return fail(answer->problem->code, answer->problem->type);
  return {};
}

Result<OrderId> StoreInMemory::order_id(const std::string& customer) const {
  const auto found = newest_.find(customer);
  if (found == newest_.end()) return nobody(customer);
  return found->second;
}

Result<std::string> StoreInMemory::order_state(const std::string& customer) {
  const Result<OrderId> id = order_id(customer);
  if (!id) return fail(id.error());
  const Result<orders::Order> order = orders::read_order(*reader_, *id);
  if (!order) return fail(order.error());
  return std::string(enum_name(order->state));
}

Result<std::int64_t> StoreInMemory::order_total_minor(const std::string& customer) {
  const Result<OrderId> id = order_id(customer);
  if (!id) return fail(id.error());
  const Result<orders::Order> order = orders::read_order(*reader_, *id);
  if (!order) return fail(order.error());
  return order->total.minor;
}

Result<std::string> StoreInMemory::streamed_state(const std::string& customer) {
  const Result<OrderId> id = order_id(customer);
  if (!id) return fail(id.error());
  return streamed_[id->value];
}

Result<void> StoreInMemory::cancel(const std::string& customer) {
  const Result<OrderId> id = order_id(customer);
  if (!id) return fail(id.error());
  post(host::to<wire::orders::In>(wire::orders::kService,
                                  wire::orders::Cancel{*id, UserId(customer), ""}));
  return {};
}

Result<std::string> StoreInMemory::code_of(const std::string& customer) {
  const Result<OrderId> id = order_id(customer);
  if (!id) return fail(id.error());
  const Result<orders::Order> order = orders::read_order(*reader_, *id);
  if (!order) return fail(order.error());
  return orders::sign_token({order->code, order->placed + settings->order_ttl},
                            settings->token_key);
}

Result<void> StoreInMemory::show_tray() {
  edge->see(on_tray_, codes_);
  run_now();
  return {};
}

Result<void> StoreInMemory::put_tray(const story::Items& items,
                                     const std::optional<std::string>& code) {
  codes_.clear();
  if (code) {
    const Result<std::string> text = code_of(*code);
    if (!text) return fail(text.error());
    codes_.push_back(*text);
  }
  on_tray_ = items;
  edge->begin_visit();
  return show_tray();
}

Result<void> StoreInMemory::add_to_tray(const Sku& sku) {
  const auto there = std::find_if(on_tray_.begin(), on_tray_.end(),
                                  [&](const wire::SkuCount& c) { return c.sku == sku; });
  if (there == on_tray_.end()) {
    on_tray_.push_back({sku, 1});
  } else {
    ++there->count;
  }
  return show_tray();
}

Result<void> StoreInMemory::take_from_tray(const Sku& sku) {
  const auto there = std::find_if(on_tray_.begin(), on_tray_.end(),
                                  [&](const wire::SkuCount& c) { return c.sku == sku; });
  if (there == on_tray_.end())
    return fail(Code::invalid_argument, sku.value + " is not on the tray");
  if (--there->count == 0) on_tray_.erase(there);
  return show_tray();
}

Result<void> StoreInMemory::nudge_tray() { return show_tray(); }

Result<void> StoreInMemory::remove_tray() {
  on_tray_.clear();
  codes_.clear();
  return {};
}

Result<story::Painted> StoreInMemory::screen() {
  story::Painted painted;
  const wire::ScreenState& state = edge->shown();
  painted.status = edge->offline() ? "offline" : state.status;
  painted.number = state.number;
  for (const wire::ScreenLine& line : state.lines) {
    if (line.state == wire::LineState::missing) painted.missing.push_back(line.sku.value);
    if (line.state == wire::LineState::extra) painted.extra.push_back(line.sku.value);
  }
  return painted;
}

Result<story::Charged> StoreInMemory::charges(const std::string& customer) {
  const Result<OrderId> id = order_id(customer);
  if (!id) return fail(id.error());
  story::Charged charged;
  for (const payments::MemoryProvider::Charge& charge : provider.charges()) {
    if (charge.order != *id) continue;
    ++charged.times;
    charged.minor += charge.minor;
  }
  return charged;
}

Result<std::vector<std::string>> StoreInMemory::notified(const std::string& customer) {
  const Result<OrderId> id = order_id(customer);
  if (!id) return fail(id.error());
  std::vector<std::string> all;
  for (const wire::push::Notify& news : push->delivered()) {
    if (news.order == *id) all.push_back(news.status);
  }
  return all;
}

Result<void> StoreInMemory::cut_off() {
  broker.set_up(false);
  return {};
}

Result<void> StoreInMemory::reconnect() {
  broker.set_up(true);
  return {};
}

Result<void> StoreInMemory::hold_capture_answers() {
  charges_before_ = provider.charges().size();
  provider.hold_answers(true);
  return {};
}

Result<void> StoreInMemory::kill_cloud_at_capture() {
  if (!until([&] { return provider.charges().size() > charges_before_; })) {
    return fail(Code::unavailable, "no capture reached the provider");
  }
  clouds_.clear();
  return {};
}

}  // namespace trayline::scenarios
