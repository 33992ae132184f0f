// Which decision belongs to which message. Pure.
#include "cloud/payments/change.hpp"

namespace trayline::payments {
namespace {

namespace w = wire::payments;

// One of the messages, with what else its decision needs.
struct Deciding {
  const Snapshot& snapshot;
  std::uint64_t request;
  Time now;

  Decision operator()(const w::Hold& m) const { return decide_hold(snapshot, m, now); }
  Decision operator()(const w::Raise& m) const { return decide_raise(snapshot, m, now); }
  Decision operator()(const w::Capture& m) const { return decide_capture(snapshot, m, now); }
  Decision operator()(const w::Void& m) const { return decide_void(snapshot, m, now); }
  Decision operator()(const w::Refund& m) const { return decide_refund(snapshot, m, now); }
  Decision operator()(const w::CounterPaid& m) const {
    return decide_counter_paid(snapshot, m, request, now);
  }
  Decision operator()(const w::SetUpCard& m) const {
    return decide_set_up_card(snapshot, m, request);
  }
  Decision operator()(const w::CustomerReady& m) const {
    return decide_customer(snapshot, m, request);
  }
  Decision operator()(const w::CardWish& m) const { return decide_card_wish(snapshot, m, request); }
  Decision operator()(const w::ShowPayment& m) const { return decide_show(snapshot, m, request); }
  Decision operator()(const w::SecretSeen& m) const { return decide_secret(snapshot, m, request); }
  Decision operator()(const w::LookAgain& m) const { return decide_look(snapshot, m, now); }
  Decision operator()(const w::LookAtParked&) const { return decide_parked(snapshot, now); }
  Decision operator()(const w::Begin&) const { return decide_begin(snapshot, now); }
  Decision operator()(const w::CompareBooks&) const { return decide_compare(snapshot); }
  Decision operator()(const w::Stop& m) const { return decide_stop(m); }
  Decision operator()(const w::Resume&) const { return decide_resume(request); }
  Decision operator()(const w::Compared& m) const {
    Decision d;
    d.compared = m;
    return d;
  }
  Decision operator()(const w::DisputeSeen& m) const {
    return told(decide_dispute(snapshot, m, now));
  }
  Decision operator()(const w::CardSaved& m) const {
    return told(decide_card_saved(snapshot, m, now));
  }
  Decision operator()(const w::CardGone& m) const { return told(decide_card_gone(snapshot, m)); }
  Decision operator()(const w::IntentSeen& m) const {
    return told(decide_intent_seen(snapshot, m, now));
  }
  Decision operator()(const w::RefundSeen& m) const {
    return told(decide_refund_seen(snapshot, m, now));
  }
  Decision operator()(const w::Notice& m) const { return told(decide_notice(snapshot, m, now)); }

  // A webhook is answered once what it says is committed.
  Decision told(Decision d) const {
    if (request != 0) d.out.replies.push_back({request, host::Answer{}});
    return d;
  }
};

}  // namespace

Decision decide_payment(const Snapshot& snapshot, const wire::payments::In& in,
                        std::uint64_t request, Time now) {
  Decision d = std::visit(Deciding{snapshot, request, now}, in);
  if (!snapshot.stopped.empty()) withhold(d);
  return d;
}

}  // namespace trayline::payments
