// The world that a story plays in: in memory under simulated time, or real processes. Each call
// acts or looks; nothing here waits but until().
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::story {

using Items = std::vector<wire::SkuCount>;

// What a screen shows, as its page painted it.
struct Painted {
  std::string status;
  std::string number;                // of the order
  std::vector<std::string> missing;  // SKUs
  std::vector<std::string> extra;
};

// The money that moved for one order, from the provider's own ledger.
struct Charged {
  int times = 0;
  std::int64_t minor = 0;
};

class World {
 public:
  virtual ~World() = default;

  // Signs up, confirms, signs in and saves a card: "visa", "declined".
  virtual Result<void> join(const std::string& customer, const std::string& card) = 0;
  virtual Result<void> order(const std::string& customer, const Items& items) = 0;
  // State and total of the customer's newest order, from the API.
  virtual Result<std::string> order_state(const std::string& customer) = 0;
  virtual Result<std::int64_t> order_total_minor(const std::string& customer) = 0;
  // The newest order's state as the live stream last said it.
  virtual Result<std::string> streamed_state(const std::string& customer) = 0;
  virtual Result<void> cancel(const std::string& customer) = 0;

  // Puts a tray down; code: whose order's code lies on it.
  virtual Result<void> put_tray(const Items& items, const std::optional<std::string>& code) = 0;
  virtual Result<void> add_to_tray(const Sku& sku) = 0;
  virtual Result<void> take_from_tray(const Sku& sku) = 0;
  virtual Result<void> nudge_tray() = 0;
  virtual Result<void> remove_tray() = 0;

  virtual Result<Painted> screen() = 0;
  virtual Result<Charged> charges(const std::string& customer) = 0;
  virtual Result<std::vector<std::string>> notified(const std::string& customer) = 0;
  // Predictions that the edge keeps because the cloud has not answered for them, and all it made.
  virtual Result<std::size_t> waiting() = 0;
  virtual Result<std::size_t> predictions() = 0;

  // Cuts the edge off from the cloud, and joins them again.
  virtual Result<void> cut_off() = 0;
  virtual Result<void> reconnect() = 0;
  // The provider keeps the answers of captures to itself (their effects happen); then the cloud is
  // killed with such an answer on its way; then the answer is let go and the cloud starts again.
  virtual Result<void> hold_capture_answers() = 0;
  virtual Result<void> kill_cloud_at_capture() = 0;
  virtual Result<void> start_cloud() = 0;

  // Lets time pass until the condition holds; false when it does not within the world's patience.
  virtual bool until(const std::function<bool()>& condition) = 0;
  // Lets the world come to rest: whatever was going to happen has happened.
  virtual void settle() = 0;
};

}  // namespace trayline::story
