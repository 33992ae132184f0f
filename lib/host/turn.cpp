#include "lib/host/turn.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/host/sql.hpp"

namespace trayline::host {
namespace {

// A request that has no answer this long after its caller was sent away has none any more.
constexpr Millis kKeyGrace{5'000};

// The state of one turn; each step is one statement or one round.
class Turn {
 public:
  Turn(const TurnParts& parts, store::Session& session, Leaving& out)
      : parts_(parts), session_(session), leaving_(out) {}

  Result<void> settle(std::vector<Item>& items, const std::vector<std::string>& finished);
  Result<void> take_due(const Due& due);
  Result<void> accept(std::vector<Item> items);
  Result<void> run_rounds();
  Result<void> write();

 private:
  Result<void> drop_duplicates(std::vector<Message>& messages);
  using Key = std::pair<std::string, std::string>;  // scope and key of an Idempotency-Key
  static Key key_of(const Idempotency& i) { return {i.scope, i.key}; }
  Result<void> claim_keys(const std::vector<Message>& messages, std::set<Key>& taken);
  Result<void> answer_repeats(std::vector<Message>& messages);
  void collect(Output output);
  void enqueue(Message message) { pending_[message.service].push_back(std::move(message)); }
  Result<void> write_effects();
  Result<void> write_timers();
  Result<void> write_dead_letters();
  Result<void> write_answers();
  void note_due(Time due) {
    if (!leaving_.earliest || due < *leaving_.earliest) leaving_.earliest = due;
  }

  const TurnParts& parts_;
  store::Session& session_;
  Leaving& leaving_;
  std::map<std::string, std::vector<Message>> pending_;
  std::map<std::uint64_t, Idempotency> asked_;  // of this turn's messages
  std::vector<Effect> effects_;
  std::vector<Timer> timers_;
  std::vector<std::string> cancelled_timers_;
  std::vector<DeadLetter> dead_letters_;
};

// Outcomes of effects: finished rows go, and only a row that was still there brings its result.
Result<void> Turn::settle(std::vector<Item>& items, const std::vector<std::string>& finished) {
  store::Rows done(1);
  store::Rows again(3);
  for (const std::string& id : finished) done.add(id);
  for (const Item& item : items) {
    const Outcome* outcome = std::get_if<Outcome>(&item);
    if (outcome == nullptr) continue;
    if (outcome->retry_after) {
      const Time due = parts_.now + *outcome->retry_after;
      again.add(outcome->id, to_ms(due), outcome->error);
      note_due(due);
    } else {
      done.add(outcome->id);
    }
  }
  const store::Args mine{{"owner", parts_.owner}};
  if (auto r = session_.write(sql::repeat_effects, again, mine); !r) return r;
  if (done.empty()) return {};
  Result<store::Answer> gone = session_.run(sql::settle_effects, done);
  if (!gone) return fail(gone.error());
  std::set<std::string> present;
  for (const store::Row& row : *gone) present.insert(row.text("id"));
  for (Item& item : items) {
    Outcome* outcome = std::get_if<Outcome>(&item);
    if (outcome == nullptr || outcome->retry_after || !outcome->result) continue;
    if (present.erase(outcome->id) == 0) {
      ++leaving_.duplicates;
    } else {
      enqueue(std::move(*outcome->result));
    }
  }
  return {};
}

Result<void> Turn::take_due(const Due& due) {
  leaving_.looked_for_rows = due.timers_max > 0 || due.effects_max > 0;
  if (due.timers_max > 0) {
    const store::Args args{{"now", to_ms(parts_.now)},
                           {"most", static_cast<std::int64_t>(due.timers_max)}};
    Result<store::Answer> taken = session_.run(sql::take_timers, args);
    if (!taken) return fail(taken.error());
    leaving_.took_rows |= !taken->empty();
    // RETURNING promises no order; due time does.
    std::sort(taken->begin(), taken->end(), [](const store::Row& a, const store::Row& b) {
      return std::pair(a.integer("due_ms"), a.text("id")) <
             std::pair(b.integer("due_ms"), b.text("id"));
    });
    for (const store::Row& row : *taken) {
      const std::string& service = row.text("service");
      const auto found = std::find_if(parts_.services.begin(), parts_.services.end(),
                                      [&](const Service* s) { return s->name() == service; });
      const Result<Json> body = parse_json(row.text("body"));
      Result<std::any> message = fail(Code::not_found, "no such service");
      if (found != parts_.services.end() && body) message = (*found)->decode(*body);
      if (!message) {
        dead_letters_.push_back({service, message.error().detail, row.text("body")});
        continue;
      }
      Message timer;
      timer.service = service;
      timer.body = std::move(*message);
      enqueue(std::move(timer));
    }
  }
  if (due.effects_max > 0) {
    const store::Args args{{"owner", parts_.owner},
                           {"now", to_ms(parts_.now)},
                           {"lease_until", to_ms(parts_.now + parts_.limits.lease)},
                           {"most", static_cast<std::int64_t>(due.effects_max)}};
    Result<store::Answer> claimed = session_.run(sql::claim_effects, args);
    if (!claimed) return fail(claimed.error());
    leaving_.took_rows |= !claimed->empty();
    for (const store::Row& row : *claimed) {
      Result<Json> body = parse_json(row.text("body"));
      check(body.has_value(), "an outbox row that is not JSON");
      leaving_.effects.push_back({row.text("id"), row.text("kind"), row.text("key"),
                                  std::move(*body), static_cast<int>(row.integer("tries")), 0});
    }
  }
  return {};
}

Result<void> Turn::drop_duplicates(std::vector<Message>& messages) {
  store::Rows rows(2);
  std::set<std::pair<std::string, std::string>> fresh;
  for (const Message& m : messages) {
    if (!m.id.empty()) fresh.emplace(m.service, m.id);
  }
  if (fresh.empty()) return {};
  for (const auto& [service, id] : fresh) rows.add(service, id);
  Result<store::Answer> inserted =
      session_.run(sql::insert_inbox, rows, {{"now", to_ms(parts_.now)}});
  if (!inserted) return fail(inserted.error());
  fresh.clear();
  for (const store::Row& row : *inserted) fresh.emplace(row.text("service"), row.text("id"));
  leaving_.duplicates += std::erase_if(messages, [&](const Message& m) {
    const bool seen = !m.id.empty() && fresh.erase({m.service, m.id}) == 0;
    // Whoever repeats a message is told that it is in good hands.
    if (seen && m.request != 0) leaving_.replies.push_back({m.request, Answer{}});
    return seen;
  });
  return {};
}

// Keys that nobody has used before, or whose first request ended without an answer, are this run's
// from here on; those of another host's request under way are not.
Result<void> Turn::claim_keys(const std::vector<Message>& messages, std::set<Key>& taken) {
  std::map<Key, const Idempotency*> wanted;
  for (const Message& m : messages) {
    if (m.idempotency) wanted.emplace(key_of(*m.idempotency), &*m.idempotency);
  }
  for (const auto& [request, idempotency] : parts_.keeping) wanted.erase(key_of(idempotency));
  if (wanted.empty()) return {};
  store::Rows rows(3);
  for (const auto& [key, i] : wanted) rows.add(i->scope, i->key, i->body_hash);
  const Time lapsed = parts_.now - parts_.limits.park_timeout - kKeyGrace;
  const store::Args args{
      {"owner", parts_.owner}, {"now", to_ms(parts_.now)}, {"lapsed", to_ms(lapsed)}};
  const Result<store::Answer> claimed = session_.run(sql::claim_keys, rows, args);
  if (!claimed) return fail(claimed.error());
  for (const store::Row& row : *claimed) taken.emplace(row.text("scope"), row.text("key"));
  return {};
}

// A request under an Idempotency-Key that was answered before gets that answer.
Result<void> Turn::answer_repeats(std::vector<Message>& messages) {
  std::set<Key> mine;
  if (auto r = claim_keys(messages, mine); !r) return r;
  store::Rows rows(2);
  for (const Message& m : messages) {
    if (m.idempotency && !mine.contains(key_of(*m.idempotency)))
      rows.add(m.idempotency->scope, m.idempotency->key);
  }
  std::map<Key, std::pair<std::string, std::string>> stored;  // hash and answer
  if (!rows.empty()) {
    const Result<store::Answer> found = session_.run(sql::load_answers, rows);
    if (!found) return fail(found.error());
    for (const store::Row& row : *found)
      stored[{row.text("scope"), row.text("key")}] = {row.text("body_hash"), row.text("answer")};
  }
  const auto refuse = [&](const Message& m, Problem problem) {
    Answer answer;
    answer.problem = std::move(problem);
    leaving_.replies.push_back({m.request, std::move(answer)});
  };
  std::erase_if(messages, [&](const Message& m) {
    if (!m.idempotency) return false;
    const Key key = key_of(*m.idempotency);
    const auto found = stored.find(key);
    if (found != stored.end() && !found->second.second.empty()) {
      if (found->second.first == m.idempotency->body_hash) {
        leaving_.replies.push_back({m.request, answer_from_text(found->second.second)});
      } else {
        refuse(m, {Code::invalid_argument,
                   "idempotency_mismatch",
                   "This Idempotency-Key was used for another request.",
                   {}});
      }
      return true;
    }
    if (mine.erase(key) == 0) {
      refuse(m, {Code::conflict, "in_flight", "The first request is still under way.", {}});
      return true;
    }
    asked_[m.request] = *m.idempotency;
    return false;
  });
  return {};
}

Result<void> Turn::accept(std::vector<Item> items) {
  std::vector<Message> messages;
  for (Item& item : items) {
    if (Message* message = std::get_if<Message>(&item)) {
      messages.push_back(std::move(*message));
    } else if (Rejected* rejected = std::get_if<Rejected>(&item)) {
      dead_letters_.push_back(std::move(rejected->letter));
      for (bus::Message& answer : rejected->answers) leaving_.publish.push_back(std::move(answer));
    }
  }
  if (auto r = drop_duplicates(messages); !r) return r;
  if (auto r = answer_repeats(messages); !r) return r;
  for (Message& message : messages) enqueue(std::move(message));
  return {};
}

void Turn::collect(Output output) {
  const auto move_into = [](auto& from, auto& into) {
    into.insert(into.end(), std::make_move_iterator(from.begin()),
                std::make_move_iterator(from.end()));
  };
  for (Message& message : output.messages) enqueue(std::move(message));
  move_into(output.effects, effects_);
  move_into(output.timers, timers_);
  move_into(output.cancel_timers, cancelled_timers_);
  move_into(output.dead_letters, dead_letters_);
  move_into(output.publish, leaving_.publish);
  move_into(output.replies, leaving_.replies);
  move_into(output.wake, leaving_.wake);
}

// Each round takes everything that waits for the first service in order that has something.
Result<void> Turn::run_rounds() {
  for (;;) {
    const auto next = std::find_if(parts_.services.begin(), parts_.services.end(), [&](Service* s) {
      return pending_.contains(std::string(s->name()));
    });
    if (next == parts_.services.end()) break;
    check(++leaving_.rounds <= parts_.limits.rounds_max, "messages go round without an end");
    auto waiting = pending_.extract(std::string((*next)->name()));
    std::vector<Message>& batch = waiting.mapped();
    check(batch.size() <= parts_.limits.round_messages_max, "too many messages in one round");
    leaving_.messages += batch.size();
    leaving_.handling = *next;
    Result<std::vector<Output>> outputs = (*next)->handle(session_, batch, parts_.now);
    leaving_.handling = nullptr;
    if (!outputs) return fail(outputs.error());
    for (Output& output : *outputs) collect(std::move(output));
  }
  check(pending_.empty(), "a message to a service that is not hosted here");
  return {};
}

Result<void> Turn::write_effects() {
  if (effects_.empty()) return {};
  store::Rows rows(5);
  std::map<std::string, Effect*> by_id;
  for (Effect& effect : effects_) {
    const std::string id = uuid7(parts_.now, parts_.random);
    by_id[id] = &effect;
    rows.add(id, effect.kind, effect.key, effect.body.dump(), parts_.owner);
  }
  const store::Args args{{"now", to_ms(parts_.now)},
                         {"lease_until", to_ms(parts_.now + parts_.limits.lease)}};
  Result<store::Answer> inserted = session_.run(sql::insert_effects, rows, args);
  if (!inserted) return fail(inserted.error());
  for (const store::Row& row : *inserted) {
    Effect& effect = *by_id.at(row.text("id"));
    leaving_.effects.push_back(
        {row.text("id"), effect.kind, effect.key, std::move(effect.body), 0, effect.request});
  }
  std::sort(leaving_.effects.begin(), leaving_.effects.end(),
            [](const Claimed& a, const Claimed& b) { return a.id < b.id; });
  note_due(parts_.now + parts_.limits.lease);
  return {};
}

Result<void> Turn::write_timers() {
  store::Rows cancelled(1);
  for (const std::string& id : cancelled_timers_) cancelled.add(id);
  if (auto r = session_.write(sql::cancel_timers, cancelled); !r) return r;
  std::map<std::string, const Timer*> latest;  // of one id the last wins
  for (const Timer& timer : timers_) latest[timer.id] = &timer;
  store::Rows rows(4);
  for (const auto& [id, timer] : latest) {
    rows.add(id, timer->service, to_ms(timer->due), timer->body.dump());
    note_due(timer->due);
  }
  return session_.write(sql::put_timers, rows);
}

Result<void> Turn::write_dead_letters() {
  leaving_.dead_letters = dead_letters_.size();
  store::Rows rows(4);
  for (const DeadLetter& letter : dead_letters_) {
    rows.add(uuid7(parts_.now, parts_.random), letter.service, letter.reason, letter.payload);
  }
  return session_.write(sql::insert_dead_letters, rows, {{"now", to_ms(parts_.now)}});
}

Result<void> Turn::write_answers() {
  store::Rows rows(4);
  for (const Reply& reply : leaving_.replies) {
    const auto here = asked_.find(reply.request);
    const auto parked = parts_.keeping.find(reply.request);
    const Idempotency* key = here != asked_.end()             ? &here->second
                             : parked != parts_.keeping.end() ? &parked->second
                                                              : nullptr;
    if (key == nullptr) continue;
    // What may succeed when it is tried again is not kept, and its key is free again.
    const bool passing = reply.answer.problem && (reply.answer.problem->code == Code::unavailable ||
                                                  reply.answer.problem->code == Code::exhausted);
    rows.add(key->scope, key->key, key->body_hash, passing ? "" : answer_to_text(reply.answer));
  }
  for (const Reply& reply : leaving_.replies) asked_.erase(reply.request);
  leaving_.unanswered = std::move(asked_);
  return session_.write(sql::put_answers, rows, {{"now", to_ms(parts_.now)}});
}

Result<void> Turn::write() {
  if (auto r = write_timers(); !r) return r;
  if (auto r = write_dead_letters(); !r) return r;
  if (auto r = write_answers(); !r) return r;
  return write_effects();  // the only one whose answer is waited for
}

}  // namespace

Result<void> run_turn(const TurnParts& parts, store::Session& session, Work work, Leaving& out) {
  Turn turn(parts, session, out);
  if (auto r = turn.settle(work.items, work.finished); !r) return r;
  if (auto r = turn.take_due(work.due); !r) return r;
  if (auto r = turn.accept(std::move(work.items)); !r) return r;
  if (auto r = turn.run_rounds(); !r) return r;
  store::Rows handled(1);
  for (const std::string& id : work.attempts) handled.add(id);
  const store::Args mine{{"host", parts.host}};
  if (auto r = session.write(sql::settle_attempts, handled, mine); !r) return r;
  return turn.write();
}

std::string answer_to_text(const Answer& answer) {
  Json::Object text;
  text.set("status", answer.status).set("body", answer.body);
  text.set("location", answer.location).set("etag", answer.etag);
  if (answer.problem) {
    Json::Array errors;
    for (const JsonProblem& p : answer.problem->errors) {
      errors.push_back(Json::object({{"pointer", p.pointer}, {"detail", p.detail}}));
    }
    text.set("problem", Json::object({{"code", static_cast<int>(answer.problem->code)},
                                      {"type", answer.problem->type},
                                      {"detail", answer.problem->detail},
                                      {"errors", std::move(errors)}}));
  }
  return Json(std::move(text)).dump();
}

Answer answer_from_text(const std::string& text) {
  const Result<Json> json = parse_json(text);
  check(json.has_value(), "a stored answer that is not JSON");
  Answer answer;
  answer.status = static_cast<int>(json->int_at("status", 200));
  if (const Json* body = json->at("body")) answer.body = *body;
  answer.location = json->text_at("location");
  answer.etag = json->text_at("etag");
  const Json* problem = json->at("problem");
  if (problem == nullptr) return answer;
  answer.problem = Problem{static_cast<Code>(problem->int_at("code")),
                           problem->text_at("type"),
                           problem->text_at("detail"),
                           {}};
  if (const Json* errors = problem->at("errors"); errors != nullptr && errors->as_array()) {
    for (const Json& error : *errors->as_array()) {
      answer.problem->errors.push_back({error.text_at("pointer"), error.text_at("detail")});
    }
  }
  return answer;
}

}  // namespace trayline::host
