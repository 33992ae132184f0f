// Messages that break: a turn that fails is repeated message by message, and what fails three times
// is kept as a dead letter. After an unclean end every message is counted before it is handled.
#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/log.hpp"
#include "lib/host/sql.hpp"
#include "lib/host/state.hpp"

namespace trayline::host {

Result<void> Host::State::guarded_turn(const std::vector<Item>& items, const Due& what) {
  try {
    return turn(items, what);
  } catch (const Broken& failure) {
    broken.add();
    log(Level::error, "a check failed inside a tick", {{"what", failure.what()}});
    return fail(Code::invalid_argument, failure.what());
  }
}

void Host::State::give_up(const Item& item, const Problem& problem) {
  log(Level::error, "a message was given up", {{"why", problem.detail}});
  Output out;
  DeadLetter letter{"host", problem.detail, ""};
  const Message* message = std::get_if<Message>(&item);
  if (const Outcome* outcome = std::get_if<Outcome>(&item)) {
    if (outcome->result) message = &*outcome->result;
  }
  if (message != nullptr) {
    if (Service* owner_of = service(message->service)) {
      letter = {message->service, problem.detail, owner_of->encode(message->body).dump()};
      owner_of->refuse(*message, problem, out);
    }
  }
  Rejected rejected{std::move(letter), std::move(out.publish)};
  if (guarded_turn({rejected}, Due{})) {
    for (Reply& reply : out.replies) answer(std::move(reply));
  }
}

bool Host::State::begin_attempt(const Item& item) {
  const Message* message = std::get_if<Message>(&item);
  Service* owner_of = message ? service(message->service) : nullptr;
  if (owner_of == nullptr) return true;
  const std::string id =
      message->service + ":" + sha256_hex(owner_of->encode(message->body).dump());
  std::int64_t tries = 0;
  const auto noted = parts.store.transaction([&](store::Session& session) -> Result<void> {
    const Result<store::Answer> rows = session.run(sql::note_attempt, {{"id", id}});
    if (!rows) return fail(rows.error());
    tries = rows->at(0).integer("tries");
    return {};
  });
  if (!noted || tries <= parts.limits.tries_max) return true;
  give_up(item,
          {Code::invalid_argument, "poison", "this message ended the process three times", {}});
  return false;
}

void Host::State::alone(const Item& item) {
  for (int tries = 1;; ++tries) {
    const Result<void> done = guarded_turn({item}, Due{});
    if (done) return;
    if (done.error().code == Code::unavailable) return postpone({item});
    if (tries < parts.limits.tries_max) continue;
    return give_up(item, {done.error().code,
                          "not_handled",
                          "this message failed three times: " + done.error().detail,
                          {}});
  }
}

void Host::State::one_by_one(std::vector<Item> items) {
  const bool cautious = is_cautious();
  for (Item& item : items) {
    if (cautious && !begin_attempt(item)) continue;
    alone(item);
  }
}

void Host::State::one_timer_at_a_time() {
  for (int tries = 1; tries <= parts.limits.tries_max; ++tries) {
    const Result<void> done = guarded_turn({}, Due{1, 0});
    if (done || done.error().code == Code::unavailable) return;
  }
  const auto removed = parts.store.transaction([&](store::Session& session) -> Result<void> {
    const store::Args first{{"now", to_ms(parts.clock.now())}, {"most", std::int64_t{1}}};
    const Result<store::Answer> taken = session.run(sql::take_timers, first);
    if (!taken) return fail(taken.error());
    store::Rows rows(4);
    for (const store::Row& row : *taken) {
      rows.add(uuid7(parts.clock.now(), parts.random), row.text("service"),
               "a timer that failed three times", row.text("body"));
    }
    const auto kept =
        session.run(sql::insert_dead_letters, rows, {{"now", to_ms(parts.clock.now())}});
    if (!kept) return fail(kept.error());
    return {};
  });
  if (removed) dead.add();
  look_for_due();
}

bool Host::State::is_cautious() {
  if (!cautious_until) return false;
  if (parts.clock.monotonic() < *cautious_until || queue.size() > 0) return true;
  const auto forgotten = parts.store.transaction([&](store::Session& session) -> Result<void> {
    if (auto r = session.run(sql::forget_attempts); !r) return fail(r.error());
    return {};
  });
  if (forgotten) cautious_until.reset();
  return false;
}

}  // namespace trayline::host
