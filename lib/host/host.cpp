#include "lib/host/host.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/base/log.hpp"
#include "lib/host/sql.hpp"
#include "lib/host/state.hpp"
#include "lib/host/watched.hpp"
#include "lib/store/wrong.hpp"

namespace trayline::host {
namespace {

// A run that ended unclean is remembered this long for the next start of its host.
constexpr Millis kRunsKept{7LL * 24 * 3600 * 1000};

void tell(Service* culprit, const Broken& failure) {
  if (auto* watched = dynamic_cast<Watched*>(culprit)) watched->broke(failure.what());
}

}  // namespace

// Outcomes always find room; what comes from outside is refused before that room is touched.

Result<void> Host::State::admit(Arrival arrival) {
  const bool full = overloaded || queue.size() >= parts.limits.queue_max;
  if (full || !queue.push(std::move(arrival))) {
    refused.add();
    return fail(Code::exhausted, "too many messages are waiting");
  }
  return {};
}

Service* Host::State::service(const std::string& name) const {
  const auto found = std::find_if(services.begin(), services.end(),
                                  [&](const Service* s) { return s->name() == name; });
  return found == services.end() ? nullptr : *found;
}

// Arrivals become items; callers are parked.

std::vector<Item> Host::State::gather(std::vector<Arrival> arrivals) {
  std::vector<Item> items;
  for (Arrival& arrival : arrivals) {
    if (Asked* asked = std::get_if<Asked>(&arrival)) {
      if (parked.size() >= parts.limits.parked_max) {
        Answer later;
        later.problem = Problem{Code::exhausted, "too_many_waiting", "Try again later.", {}};
        asked->answered(std::move(later));
        continue;
      }
      parked[asked->message.request] = {std::move(asked->answered),
                                        parts.clock.monotonic() + parts.limits.park_timeout};
      items.push_back(std::move(asked->message));
    } else if (Message* message = std::get_if<Message>(&arrival)) {
      items.push_back(std::move(*message));
    } else if (Rejected* rejected = std::get_if<Rejected>(&arrival)) {
      items.push_back(std::move(*rejected));
    } else if (Outcome* outcome = std::get_if<Outcome>(&arrival)) {
      check(in_flight.erase(outcome->id) == 1, "an effect was answered twice");
      // Only a result that somebody waits for, or a repeat, is worth a turn; the rest rides with
      // the next one.
      if (outcome->retry_after || (outcome->result && !outcome->patient)) {
        items.push_back(std::move(*outcome));
        continue;
      }
      if (outcome->result) {
        riding.push_back(std::move(*outcome));
      } else {
        finished.push_back(outcome->id);
      }
      if (!settle_at) settle_at = parts.clock.monotonic() + parts.limits.settle_idle;
    }
  }
  return items;
}

std::vector<Item> Host::State::take(std::optional<Millis> wait) {
  std::vector<Item> items;
  if (!again.empty() && store_retry && *store_retry <= parts.clock.monotonic()) {
    while (!again.empty() && items.size() < parts.limits.batch_max) {
      items.push_back(std::move(again.front()));
      again.pop_front();
    }
    if (again.empty()) store_retry.reset();
    wait = Millis(0);
  }
  const std::size_t room = parts.limits.batch_max - items.size();
  for (Item& item : gather(queue.take(room, wait))) items.push_back(std::move(item));
  depth.set(static_cast<std::int64_t>(queue.size()));
  return items;
}

Due Host::State::what_is_due() const {
  Due what;
  if (due && *due <= parts.clock.now()) {
    what.timers_max = parts.limits.batch_max;
    const std::size_t room = parts.limits.effects_in_flight_max - in_flight.size();
    what.effects_max = std::min(parts.limits.batch_max, room);
  }
  return what;
}

Result<void> Host::State::turn(Work work) {
  Leaving leaving;
  const TurnParts turn_parts{services,  parts.random, parts.limits,     owner,
                             host_name, keeping,      parts.clock.now()};
  work.finished.insert(work.finished.end(), finished.begin(), finished.end());
  Result<void> done;
  try {
    const ChecksThrow scope;
    done = in_store([&](store::Session& session) {
      return run_turn(turn_parts, session, std::move(work), leaving);
    });
  } catch (const store::WrongStatement& wrong) {  // seen maybe while another service works
    tell(service(wrong.statement().substr(0, wrong.statement().find('.'))), wrong);
    throw;
  } catch (const Broken& failure) {
    tell(leaving.handling, failure);
    throw;
  }
  if (!done) return done;
  finished.clear();
  settle_at.reset();
  if (!riding.empty()) settle_at = parts.clock.monotonic();
  ticks.add();
  leave(std::move(leaving));
  return {};
}

void Host::State::leave(Leaving leaving) {
  handled.add(leaving.messages);
  rounds.add(leaving.rounds);
  duplicates.add(leaving.duplicates);
  dead.add(leaving.dead_letters);
  if (leaving.looked_for_rows) {
    look_for_due();
    // What is due and was not to be had is in another host's hands.
    const Time soon = parts.clock.now() + kStoreRetry;
    if (!leaving.took_rows && due && *due < soon) due = soon;
  } else if (leaving.earliest && (!due || *leaving.earliest < *due)) {
    due = leaving.earliest;
  }
  keeping.merge(leaving.unanswered);
  for (Reply& reply : leaving.replies) answer(std::move(reply));
  if (!leaving.publish.empty() && parts.sinks.publish) {
    parts.sinks.publish(std::move(leaving.publish));
  }
  if (!leaving.wake.empty() && parts.sinks.wake) parts.sinks.wake(leaving.wake);
  for (Claimed& effect : leaving.effects) deferred.push_back(std::move(effect));
  execute_deferred();
}

// Starts as many effects as may be under way; while some wait, new messages are refused.
void Host::State::execute_deferred() {
  std::vector<std::vector<Claimed>> by_executor(executors.size());
  while (!deferred.empty() && in_flight.size() < parts.limits.effects_in_flight_max) {
    Claimed effect = std::move(deferred.front());
    deferred.pop_front();
    const auto found = std::find_if(executors.begin(), executors.end(),
                                    [&](Executor* e) { return e->carries(effect.kind); });
    if (found == executors.end()) {
      // Left in the outbox: a host that can will take it when the lease ends.
      log(Level::error, "nobody carries out an effect", {{"kind", effect.kind}});
      continue;
    }
    // One that this host holds still, beyond its lease, is not begun twice.
    if (!in_flight.insert(effect.id).second) continue;
    by_executor[static_cast<std::size_t>(found - executors.begin())].push_back(std::move(effect));
  }
  overloaded = !deferred.empty();
  // In the order in which the executors were given: the same history gives the same order.
  for (std::size_t i = 0; i < executors.size(); ++i) {
    if (by_executor[i].empty()) continue;
    executors[i]->execute(std::move(by_executor[i]), [this](std::vector<Outcome> outcomes) {
      for (Outcome& outcome : outcomes) {
        const bool kept = queue.push(Arrival(std::move(outcome))) || stopping;
        check(kept, "the queue has no room for the outcome of an effect");
      }
    });
  }
}

void Host::State::answer(Reply reply) {
  const auto found = parked.find(reply.request);
  keeping.erase(reply.request);
  if (found == parked.end()) return;
  const Answered answered = std::move(found->second.answered);
  parked.erase(found);
  answered(std::move(reply.answer));
}

void Host::State::expire_parked() {
  const Millis now = parts.clock.monotonic();
  for (auto it = parked.begin(); it != parked.end();) {
    if (it->second.deadline > now) {
      ++it;
      continue;
    }
    const Answered answered = std::move(it->second.answered);
    keeping.erase(it->first);
    it = parked.erase(it);
    Answer later;
    later.status = 202;
    answered(std::move(later));
  }
}

void Host::State::look_for_due() {
  due.reset();
  const Result<void> looked = in_store([&](store::Session& session) -> Result<void> {
    const Result<store::Answer> rows = session.run(sql::find_due);
    if (!rows) return fail(rows.error());
    if (const auto at = rows->at(0).optional_integer("due_ms")) due = from_ms(*at);
    return {};
  });
  if (!looked) due = parts.clock.now() + kStoreRetry;
}

// What must not be lost waits here until the store works again; a caller is told to come back,
// a device was promised nothing yet and repeats by itself. The turn may have been committed all
// the same, so rows are looked for that nobody here has heard of.
void Host::State::postpone(std::vector<Item> items) {
  due = parts.clock.now() + kStoreRetry;
  for (Item& item : items) {
    if (std::holds_alternative<Outcome>(item)) {
      again.push_back(std::move(item));
    } else if (const Message* message = std::get_if<Message>(&item); message && message->request) {
      Answer later;
      later.problem = Problem{Code::unavailable,
                              "store_unavailable",
                              "The store cannot be written just now. Try again.",
                              {}};
      answer({message->request, std::move(later)});
    }
  }
  if (!again.empty()) store_retry = parts.clock.monotonic() + kStoreRetry;
}

bool Host::State::work(std::vector<Item> items) {
  expire_parked();
  if (look_at && *look_at <= parts.clock.monotonic()) look_around();
  if (!deferred.empty()) execute_deferred();
  const Due what = what_is_due();
  const bool settle = settle_at && *settle_at <= parts.clock.monotonic();
  if (items.empty() && what.timers_max == 0 && !settle) return false;
  while (!riding.empty() && items.size() < 2 * parts.limits.batch_max) {
    items.push_back(std::move(riding.front()));
    riding.pop_front();
  }
  if (!items.empty() && is_cautious()) {
    cautiously(std::move(items));
    if (what.timers_max > 0 && !guarded_turn({{}, {}, what})) one_timer_at_a_time();
    return true;
  }
  const Result<void> done = guarded_turn({items, {}, what});
  if (!done && done.error().code == Code::unavailable) {
    log(Level::error, "the store refused a turn", {{"why", done.error().detail}});
    if (settle_at) settle_at = parts.clock.monotonic() + kStoreRetry;
    postpone(std::move(items));
  } else if (!done) {
    repeat(std::move(items), done.error());
    if (what.timers_max > 0) one_timer_at_a_time();
  }
  return true;
}

// What is only remembered for repeats is forgotten after its time.
void Host::State::purge() {
  const Time now = parts.clock.now();
  const auto purged = in_store([&](store::Session& session) -> Result<void> {
    if (auto r = session.lock({"host.purge"}); !r) return r;
    const store::Args inbox{{"before", to_ms(now - kInboxKept)}};
    const store::Args answers{{"before", to_ms(now - kAnswersKept)}};
    if (auto r = session.run(sql::purge_inbox, inbox); !r) return fail(r.error());
    if (auto r = session.run(sql::purge_answers, answers); !r) return fail(r.error());
    if (auto r = session.run(sql::purge_dead_letters, {{"most", kDeadLettersMost}}); !r) {
      return fail(r.error());
    }
    return {};
  });
  if (!purged) log(Level::error, "nothing could be purged", {{"why", purged.error().detail}});
  purge_at = parts.clock.monotonic() + kPurgeEvery;
}

// Whoever still waits is told; what came from devices and the provider comes again.
void Host::State::farewell() {
  gather(queue.take(parts.limits.queue_max, Millis(0)));
  for (auto& [request, waiting] : parked) {
    Answer stopped;
    stopped.problem = Problem{Code::unavailable, "stopping", "The service is stopping.", {}};
    waiting.answered(std::move(stopped));
  }
  parked.clear();
}

Host::Host(Parts parts, std::vector<Service*> services, std::vector<Executor*> executors)
    : state_(std::make_unique<State>(std::move(parts), std::move(services), std::move(executors))) {
}
Host::~Host() = default;

const store::Migrations& Host::migrations() { return sql::migrations; }

Result<void> Host::start() {
  State& s = *state_;
  std::vector<const store::Migrations*> all{&sql::migrations};
  for (const Service* service : s.services) all.push_back(&service->migrations());
  if (Result<void> r = s.parts.store.migrate(all); !r) return r;
  s.owner = uuid7(s.parts.clock.now(), s.parts.random);
  s.host_name = s.parts.store.shared() ? s.parts.name : "";
  std::int64_t unclean = 0;
  const Result<void> begun = s.in_store([&](store::Session& session) -> Result<void> {
    if (auto r = s.take_over(session); !r) return r;
    const Result<store::Answer> runs =
        session.run(sql::count_unclean_runs, {{"host", s.host_name}});
    if (!runs) return fail(runs.error());
    unclean = runs->at(0).integer("runs");
    const store::Args old{{"host", s.host_name},
                          {"before", to_ms(s.parts.clock.now() - kRunsKept)}};
    if (auto r = session.run(sql::forget_runs, old); !r) return fail(r.error());
    return {};
  });
  if (!begun) return begun;
  if (unclean > 0) {
    log(Level::warning, "the last run did not end clean: at first messages are counted");
    s.cautious_until = s.parts.clock.monotonic() + kCautiousFor;
  }
  if (s.parts.store.shared()) s.look_around();
  s.look_for_due();
  return {};
}

Result<void> Host::post(Message message) {
  State& s = *state_;
  return s.admit(std::move(message));
}

Result<void> Host::ask(Message message, Answered answered) {
  State& s = *state_;
  message.request = s.next_request.fetch_add(1);
  return s.admit(Asked{std::move(message), std::move(answered)});
}

Result<void> Host::reject(DeadLetter letter, std::vector<bus::Message> answers) {
  return state_->admit(Rejected{std::move(letter), std::move(answers)});
}

bool Host::tick() { return state_->work(state_->take(Millis(0))); }

void Host::run() {
  State& s = *state_;
  while (!s.stopping) {
    // With nothing due, wake up once a second for callers whose time is over.
    Millis wait{1'000};
    if (s.due) wait = std::min(wait, std::max(Millis(0), *s.due - s.parts.clock.now()));
    const auto until = [&](const std::optional<Millis>& at) {
      if (at) wait = std::min(wait, std::max(Millis(0), *at - s.parts.clock.monotonic()));
    };
    until(s.settle_at);
    until(s.store_retry);
    until(s.look_at);
    s.work(s.take(wait));
    if (!s.purge_at || *s.purge_at <= s.parts.clock.monotonic()) s.purge();
  }
  if (!s.riding.empty() || !s.finished.empty()) {
    s.settle_at = s.parts.clock.monotonic();
    s.work({});
  }
  s.farewell();
  const auto ended = s.parts.store.transaction([&](store::Session& session) -> Result<void> {
    if (auto r = session.run(sql::end_run, {{"owner", s.owner}}); !r) return fail(r.error());
    return {};
  });
  if (!ended) log(Level::error, "the end of the run could not be recorded");
}

void Host::stop() {
  state_->stopping = true;
  state_->queue.poke();
}

std::optional<Time> Host::next_due() const { return state_->due; }

}  // namespace trayline::host
