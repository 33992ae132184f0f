#include "edge/agent/table.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "edge/agent/sql.hpp"
#include "lib/base/log.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::agent {
namespace {

// Rows dropped at once when there are too many of class normal.
constexpr std::int64_t kDropRows = 64;

std::int64_t cost(std::size_t bytes) { return static_cast<std::int64_t>(bytes) + kRowBytes; }

Class class_of(const std::string& name) {
  if (name == "critical") return Class::critical;
  return name == "latest" ? Class::latest : Class::normal;
}

Row row_of(const store::Row& r) {
  return Row{r.integer("seq"),          r.text("key"),     r.text("function"), r.text("topic"),
             class_of(r.text("class")), r.text("payload"), r.text("sha256")};
}

// A latest row replaces the one of the same function and topic.
std::string place_of(const Row& row) { return row.function + "/" + row.topic; }

// Beside its own folder, with the write-ahead log and its index.
bool move_aside(const std::string& path, Time now) {
  const std::string aside = path + ".corrupt-" + std::to_string(to_ms(now));
  std::error_code error;
  std::filesystem::rename(path, aside, error);
  if (error) return false;
  for (const char* part : {"-wal", "-shm"}) {
    std::filesystem::rename(path + part, aside + part, error);
  }
  return true;
}

}  // namespace

Admission admit(const Totals& totals, const OutboxLimits& limits, Class cls, std::size_t bytes) {
  std::int64_t all = 0;
  for (const Totals::OfClass& of : totals.by_class) all += of.bytes;
  const std::int64_t others = all - totals.of(Class::critical).bytes;
  if (all + cost(bytes) > limits.bytes_max) return Admission::full;
  if (cls != Class::critical && others + cost(bytes) > limits.other_bytes_max) {
    return Admission::full;
  }
  return Admission::take;
}

// What a transaction does to the totals; applied when it has committed.
struct Table::Change {
  Totals totals;
  std::int64_t next_seq = 1;
  BatchDone done;
  void remove(Class cls, std::int64_t bytes) {
    totals.of(cls).rows -= 1;
    totals.of(cls).bytes -= bytes + kRowBytes;
  }
};

Result<std::unique_ptr<Table>> Table::open(const std::string& path, const OutboxLimits& limits,
                                           const Clock& clock, Metrics* metrics) {
  std::string why;
  for (const bool again : {false, true}) {
    Result<std::unique_ptr<store::Store>> store = store::open_sqlite({.path = path}, metrics);
    if (!store && store.error().code == Code::conflict) return fail(store.error());
    if (store) {
      Result<std::unique_ptr<Table>> opened = on(std::move(*store), limits, clock);
      Result<void> ready = opened ? Result<void>() : fail(opened.error());
      if (ready && again) {
        Table* const table = opened->get();
        store::Rows count(2);
        count.add("corrupt", 1);
        ready = table->store_->transaction([&](store::Session& session) -> Result<void> {
          if (auto added = session.run(sql::add_counts, count); !added) return fail(added.error());
          return {};
        });
        table->totals_.corrupt += 1;
      }
      if (ready) return opened;
      why = ready.error().detail;
    } else {
      why = store.error().detail;
    }
    if (again || !std::filesystem::exists(path) || !move_aside(path, clock.now())) break;
    log(Level::error, "the outbox was damaged and has been moved aside",
        {{"file", path}, {"why", why}});
  }
  return fail(Code::unavailable, "the outbox " + path + ": " + why);
}

Result<std::unique_ptr<Table>> Table::on(std::unique_ptr<store::Store> store,
                                         const OutboxLimits& limits, const Clock& clock) {
  std::unique_ptr<Table> table(new Table(std::move(store), limits, clock));
  Result<void> ready = table->store_->migrate({&sql::migrations});
  if (ready) ready = table->load_totals();
  if (!ready) return fail(ready.error());
  return table;
}

