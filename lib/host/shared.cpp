// Several hosts on one store: which run is alive, what a run that is gone left behind, and what
// this run owns after its connection was lost. A run holds a lock of the store's as long as its
// connection lives; an embedded store has one host, so every other run is gone.
#include "lib/host/sql.hpp"
#include "lib/host/state.hpp"

namespace trayline::host {
namespace {

constexpr Millis kLookEvery{500};

}  // namespace

Result<void> Host::State::in_store(const std::function<Result<void>(store::Session&)>& work) {
  std::uint64_t connection = 0;
  const Result<void> done = parts.store.transaction([&](store::Session& session) -> Result<void> {
    connection = parts.store.connections();
    if (connection != connected) {
      if (auto r = come_back(session); !r) return r;
    }
    return work(session);
  });
  if (done) connected = connection;
  return done;
}

// The lock went with the old connection, so another host may have taken this run for gone; and the
// commit that was under way may have made effects that nobody knows of here.
Result<void> Host::State::come_back(store::Session& session) {
  if (auto r = hold_run(session); !r) return r;
  if (connected == 0) return {};
  store::Rows known(1);
  for (const std::string& id : in_flight) known.add(id);
  for (const Claimed& effect : deferred) known.add(effect.id);
  for (const std::string& id : finished) known.add(id);
  for (const Item& item : again) known.add(std::get<Outcome>(item).id);
  const store::Args args{{"owner", owner}, {"now", to_ms(parts.clock.now())}};
  if (auto r = session.run(sql::release_lost_effects, known, args); !r) return fail(r.error());
  due = parts.clock.now();
  return {};
}

Result<void> Host::State::hold_run(store::Session& session) {
  if (auto r = session.run(sql::hold_owner, {{"owner", owner}}); !r) return fail(r.error());
  const store::Args run{{"owner", owner}, {"host", host_name}, {"now", to_ms(parts.clock.now())}};
  if (auto r = session.run(sql::begin_run, run); !r) return fail(r.error());
  return {};
}

// Releases what runs that are gone left behind.
Result<void> Host::State::take_over(store::Session& session) {
  const Result<store::Answer> gone = session.run(sql::find_gone_runs, {{"owner", owner}});
  if (!gone) return fail(gone.error());
  if (gone->empty()) return {};
  store::Rows runs(1);
  for (const store::Row& row : *gone) runs.add(row.text("owner"));
  const store::Args when{{"now", to_ms(parts.clock.now())},
                         {"soon", std::int64_t{kSoonTries}},
                         {"later", kLater.count()}};
  if (auto r = session.run(sql::release_effects, runs, when); !r) return fail(r.error());
  if (auto r = session.run(sql::release_keys, runs); !r) return fail(r.error());
  if (auto r = session.run(sql::release_runs, runs); !r) return fail(r.error());
  return {};
}

// What other hosts left: runs that are gone, timers and effects that came due meanwhile.
void Host::State::look_around() {
  look_at = parts.clock.monotonic() + kLookEvery;
  const Result<void> looked = in_store([&](store::Session& session) -> Result<void> {
    if (auto r = take_over(session); !r) return r;
    const Result<store::Answer> rows = session.run(sql::find_due);
    if (!rows) return fail(rows.error());
    const auto at = rows->at(0).optional_integer("due_ms");
    if (at && (!due || from_ms(*at) < *due)) due = from_ms(*at);
    return {};
  });
  if (!looked) due = parts.clock.now() + kStoreRetry;
}

}  // namespace trayline::host
