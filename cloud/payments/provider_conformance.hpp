// What every payment provider behind the port must do, as tests: include
// provider_conformance_cases.hpp once per test program, and instantiate with makers of benches.
#pragma once
#include <optional>

#include "cloud/payments/provider.hpp"

namespace trayline::payments {

// One provider with what lies between it and its caller.
class Bench {
 public:
  virtual ~Bench() = default;
  virtual Provider& provider() = 0;
  virtual NewIntent intent() = 0;  // of a customer whose card is good
  virtual void run() {}            // lets answers arrive
  // The answer of the next call is lost after its effect; false where nothing lies between.
  virtual bool cut() { return false; }
};

class ProviderConformance : public testing::TestWithParam<std::function<std::unique_ptr<Bench>()>> {
 protected:
  using Call = std::function<void(Provider::Seen)>;
  Result<Intent> ask(const Call& call) {
    std::optional<Result<Intent>> answer;
    call([&](Result<Intent> intent) { answer = std::move(intent); });
    bench->run();
    EXPECT_TRUE(answer.has_value()) << "every call is answered";
    return *answer;
  }
  Result<Intent> create(const NewIntent& wanted) {
    return ask([&](auto seen) { bench->provider().create(wanted, seen); });
  }
  Result<Intent> confirm(const std::string& id) {
    return ask([&](auto seen) { bench->provider().confirm(id, true, "k-confirm-" + id, seen); });
  }
  Result<Intent> capture(const std::string& id, std::int64_t minor, const std::string& key) {
    return ask([&](auto seen) { bench->provider().capture(id, minor, key + id, seen); });
  }
  Result<Intent> cancel(const std::string& id) {
    return ask(
        [&](auto seen) { bench->provider().cancel(id, "abandoned", "k-cancel-" + id, seen); });
  }
  Result<Intent> read(const std::string& id) {
    return ask([&](auto seen) { bench->provider().read(id, seen); });
  }
  // An error, or the object as it stands with the reason.
  static bool refused(const Result<Intent>& answer) {
    return !answer || !answer->decline_code.empty();
  }
  std::string held() {
    const Result<Intent> made = create(bench->intent());
    EXPECT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->status, IntentStatus::requires_confirmation);
    const Result<Intent> now = confirm(made->id);
    EXPECT_TRUE(now) << now.error().detail;
    EXPECT_EQ(now->status, IntentStatus::requires_capture);
    EXPECT_EQ(now->capturable_minor, bench->intent().amount.minor);
    return made->id;
  }
  // Captured, and where a cashier has to say so, said.
  std::string taken(std::int64_t minor) {
    const std::string id = held();
    const Result<Intent> now = capture(id, minor, "k-capture-");
    EXPECT_TRUE(now) << now.error().detail;
    if (now->status == IntentStatus::processing) {
      EXPECT_TRUE(ask([&](auto seen) { bench->provider().settle(id, "k-settle-" + id, seen); }));
    }
    EXPECT_EQ(read(id)->status, IntentStatus::succeeded);
    EXPECT_EQ(read(id)->received_minor, minor);
    return id;
  }
  Result<RefundNow> refund(const std::string& id, const std::string& name, std::int64_t minor) {
    NewRefund wanted{bench->intent().order,  RefundId(name), id,
                     bench->intent().amount, "duplicate",    "k-refund-" + name};
    wanted.amount.minor = minor;
    std::optional<Result<RefundNow>> answer;
    bench->provider().refund(wanted, [&](auto now) { answer = std::move(now); });
    bench->run();
    return *answer;
  }

  std::unique_ptr<Bench> bench = GetParam()();
};

}  // namespace trayline::payments
