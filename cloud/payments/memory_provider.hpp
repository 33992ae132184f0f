// A payment provider in memory, with its own ledger: for the simulator, scenarios and tests. By
// itself it answers at once; it can hold answers back, lose them after the effect, or decline.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cloud/payments/provider.hpp"

namespace trayline::payments {

class MemoryProvider final : public Provider {
 public:
  // One line per movement of money.
  struct Charge {
    OrderId order;
    std::string key;
    std::int64_t minor = 0;
  };

  void set_up_card(NewCard card, std::function<void(Result<CardSetUp>)> done) override;
  void create(NewIntent intent, Seen seen) override;
  void confirm(std::string intent, bool off_session, std::string key, Seen seen) override;
  void capture(std::string intent, std::int64_t minor, std::string key, Seen seen) override;
  void cancel(std::string intent, std::string reason, std::string key, Seen seen) override;
  void read(std::string intent, Seen seen) override;
  void increment(std::string intent, std::int64_t minor, std::string key, Seen seen) override;
  void find(NewIntent intent, Seen seen) override;
  void refund(NewRefund refund, Refunded done) override;
  void find_refund(NewRefund refund, Refunded done) override;
  void secret(std::string intent, std::function<void(Result<Json>)> done) override;

  // Methods named "declined..." are declined, "challenge..." require an action, "fixed..." hold
  // what they held first and no more.
  const std::vector<Charge>& charges() const { return charges_; }
  const std::vector<Charge>& refunds() const { return refunds_; }
  // Amounts on hold now, by order.
  std::vector<Charge> holds() const;
  std::size_t calls() const { return calls_; }
  // The next n captures take effect, and their answers are lost.
  void lose_captures(int n) { lose_ = n; }
  // The same for the next n calls of any kind that change something.
  void lose_any(int n) { lose_any_ = n; }
  // Answers wait until release(); the effects have happened.
  void hold_answers(bool hold) { hold_ = hold; }
  void release();
  void drop_held() { held_.clear(); }
  // Every hold lapses, as after its days are over.
  void lapse_holds();
  // The customer confirms with his bank, or fails to.
  void challenge(const std::string& intent, bool pass);
  // While down every call is unavailable.
  void set_up(bool up) { up_ = up; }
  // Keys and what was answered under them are gone, as after a day.
  void forget_keys() { id_by_key_.clear(), refund_by_key_.clear(); }

 private:
  struct Stored {
    NewIntent made;
    Intent now;
    std::int64_t refunded_minor = 0;
  };
  void answer(const Seen& seen, Result<Intent> intent);
  bool lost();
  // Refused, or done; once per key.
  Result<Intent> change(const std::string& id, const std::function<Result<void>(Stored&)>& effect);

  std::map<std::string, Stored> intents_;           // by id
  std::map<std::string, std::string> id_by_key_;    // of create
  std::map<std::string, RefundNow> refund_by_key_;  // of refund
  std::map<RefundId, RefundNow> refund_by_id_;
  std::vector<Charge> charges_;
  std::vector<Charge> refunds_;
  std::deque<std::function<void()>> held_;
  std::size_t calls_ = 0;
  int lose_ = 0;
  int lose_any_ = 0;
  bool hold_ = false;
  bool up_ = true;
};

}  // namespace trayline::payments
