// A story's world of real processes: phones are HTTP clients, trays are commands to the renderer,
// the screen is a virtual display, money is what the provider's own ledger says.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/story/world.hpp"
#include "standalone/up/customer.hpp"
#include "standalone/up/launch.hpp"

namespace trayline::up {

inline constexpr Millis kPatience{20'000};        // of until()
inline constexpr Millis kOutagePatience{90'000};  // after an outage: reconnecting backs off
inline constexpr Millis kSettlesWithin{5'000};

// An order of this run as the order API tells it, for the books.
struct OrderRead {
  std::string id;
  std::string state;
  std::int64_t total_minor = 0;
};

class ProcessWorld final : public story::World {
 public:
  explicit ProcessWorld(Launch& launch) : launch_(launch) {}

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
  Result<std::size_t> waiting() override;
  Result<std::size_t> predictions() override;
  Result<void> cut_off() override;
  Result<void> reconnect() override;
  Result<void> hold_capture_answers() override;
  Result<void> kill_cloud_at_capture() override;
  Result<void> start_cloud() override;
  bool until(const std::function<bool()>& condition) override;
  void settle() override;

  // Puts the world right after a failed story, as far as it can: broker and cloud run, nothing is
  // held back, the tray is empty.
  void mend();
  // Every order of this run.
  Result<std::vector<OrderRead>> orders();

 private:
  Result<Customer*> find(const std::string& name);
  Result<Json> read_order(const std::string& name);
  // Sends the command and waits until the camera has told what it sees now.
  Result<void> change_tray(Json command, bool predicts);
  Result<Json> simulator(const std::string& method, const std::string& path, const Json& body);
  Result<std::int64_t> counter(const char* group, const char* name);
  bool quiet();
  bool waited(Millis patience, const std::function<bool()>& condition);

  Launch& launch_;
  std::map<std::string, std::unique_ptr<Customer>> customers_;
  bool cut_ = false;
  bool cloud_killed_ = false;
  std::string last_quiet_;
  Millis patient_until_{0};
};

}  // namespace trayline::up
