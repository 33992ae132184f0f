// Who is told of an event, when a try is repeated, and how many are under way. Rules only.
#include <algorithm>

#include "cloud/webhooks/webhooks.hpp"
#include "lib/base/digest.hpp"

namespace trayline::webhooks {
namespace {

using wire::webhooks::Begin;
using wire::webhooks::Event;
using wire::webhooks::In;
using wire::webhooks::Purge;
using wire::webhooks::Resend;
using wire::webhooks::Retry;
using wire::webhooks::Tried;

host::Timer timer_of(std::string id, Time due, const In& message) {
  return {std::move(id), std::string(wire::webhooks::kService), due,
          wire::variant_to_json(message)};
}

host::Timer purge_at(Time due) { return timer_of("webhooks-purge", due, In(Purge{})); }

// The event as it is sent.
std::string body_of(const Event& event, Time now) {
  return Json::object({{"type", event.type}, {"timestamp", to_rfc3339(now)}, {"data", event.data}})
      .dump();
}

// As much as is kept of it, in ASCII.
std::string kept_error(std::string text) {
  if (text.size() > kErrorBytesMax) text.resize(kErrorBytesMax);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return text;
}

// One message on its way through the decision.
class Work {
 public:
  Work(const Snapshot& snapshot, const Settings& settings, Time now)
      : snapshot_(snapshot), settings_(settings), now_(now) {}

  void on(const Event& event);
  void on(const Tried& tried);
  void on(const Retry& retry);
  void on(const Resend& resend, std::uint64_t request);
  void on(const Begin&);
  void on(const Purge&) {
    decision_.purge = true;
    decision_.out.timers.push_back(purge_at(now_ + kPurgeEvery));
  }
  Decision take() { return std::move(decision_); }

 private:
  // The delivery as it is by now, to be changed; null where there is none.
  Delivery* change(const std::string& id);
  std::int64_t sending(const std::string& endpoint) const;
  const Delivery* next_due(const std::string& endpoint) const;
  void send(Delivery& delivery);
  // Starts what is due, as long as the endpoint has room.
  void fill(const std::string& endpoint);

