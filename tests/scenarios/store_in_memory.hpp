// A whole store under simulated time: the real services on one host or several, on SQLite in memory
// or a PostgreSQL of this process, a provider with its own ledger, a broker in memory, one core.
// Plays stories. One thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/store/rows.hpp"
#include "sim/story/world.hpp"
#include "tests/scenarios/cloud_in_memory.hpp"
#include "tests/scenarios/edge_in_memory.hpp"

namespace trayline::scenarios {

class StoreInMemory final : public story::World {
 public:
  // stations: "counter-1" ... "counter-N" with screens "front-1" ... on core "store-1".
  // Several hosts share a PostgreSQL, and what comes in goes to them by turns.
  explicit StoreInMemory(int stations = 1, store::Engine engine = store::Engine::sqlite,
                         int hosts = 1);
  ~StoreInMemory() override;

  Result<void> join(const std::string& customer, const std::string& card) override;
  Result<void> order(const std::string& customer, const story::Items& items) override;
  Result<std::string> order_state(const std::string& customer) override;
  Result<std::int64_t> order_total_minor(const std::string& customer) override;
  Result<std::string> streamed_state(const std::string& customer) override;
  Result<void> cancel(const std::string& customer) override;
  Result<void> put_tray(const story::Items& items, const std::optional<std::string>& code) override;
  Result<void> add_to_tray(const Sku& sku) override;
  Result<void> take_from_tray(const Sku& sku) override;
  Result<void> nudge_tray() override;
  Result<void> remove_tray() override;
  Result<story::Painted> screen() override;
  Result<story::Charged> charges(const std::string& customer) override;
  Result<std::vector<std::string>> notified(const std::string& customer) override;
  Result<std::size_t> waiting() override { return edge->waiting(); }
  Result<std::size_t> predictions() override { return edge->predictions(); }
  Result<void> cut_off() override;
  Result<void> reconnect() override;
  Result<void> hold_capture_answers() override;
  Result<void> kill_cloud_at_capture() override;
  Result<void> start_cloud() override;
  bool until(const std::function<bool()>& condition) override;
  void settle() override;

  // For tests that look closer.
  Result<OrderId> order_id(const std::string& customer) const;
  Result<std::string> code_of(const std::string& customer);
  void post(host::Message message);
  // Runs ticks and deliveries until nothing moves; time stands still.
  void run_now();

  ManualClock clock{from_ms(1'790'000'000'000)};
  SeededRandom random{42};
  Metrics metrics;
  bus::MemoryBroker broker;
  std::unique_ptr<store::Store> db;  // of the first host
  payments::MemoryProvider provider;
  std::unique_ptr<push::MemoryExecutor> push;
  std::unique_ptr<EdgeInMemory> edge;
  std::shared_ptr<orders::Settings> settings;
  host::Host& host();  // whose turn it is

 private:
  Result<void> open_stores(store::Engine engine, int hosts);
  Result<void> show_tray();
  void load_menu();

  std::vector<std::unique_ptr<store::Store>> others_;   // stores of further hosts
  std::vector<std::unique_ptr<CloudInMemory>> clouds_;  // the hosts; none while killed
  std::size_t turn_ = 0;
  std::unique_ptr<store::Session> reader_;
  std::map<std::string, OrderId> newest_;
  std::map<std::string, std::string> streamed_;  // by order
  std::size_t charges_before_ = 0;               // when the provider began to hold its answers
  story::Items on_tray_;
  std::vector<std::string> codes_;
};

}  // namespace trayline::scenarios
