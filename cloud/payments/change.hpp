// One payment on its way through one decision: what is asked of the provider, what orders is told,
// and when the payment is looked at again. Pure; inside of cloud/payments.
#pragma once
#include <string>

#include "cloud/payments/payments.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::payments {

class Change {
 public:
  Change(Decision& decision, Payment before, Time at);

  Payment p;
  const Time now;

  // The effect payments.<step> on the payment's own intent, under its key.
  void ask(const std::string& step);
  // The same on the other intent of a raise.
  void ask_raise(const std::string& step);
  // Cancels an intent that is not the payment's (any more). The effect stays until it is cancelled.
  void cancel_other(const std::string& intent, const std::string& key);
  void give_back();  // voiding

  void tell_hold(wire::orders::HoldOutcome outcome, const std::string& reason = "");
  void tell_capture(wire::orders::CaptureOutcome outcome, const std::string& reason = "");
  void tell_ending();
  // A notice of what was captured, once per reason.
  void tell_staff(const std::string& reason);
  // Posts a transfer between the provider's account and the site's sales, tax apart.
  void post(const std::string& kind, const std::string& entry, Money amount,
            std::int64_t tax_minor);

  // The next look, by the state.
  void arm();
  // The row with a new revision, and the next look.
  void finish(bool placed = false);

 private:
  void effect(const std::string& step, std::string key, Json::Object body);
  Json::Object body_of(const std::string& intent, std::int64_t attempt,
                       std::int64_t amount_minor) const;
  Decision& d_;
  std::int64_t was_revision_;
};

std::string look_timer(const OrderId& order);

// The decisions, one file each.
Decision decide_hold(const Snapshot&, const wire::payments::Hold&, Time now);
Decision decide_raise(const Snapshot&, const wire::payments::Raise&, Time now);
Decision decide_capture(const Snapshot&, const wire::payments::Capture&, Time now);
Decision decide_counter_paid(const Snapshot&, const wire::payments::CounterPaid&,
                             std::uint64_t request, Time now);
Decision decide_void(const Snapshot&, const wire::payments::Void&, Time now);
Decision decide_refund(const Snapshot&, const wire::payments::Refund&, Time now);
Decision decide_refund_seen(const Snapshot&, const wire::payments::RefundSeen&, Time now);
Decision decide_intent_seen(const Snapshot&, const wire::payments::IntentSeen&, Time now);
Decision decide_look(const Snapshot&, const wire::payments::LookAgain&, Time now);
Decision decide_parked(const Snapshot&, Time now);
Decision decide_notice(const Snapshot&, const wire::payments::Notice&, Time now);
Decision decide_dispute(const Snapshot&, const wire::payments::DisputeSeen&, Time now);
Decision decide_begin(const Snapshot&, Time now);
Decision decide_compare(const Snapshot&);
// Kept where payments are not stopped already; the first reason stays.
Decision decide_stop(const wire::payments::Stop&);
Decision decide_resume(std::uint64_t request);
// While payments are stopped no money is moved: what a decision asks of the provider to that end is
// taken out of it, and the payment's next look, which stays armed, asks again.
void withhold(Decision& d);
Decision decide_set_up_card(const Snapshot&, const wire::payments::SetUpCard&, std::uint64_t);
Decision decide_customer(const Snapshot&, const wire::payments::CustomerReady&, std::uint64_t);
Decision decide_card_saved(const Snapshot&, const wire::payments::CardSaved&, Time now);
Decision decide_card_gone(const Snapshot&, const wire::payments::CardGone&);
Decision decide_card_wish(const Snapshot&, const wire::payments::CardWish&, std::uint64_t);
Decision decide_show(const Snapshot&, const wire::payments::ShowPayment&, std::uint64_t);
Decision decide_secret(const Snapshot&, const wire::payments::SecretSeen&, std::uint64_t);

// read_first: it was asked for before, and the provider may have forgotten its key.
void ask_refund(Decision& d, const Payment& p, const Refund& refund, bool read_first);
// True where the payment moved, by what is said of the other intent of a raise or, while it is
// incremented, of its own.
bool move_raise(Change& change, const wire::payments::IntentSeen& seen, bool of_other);
// The provider took the money of the payment's intent, for us or by a hand in its dashboard. What
// nobody asked for is told to staff. Never above what is, or may meanwhile be, held: that is
// checked.
void taken(Change& change, std::int64_t received_minor);
// Our confirm was refused without moving its intent (its card is gone, say): asked again under its
// key it would be refused for ever.
bool refuses_confirm(const wire::payments::IntentSeen& seen);
// What takes a new intent: of a first hold, or of one after a definitive end.
void begin_attempt(Change& change, const Snapshot& snapshot);

// Keeps a message about somebody unknown until there is somebody, and counts the ways back.
void park(Decision& d, const Snapshot& snapshot, const wire::payments::In& message,
          const std::string& about, Time now);
// The payment that an intent belongs to; the message is parked where there is none.
const Payment* payment_or_park(Decision& d, const Snapshot& snapshot,
                               const wire::payments::In& message, const std::string& intent,
                               Time now);
// Takes up again what was parked about somebody who is there now.
void take_up(Decision& d, const Snapshot& snapshot, const std::string& about);

}  // namespace trayline::payments
