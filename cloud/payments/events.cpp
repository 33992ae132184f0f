// What the provider's webhooks say, as messages.
#include "cloud/payments/stripe_provider.hpp"

namespace trayline::payments {
namespace {

namespace w = wire::payments;

using Read = Result<std::optional<w::In>>;

Read intent_event(const Json& object) {
  const Result<stripe::Intent> intent = stripe::decode_intent(object);
  if (!intent) return fail(intent.error());
  if (intent->order_id.empty()) return std::nullopt;  // somebody else's
  const Intent now = intent_of(*intent);
  return w::IntentSeen{OrderId(intent->order_id),
                       0,
                       "event",
                       now.id,
                       now.status,
                       now.capturable_minor,
                       now.received_minor,
                       now.decline_code,
                       now.created_ms};
}

Read refund_event(const Json& object) {
  const Result<stripe::Refund> refund = stripe::decode_refund(object);
  if (!refund) return fail(refund.error());
  if (refund->refund_id.empty() || refund->order_id.empty()) return std::nullopt;
  return w::RefundSeen{OrderId(refund->order_id), RefundId(refund->refund_id), refund->id,
                       refund->status, refund->failure_reason};
}

Read told(const Result<stripe::Told>& read, const std::string& what) {
  if (!read) return fail(read.error());
  if (read->intent.empty()) return std::nullopt;
  // Each further refund of a charge is news of its own.
  const std::string id =
      what == "refund" ? read->id + "-" + std::to_string(read->amount.minor) : read->id;
  return w::Notice{id, what, read->intent, read->amount, read->reason};
}

// Opened and closed disputes are news for staff; the money moves by events of its own.
Read dispute_event(const stripe::Event& event) {
  const Result<stripe::Told> read = stripe::decode_dispute(event.object);
  const bool back = event.type == "charge.dispute.funds_reinstated";
  if (back || event.type == "charge.dispute.funds_withdrawn") {
    if (!read) return fail(read.error());
    if (read->intent.empty()) return std::nullopt;
    return w::DisputeSeen{read->id, read->intent, read->amount, back};
  }
  if (event.type == "charge.dispute.created") return told(read, "dispute");
  if (!read || event.type != "charge.dispute.closed") return std::nullopt;
  const std::string status = event.object.text_at("status");
  stripe::Told closed = *read;
  closed.id += "-closed";
  closed.reason = status;
  return told(closed, "dispute");
}

Read card_event(const Json& object, bool attached) {
  const Result<stripe::CardMethod> card = stripe::decode_method(object);
  if (!card) return fail(card.error());
  if (!attached) return w::CardGone{card->id};
  if (card->customer.empty() || card->last4.empty()) return std::nullopt;
  return w::CardSaved{card->customer, card->id,        card->brand,
                      card->last4,    card->exp_month, card->exp_year};
}

Read saved_event(const Json& object) {
  const Result<stripe::SetupIntent> setup = stripe::decode_setup_intent(object);
  if (!setup) return fail(setup.error());
  return w::CardSaved{setup->customer, setup->payment_method};
}

Read read_event(const stripe::Event& event) {
  const std::string& type = event.type;
  if (type == "setup_intent.succeeded") return saved_event(event.object);
  if (type.starts_with("payment_intent.")) return intent_event(event.object);
  if (type == "payment_method.attached") return card_event(event.object, true);
  if (type == "payment_method.detached") return card_event(event.object, false);
  if (type == "charge.refunded") {
    return told(stripe::decode_refunded_charge(event.object), "refund");
  }
  if (type.starts_with("charge.dispute.")) return dispute_event(event);
  const bool refund = type.starts_with("refund.") || type == "charge.refund.updated";
  return refund ? refund_event(event.object) : Read(std::nullopt);
}

}  // namespace

Result<std::optional<host::Message>> message_of(const stripe::Event& event) {
  Read in = read_event(event);
  if (!in) return fail(in.error());
  if (!*in) return std::optional<host::Message>();
  host::Message message;
  message.service = std::string(w::kService);
  message.body = std::move(**in);
  message.id = event.id;
  return std::optional(std::move(message));
}

}  // namespace trayline::payments