Result<store::Answer> Table::read(const store::Statement& statement, const store::Args& args) {
  store::Answer rows;
  // On the writer's own connection: it sees everything, and nobody else writes.
  Result<void> done = store_->transaction([&](store::Session& session) -> Result<void> {
    Result<store::Answer> answer = session.run(statement, args);
    if (!answer) return fail(answer.error());
    rows = std::move(*answer);
    return {};
  });
  if (!done) return fail(done.error());
  return rows;
}

Result<void> Table::load_totals() {
  const Result<store::Answer> classes = read(sql::load_totals, {});
  if (!classes) return fail(classes.error());
  totals_.by_class = {};
  for (const store::Row& row : *classes) {
    Totals::OfClass& of = totals_.of(class_of(row.text("class")));
    of.rows = row.integer("n");
    of.bytes = row.integer("bytes") + of.rows * kRowBytes;
    next_seq_ = std::max(next_seq_, row.integer("last") + 1);
  }
  const Result<store::Answer> counts = read(sql::load_counts, {});
  if (!counts) return fail(counts.error());
  for (const store::Row& row : *counts) {
    const std::string& name = row.text("name");
    const std::int64_t value = row.integer("value");
    if (name == "stored") totals_.stored = value;
    if (name == "acked") totals_.acked = value;
    if (name == "quarantined") totals_.quarantined = value;
    if (name == "dropped") totals_.dropped = value;
    if (name == "uploaded") totals_.uploaded = value;
    if (name == "corrupt") totals_.corrupt = value;
  }
  return {};
}

Result<std::vector<Row>> Table::resolve_doubt() {
  if (!doubtful_) return std::vector<Row>();
  if (auto loaded = load_totals(); !loaded) return fail(loaded.error());
  store::Rows keys(1);
  for (const Row& row : doubtful_puts_) keys.add(row.key);
  std::vector<Row> rows;
  if (!keys.empty()) {
    store::Answer known;
    const Result<void> looked = store_->transaction([&](store::Session& session) -> Result<void> {
      Result<store::Answer> answer = session.run(sql::find_keys, keys);
      if (!answer) return fail(answer.error());
      known = std::move(*answer);
      return {};
    });
    if (!looked) return fail(looked.error());
    for (Row& row : doubtful_puts_) {
      const auto same = std::find_if(known.begin(), known.end(), [&](const store::Row& r) {
        return r.text("key") == row.key && r.text("sha256") == row.sha256;
      });
      if (same == known.end()) continue;
      row.seq = same->integer("seq");
      if (row.seq > 0) rows.push_back(row);
    }
  }
  doubtful_ = false;
  doubtful_puts_.clear();
  return rows;
}

Result<BatchDone> Table::commit(const Batch& batch) {
  Result<std::vector<Row>> found = resolve_doubt();
  if (!found) return fail(found.error());
  Change change{totals_, next_seq_, {}};
  change.done.stored = *found;
  const Result<void> done = store_->transaction([&](store::Session& session) -> Result<void> {
    if (auto settled = settle(session, batch.acks, change); !settled) return settled;
    if (!batch.forget.empty()) {
      store::Rows seqs(1);
      for (const std::int64_t seq : batch.forget) seqs.add(seq);
      Result<store::Answer> gone = session.run(sql::forget_rows, seqs);
      if (!gone) return fail(gone.error());
      for (const store::Row& r : *gone) {
        change.remove(class_of(r.text("class")), r.integer("bytes"));
      }
    }
    if (!batch.uploads_ended.empty()) {
      store::Rows hashes(1);
      for (const std::string& hash : batch.uploads_ended) hashes.add(hash);
      if (auto ended = session.run(sql::end_uploads, hashes); !ended) return fail(ended.error());
      change.totals.uploaded += batch.uploads_done;
    }
    if (auto stored = put(session, batch.puts, change); !stored) return stored;
    store::Rows counts(2);
    const auto count = [&](const char* name, std::int64_t now, std::int64_t before) {
      if (now != before) counts.add(name, now - before);
    };
    count("stored", change.totals.stored, totals_.stored);
    count("acked", change.totals.acked, totals_.acked);
    count("quarantined", change.totals.quarantined, totals_.quarantined);
    count("dropped", change.totals.dropped, totals_.dropped);
    count("uploaded", change.totals.uploaded, totals_.uploaded);
    if (counts.empty()) return {};
    if (auto added = session.run(sql::add_counts, counts); !added) return fail(added.error());
    return {};
  });
  if (!done) {
    doubtful_ = true;
    for (Row& row : *found) row.seq = 0;
    doubtful_puts_ = std::move(*found);
    for (const Row& row : batch.puts) {
      const bool known = std::any_of(doubtful_puts_.begin(), doubtful_puts_.end(),
                                     [&](const Row& other) { return other.key == row.key; });
      if (!known) doubtful_puts_.push_back(row);
    }
    return fail(done.error());
  }
  totals_ = change.totals;
  next_seq_ = change.next_seq;
  return std::move(change.done);
}

