// Messages that break: a turn that fails is repeated message by message, and what fails three times
// is kept as a dead letter. After an unclean end every message is counted before it is handled.
#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/log.hpp"
#include "lib/host/sql.hpp"
#include "lib/host/state.hpp"

namespace trayline::host {

Result<void> Host::State::guarded_turn(Work work) {
  try {
    return turn(std::move(work));
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
  Work work;
  if (const Outcome* outcome = std::get_if<Outcome>(&item)) {
    // The effect is over, although its result could not be handled: it is not done once more.
    work.finished.push_back(outcome->id);
    if (outcome->result) message = &*outcome->result;
  }
  if (message != nullptr) {
    if (Service* owner_of = service(message->service)) {
      letter = {message->service, problem.detail, owner_of->encode(message->body).dump()};
      owner_of->refuse(*message, problem, out);
    }
  }
  work.items.push_back(Rejected{std::move(letter), std::move(out.publish)});
  if (guarded_turn(std::move(work))) {
    for (Reply& reply : out.replies) answer(std::move(reply));
  }
}

// What an attempt is counted under; empty for what is not counted.
std::string Host::State::attempt_id(const Item& item) const {
  if (const Outcome* outcome = std::get_if<Outcome>(&item)) return "effect:" + outcome->id;
  const Message* message = std::get_if<Message>(&item);
  const Service* owner_of = message ? service(message->service) : nullptr;
  if (owner_of == nullptr) return {};
  return message->service + ":" + sha256_hex(owner_of->encode(message->body).dump());
}

// True if the item may be begun: committed before it is handled, so that one that kills the
// process is found. The turn that handles it takes the count away.
bool Host::State::begin_attempt(const Item& item, const std::string& attempt) {
  std::int64_t tries = 0;
  const auto noted = parts.store.transaction([&](store::Session& session) -> Result<void> {
    const Result<store::Answer> rows = session.run(sql::note_attempt, {{"id", attempt}});
    if (!rows) return fail(rows.error());
    tries = rows->at(0).integer("tries");
    return {};
  });
  if (!noted || tries <= parts.limits.tries_max) return true;
  give_up(item,
          {Code::invalid_argument, "poison", "this message ended the process three times", {}});
  return false;
}

void Host::State::alone(const Item& item, const std::string& attempt) {
  for (int tries = 1;; ++tries) {
    const Result<void> done = guarded_turn({{item}, {}, {}, attempt});
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
    const std::string attempt = cautious ? attempt_id(item) : std::string();
    if (!attempt.empty() && !begin_attempt(item, attempt)) continue;
    alone(item, attempt);
  }
}

// A due timer that breaks its turn three times is taken out and kept as a dead letter.
void Host::State::one_timer_at_a_time() {
  for (int tries = 1; tries <= parts.limits.tries_max; ++tries) {
    const Result<void> done = guarded_turn({{}, {}, Due{1, 0}});
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
  const Millis now = parts.clock.monotonic();
  const bool busy = queue.size() > 0 && now < *cautious_until + kCautiousMost;
  if (now < *cautious_until || busy) return true;
  const auto forgotten = parts.store.transaction([&](store::Session& session) -> Result<void> {
    if (auto r = session.run(sql::forget_attempts); !r) return fail(r.error());
    return {};
  });
  if (forgotten) cautious_until.reset();
  return false;
}

}  // namespace trayline::host