  const Snapshot& snapshot_;
  const Settings& settings_;
  Time now_;
  Decision decision_;
};

Delivery* Work::change(const std::string& id) {
  if (const auto known = snapshot_.deliveries.find(id); known != snapshot_.deliveries.end()) {
    return &decision_.deliveries.emplace(id, known->second).first->second;
  }
  return nullptr;
}

std::int64_t Work::sending(const std::string& endpoint) const {
  const auto counted = snapshot_.sending.find(endpoint);
  std::int64_t n = counted == snapshot_.sending.end() ? 0 : counted->second;
  for (const auto& [id, delivery] : decision_.deliveries) {
    if (delivery.endpoint != endpoint) continue;
    const auto before = snapshot_.deliveries.find(id);
    if (before != snapshot_.deliveries.end() && before->second.state == State::sending) --n;
    if (delivery.state == State::sending) ++n;
  }
  return n;
}

const Delivery* Work::next_due(const std::string& endpoint) const {
  const Delivery* next = nullptr;
  const auto look_at = [&](const Delivery& d) {
    if (d.endpoint != endpoint || d.state != State::waiting || d.due > now_) return;
    if (next == nullptr || std::pair(d.due, d.id) < std::pair(next->due, next->id)) next = &d;
  };
  for (const auto& [id, delivery] : decision_.deliveries) look_at(delivery);
  for (const auto& [id, delivery] : snapshot_.deliveries) {
    if (!decision_.deliveries.contains(id)) look_at(delivery);
  }
  return next;
}

void Work::send(Delivery& delivery) {
  delivery.state = State::sending;
  host::Effect effect;
  effect.kind = std::string(kSend);
  effect.key =
      delivery.id + "-" + std::to_string(delivery.resends) + "-" + std::to_string(delivery.tries);
  effect.body = Json::object({{"delivery", delivery.id},
                              {"event", delivery.event},
                              {"endpoint", delivery.endpoint},
                              {"body", delivery.body}});
  decision_.out.effects.push_back(std::move(effect));
}

void Work::fill(const std::string& endpoint) {
  for (std::int64_t room = kUnderWayMax - sending(endpoint); room > 0; --room) {
    const Delivery* due = next_due(endpoint);
    if (due == nullptr) return;
    send(decision_.deliveries.emplace(due->id, *due).first->second);
  }
}

void Work::on(const Event& event) {
  if (snapshot_.events.contains(event.id)) return;
  std::vector<const Endpoint*> wanted;
  for (const Endpoint& endpoint : settings_.endpoints) {
    if (endpoint.wants(event.type)) wanted.push_back(&endpoint);
  }
  if (wanted.empty()) return;
  NewEvent fresh{event.id, event.type, body_of(event, now_)};
  if (fresh.body.size() > kBodyBytesMax) {
    decision_.out.dead_letters.push_back({std::string(wire::webhooks::kService),
                                          "the event is too large to be sent",
                                          event.type + " " + event.id});
    return;
  }
  for (const Endpoint* endpoint : wanted) {
    Delivery delivery;
    delivery.id = event.id + "-" + endpoint->id;
    delivery.event = event.id;
    delivery.endpoint = endpoint->id;
    delivery.type = event.type;
    delivery.body = fresh.body;
    delivery.due = now_;
    delivery.give_up = now_ + kGiveUpAfter;
    delivery.created = delivery.updated = now_;
    decision_.deliveries.emplace(delivery.id, std::move(delivery));
    fill(endpoint->id);
  }
  decision_.event = std::move(fresh);
}

void Work::on(const Tried& tried) {
  Delivery* delivery = change(tried.delivery);
  if (delivery == nullptr || delivery->state != State::sending) return;
  delivery->tries += 1;
  delivery->http_status = tried.http_status;
  delivery->error = kept_error(tried.error);
  delivery->updated = now_;
  const Time next = now_ + retry_delay(*delivery, Millis(tried.retry_after_ms));
  if (tried.http_status >= 200 && tried.http_status < 300) {
    delivery->state = State::delivered;
  } else if (next > delivery->give_up || settings_.find(delivery->endpoint) == nullptr) {
    delivery->state = State::failed;
  } else {
    delivery->state = State::waiting;
    delivery->due = next;
    decision_.out.timers.push_back(
        timer_of("webhooks-" + delivery->id, next, In(Retry{delivery->id})));
  }
  fill(delivery->endpoint);
}

void Work::on(const Retry& retry) {
  if (const Delivery* delivery = change(retry.delivery)) fill(delivery->endpoint);
}

void Work::on(const Resend& resend, std::uint64_t request) {
  host::Answer answer;
  Delivery* delivery = change(resend.delivery);
  if (delivery == nullptr) {
    answer.problem =
        host::Problem{Code::not_found, "delivery_not_found", "There is no such delivery.", {}};
  } else if (settings_.find(delivery->endpoint) == nullptr) {
    answer.problem = host::Problem{
        Code::conflict, "endpoint_unknown", "The endpoint is not configured any more.", {}};
  } else {
    if (delivery->state != State::sending) {
      delivery->state = State::waiting;
      delivery->tries = 0;
      delivery->resends += 1;
      delivery->due = delivery->updated = now_;
      delivery->give_up = now_ + kGiveUpAfter;
      fill(delivery->endpoint);
    }
    answer.status = 202;
    answer.body = view_of(*delivery);
  }
  decision_.out.replies.push_back({request, std::move(answer)});
}

void Work::on(const Begin&) {
  decision_.begin = true;
  for (const Endpoint& endpoint : settings_.endpoints) fill(endpoint.id);
  decision_.out.timers.push_back(purge_at(now_ + kPurgeEvery));
}

}  // namespace

const Endpoint* Settings::find(const std::string& id) const {
  const auto found = std::find_if(endpoints.begin(), endpoints.end(),
                                  [&](const Endpoint& endpoint) { return endpoint.id == id; });
  return found == endpoints.end() ? nullptr : &*found;
}

Millis retry_delay(const Delivery& delivery, Millis asked) {
  Millis most = kRetryFirst;
  for (std::int64_t i = 1; i < delivery.tries && most < kRetryMost; ++i) most *= 2;
  most = std::min(most, kRetryMost);
  const std::string seed = delivery.id + "-" + std::to_string(delivery.tries);
  const Sha256 spread = sha256(as_bytes(seed));
  const std::int64_t draw = spread[0] * 256 + spread[1];  // of 65,536
  const Millis delay = most / 2 + most * draw / 131'072;
  return std::clamp(asked, delay, std::max(delay, kRetryMost));
}

Decision decide(const Snapshot& snapshot, const Settings& settings, const host::Incoming<In>& in,
                Time now) {
  Work work(snapshot, settings, now);
  std::visit(
      [&](const auto& message) {
        if constexpr (std::is_same_v<std::decay_t<decltype(message)>, Resend>) {
          work.on(message, in.request);
        } else {
          work.on(message);
        }
      },
      *in.body);
  return work.take();
}

void apply(Snapshot& snapshot, const Decision& decision) {
  if (decision.event) snapshot.events.insert(decision.event->id);
  for (const auto& [id, delivery] : decision.deliveries) {
    const auto before = snapshot.deliveries.find(id);
    const bool was = before != snapshot.deliveries.end() && before->second.state == State::sending;
    snapshot.sending[delivery.endpoint] +=
        (delivery.state == State::sending ? 1 : 0) - (was ? 1 : 0);
    snapshot.deliveries.insert_or_assign(id, delivery);
  }
}

Json view_of(const Delivery& d) {
  Json::Object view;
  view.set("id", d.id).set("event", d.event).set("type", d.type).set("endpoint", d.endpoint);
  view.set("state", std::string(enum_name(d.state)));
  view.set("tries", d.tries).set("resends", d.resends);
  view.set("http_status", d.http_status == 0 ? Json() : Json(d.http_status));
  view.set("error", d.error);
  view.set("next_try_at", d.state == State::waiting ? Json(to_rfc3339(d.due)) : Json());
  view.set("created_at", to_rfc3339(d.created)).set("updated_at", to_rfc3339(d.updated));
  return Json(std::move(view));
}

}  // namespace trayline::webhooks