Result<void> Table::drop_normal(store::Session& session, Change& change) {
  Result<store::Answer> gone = session.run(sql::drop_oldest, {{"most", kDropRows}});
  if (!gone) return fail(gone.error());
  for (const store::Row& r : *gone) {
    change.remove(Class::normal, r.integer("bytes"));
    change.done.gone.push_back(r.integer("seq"));
    change.totals.dropped += 1;
  }
  return {};
}

Result<void> Table::put(store::Session& session, const std::vector<Row>& rows, Change& change) {
  if (rows.empty()) return {};
  store::Rows keys(1);
  for (const Row& row : rows) keys.add(row.key);
  Result<store::Answer> found = session.run(sql::find_keys, keys);
  if (!found) return fail(found.error());
  std::map<std::string, std::pair<std::string, std::int64_t>> known;  // key: hash, seq
  for (const store::Row& r : *found) known[r.text("key")] = {r.text("sha256"), r.integer("seq")};
  store::Rows topics(1);
  for (const Row& row : rows) {
    if (row.cls == Class::latest && !known.contains(row.key)) topics.add(place_of(row));
  }
  if (!topics.empty()) {
    Result<store::Answer> gone = session.run(sql::replace_latest, topics);
    if (!gone) return fail(gone.error());
    for (const store::Row& r : *gone) {
      change.remove(Class::latest, r.integer("bytes"));
      change.done.gone.push_back(r.integer("seq"));
    }
  }
  // Of several latest rows on a topic in one batch only the last is worth a row.
  std::map<std::string, std::size_t> last_of_topic;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].cls == Class::latest) last_of_topic[place_of(rows[i])] = i;
  }
  store::Rows insert(7);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row = rows[i];
    if (const auto same = known.find(row.key); same != known.end()) {
      const bool equal = same->second.first == row.sha256;
      change.done.puts.emplace_back(equal ? PutResult::repeated : PutResult::conflict,
                                    same->second.second);
      continue;
    }
    Admission admission = admit(change.totals, limits_, row.cls, row.payload.size());
    while (admission == Admission::full && row.cls == Class::normal &&
           change.totals.of(Class::normal).rows > 0 && insert.empty()) {
      const std::int64_t before = change.totals.of(Class::normal).rows;
      if (auto dropped = drop_normal(session, change); !dropped) return dropped;
      if (change.totals.of(Class::normal).rows == before) break;
      admission = admit(change.totals, limits_, row.cls, row.payload.size());
    }
    if (admission == Admission::full) {
      change.done.puts.emplace_back(PutResult::full, 0);
      continue;
    }
    row.seq = change.next_seq++;
    known[row.key] = {row.sha256, row.seq};
    change.done.puts.emplace_back(PutResult::stored, row.seq);
    if (row.cls == Class::latest && last_of_topic[place_of(row)] != i) continue;
    change.totals.of(row.cls).rows += 1;
    change.totals.of(row.cls).bytes += cost(row.payload.size());
    if (row.cls == Class::critical) change.totals.stored += 1;
    insert.add(row.seq, row.key, row.function, row.topic, to_string(row.cls), row.payload,
               row.sha256);
    change.done.stored.push_back(std::move(row));
  }
  if (insert.empty()) return {};
  if (auto added = session.run(sql::insert_rows, insert, {{"now", to_ms(clock_.now())}}); !added) {
    return fail(added.error());
  }
  return {};
}

