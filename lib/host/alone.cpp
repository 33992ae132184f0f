// Messages that break: a turn that fails is repeated message by message, and what fails three times
// is kept as a dead letter. After an unclean end messages are counted before they are handled: a
// batch whose messages were never in hand at such an end together, the others one by one.
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
    // An effect that is to be repeated stays in the outbox, and is begun again when its lease ends.
    if (!outcome->result) return;
    // Else it is over, although its result could not be handled: it is not done once more.
    work.finished.push_back(outcome->id);
    message = &*outcome->result;
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

// What an attempt is counted under; empty for what is not counted: no service sees it.
std::string Host::State::attempt_id(const Item& item) const {
  if (const Outcome* outcome = std::get_if<Outcome>(&item))
    return outcome->result ? "effect:" + outcome->id : std::string();
  const Message* message = std::get_if<Message>(&item);
  const Service* owner_of = message ? service(message->service) : nullptr;
  if (owner_of == nullptr) return {};
  return message->service + ":" + sha256_hex(owner_of->encode(message->body).dump());
}

// True if the item may be begun: committed before it is handled, so that one that kills the
// process is found. The turn that handles it takes the count away.
bool Host::State::begin_attempt(const Item& item, const std::string& attempt) {
  std::int64_t tries = 0;
  const auto noted = in_store([&](store::Session& session) -> Result<void> {
    const store::Args args{{"host", host_name}, {"id", attempt}};
    const Result<store::Answer> rows = session.run(sql::repeat_attempt, args);
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
    Work work{{item}, {}, {}, {}};
    if (!attempt.empty()) work.attempts.push_back(attempt);
    const Result<void> done = guarded_turn(std::move(work));
    if (done) return;
    if (done.error().code == Code::unavailable) return postpone({item});
    const bool conflict = done.error().code == Code::conflict;
    if (tries < (conflict ? parts.limits.conflict_tries_max : parts.limits.tries_max)) continue;
    return give_up(item, {done.error().code,
                          "not_handled",
                          "this message failed every time: " + done.error().detail,
                          {}});
  }
}

// A turn that other hosts were in the way of is repeated in halves, and one with a message that
// breaks it message by message.
void Host::State::repeat(std::vector<Item> items, const Error& error) {
  if (error.code != Code::conflict || items.size() < 2) return one_by_one(std::move(items));
  const auto middle = items.begin() + std::ssize(items) / 2;
  std::vector<Item> halves[] = {
      {std::make_move_iterator(items.begin()), std::make_move_iterator(middle)},
      {std::make_move_iterator(middle), std::make_move_iterator(items.end())}};
  for (std::vector<Item>& half : halves) {
    Work work{half, {}, {}, {}};
    for (const Item& item : half) {
      if (cautious_until) work.attempts.push_back(attempt_id(item));
    }
    const Result<void> done = guarded_turn(std::move(work));
    if (done) continue;
    if (done.error().code == Code::unavailable) {
      postpone(std::move(half));
    } else {
      repeat(std::move(half), done.error());
    }
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

// Notes what is to be begun, committed before it is handled. Those of ids that were not in hand
// when this host last ended uncleanly.
Result<std::set<std::string>> Host::State::note_attempts(const std::set<std::string>& ids) {
  std::set<std::string> fresh;
  if (ids.empty()) return fresh;
  store::Rows rows(1);
  for (const std::string& id : ids) rows.add(id);
  const auto noted = in_store([&](store::Session& session) -> Result<void> {
    const Result<store::Answer> made = session.run(sql::note_attempts, rows, {{"host", host_name}});
    if (!made) return fail(made.error());
    fresh.clear();
    for (const store::Row& row : *made) fresh.insert(row.text("id"));
    return {};
  });
  if (!noted) return fail(noted.error());
  return fresh;
}

// A message that kills the process takes its batch with it once, which counts for none of them;
// from then on each is handled by itself, until it is done or has ended the process three times.
void Host::State::cautiously(std::vector<Item> items) {
  std::vector<std::string> ids;
  for (const Item& item : items) ids.push_back(attempt_id(item));
  std::set<std::string> counted(ids.begin(), ids.end());
  counted.erase("");
  const Result<std::set<std::string>> fresh = note_attempts(counted);
  if (!fresh) return postpone(std::move(items));
  Work together{{}, {}, {}, {fresh->begin(), fresh->end()}};
  std::vector<Item> suspects;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool suspect = counted.contains(ids[i]) && !fresh->contains(ids[i]);
    (suspect ? suspects : together.items).push_back(std::move(items[i]));
  }
  one_by_one(std::move(suspects));
  if (together.items.empty()) return;
  const Result<void> done = guarded_turn(together);
  if (done) return;
  if (done.error().code == Code::unavailable) return postpone(std::move(together.items));
  repeat(std::move(together.items), done.error());
}

// A due timer that breaks its turn three times is taken out and kept as a dead letter.
void Host::State::one_timer_at_a_time() {
  for (int tries = 1;; ++tries) {
    const Result<void> done = guarded_turn({{}, {}, Due{1, 0}});
    if (done || done.error().code == Code::unavailable) return;
    const bool conflict = done.error().code == Code::conflict;
    if (tries >= (conflict ? parts.limits.conflict_tries_max : parts.limits.tries_max)) break;
  }
  const auto removed = in_store([&](store::Session& session) -> Result<void> {
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
  const auto forgotten = in_store([&](store::Session& session) -> Result<void> {
    if (auto r = session.run(sql::forget_attempts, {{"host", host_name}}); !r)
      return fail(r.error());
    return {};
  });
  if (forgotten) cautious_until.reset();
  return false;
}

}  // namespace trayline::host