Result<void> Table::settle(store::Session& session, const std::vector<wire::Ack>& acks,
                           Change& change) {
  if (acks.empty()) return {};
  store::Rows names(2);
  for (const wire::Ack& ack : acks) {
    names.add(ack.prediction ? ack.prediction->value : "", ack.payload_sha256.value_or(""));
  }
  Result<store::Answer> found = session.run(sql::find_answered, names);
  if (!found) return fail(found.error());
  store::Rows seqs(1);
  store::Rows refused(6);
  store::Rows uploads(3);
  std::set<std::string> asked;
  for (const store::Row& r : *found) {
    Row row = row_of(r);
    for (const wire::Ack& ack : acks) {
      const bool by_key = ack.prediction && ack.prediction->value == row.key;
      if (!by_key && ack.payload_sha256 != row.sha256) continue;
      seqs.add(row.seq);
      change.remove(row.cls, static_cast<std::int64_t>(row.payload.size()));
      if (ack.result == wire::AckResult::refused) {
        refused.add(row.key, row.function, row.topic, row.payload, row.sha256, ack.reason);
        change.totals.quarantined += row.cls == Class::critical ? 1 : 0;
      } else {
        change.totals.acked += row.cls == Class::critical ? 1 : 0;
        for (const wire::Upload& upload : ack.uploads) {
          if (asked.insert(upload.hash).second) {
            uploads.add(upload.hash, upload.url, upload.expires_ms);
          }
        }
      }
      change.done.settled.push_back({std::move(row), ack});
      break;
    }
  }
  const store::Args now{{"now", to_ms(clock_.now())}};
  if (!seqs.empty()) {
    if (auto gone = session.run(sql::forget_rows, seqs); !gone) return fail(gone.error());
  }
  if (!refused.empty()) {
    if (auto kept = session.run(sql::insert_quarantine, refused, now); !kept) {
      return fail(kept.error());
    }
  }
  if (!uploads.empty()) {
    if (auto kept = session.run(sql::put_uploads, uploads); !kept) return fail(kept.error());
  }
  return {};
}

Result<std::vector<Row>> Table::load(const std::string& function, std::int64_t after,
                                     std::size_t most) {
  const Result<store::Answer> answer =
      read(sql::load_window,
           {{"function", function}, {"after", after}, {"most", static_cast<std::int64_t>(most)}});
  if (!answer) return fail(answer.error());
  std::vector<Row> rows;
  for (const store::Row& row : *answer) rows.push_back(row_of(row));
  return rows;
}

Result<std::vector<std::string>> Table::functions() {
  const Result<store::Answer> answer = read(sql::load_functions, {});
  if (!answer) return fail(answer.error());
  std::vector<std::string> names;
  for (const store::Row& row : *answer) names.push_back(row.text("function"));
  return names;
}

Result<std::vector<wire::Upload>> Table::uploads() {
  const Result<store::Answer> answer = read(sql::load_uploads, {});
  if (!answer) return fail(answer.error());
  std::vector<wire::Upload> uploads;
  for (const store::Row& row : *answer) {
    uploads.push_back({row.text("hash"), row.text("url"), row.integer("expires_ms")});
  }
  return uploads;
}

}  // namespace trayline::agent
