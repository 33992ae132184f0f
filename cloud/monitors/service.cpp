#include "cloud/monitors/service.hpp"

#include <set>

#include "cloud/monitors/sql.hpp"
#include "lib/base/check.hpp"

namespace trayline::monitors {
namespace {

using wire::monitors::In;
using wire::monitors::Show;

wire::ScreenState state_from(const store::Row& row) {
  Result<wire::ScreenState> state = from_json_text<wire::ScreenState>(row.text("state"));
  check(state.has_value(), "monitors: a state that cannot be read");
  return std::move(*state);
}

class MonitorsService final : public host::LoadDecideSave<In, Snapshot, Decision> {
 public:
  explicit MonitorsService(std::string env) : env_(std::move(env)) {}

  std::string_view name() const override { return wire::monitors::kService; }
  const store::Migrations& migrations() const override { return sql::migrations; }
  Result<std::vector<host::Output>> handle(store::Session& session,
                                           std::span<const host::Message> batch,
                                           Time now) override {
    auto outputs = LoadDecideSave::handle(session, batch, now);
    if (outputs) keep_last_per_topic(*outputs);
    return outputs;
  }

 protected:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override;
  Decision decide(const Snapshot& snapshot, const host::Incoming<In>& in, Time now) const override {
    if (const auto* show = std::get_if<Show>(in.body)) {
      return decide_show(snapshot, env_, *show, now);
    }
    return decide_shown(snapshot, env_, std::get<wire::Shown>(*in.body), now);
  }
  void apply(Snapshot& snapshot, const Decision& decision) const override {
    if (decision.after) snapshot.insert_or_assign(decision.after->first, decision.after->second);
  }
  Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                    Time now) override;

 private:
  std::string env_;
};

Result<Snapshot> MonitorsService::load(store::Session& session, const Batch& batch, Time) {
  std::set<CoreId> cores;
  for (const auto& in : batch) {
    cores.insert(std::visit([](const auto& m) { return m.core; }, *in.body));
  }
  store::Rows rows(1);
  std::vector<std::string> keys;  // of screens that may be new
  for (const CoreId& core : cores) {
    rows.add(core.value);
    keys.push_back("monitors.core:" + core.value);
  }
  if (auto r = session.lock(std::move(keys)); !r) return fail(r.error());
  const Result<store::Answer> found = session.run(sql::load_screens, rows);
  if (!found) return fail(found.error());
  Snapshot snapshot;
  for (const store::Row& row : *found) {
    Screen& screen = snapshot[{CoreId(row.text("core")), ScreenId(row.text("screen"))}];
    screen.state = state_from(row);
    screen.painted = row.optional_integer("painted");
    screen.pages = row.integer("pages");
    screen.shown = from_ms(row.integer("shown_ms"));
    screen.boot_id = row.text("boot_id");
    screen.monotonic_ms = row.integer("monotonic_ms");
  }
  return snapshot;
}

Result<void> MonitorsService::save(store::Session& session, const std::vector<Decision>& decisions,
                                   Time) {
  std::map<ScreenKey, const Screen*> screens;
  store::Rows painted(6);
  for (const Decision& d : decisions) {
    if (d.after) screens[d.after->first] = &d.after->second;
    if (!d.painted) continue;
    const auto& [core, screen] = d.painted->screen;
    painted.add(d.painted->order.value, core.value, screen.value, d.painted->version,
                d.painted->status, to_ms(d.painted->at));
  }
  if (screens.empty()) return {};
  store::Rows rows(10);
  for (const auto& [key, screen] : screens) {
    rows.add(key.first.value, key.second.value, screen->state.version, to_json_text(screen->state),
             screen->painted, screen->pages, screen->state.since_ms, to_ms(screen->shown),
             screen->boot_id, screen->monotonic_ms);
  }
  if (auto r = session.write(sql::put_screens, rows); !r) return r;
  return session.write(sql::insert_painted, painted);
}

}  // namespace

std::unique_ptr<host::Service> make_service(std::string env) {
  return std::make_unique<MonitorsService>(std::move(env));
}

// One host repeats for all: the one whose connection holds the lock, for as long as that lives.
Result<std::vector<bus::Message>> Repeater::repeats(store::Session& reader, Time now) {
  const Result<store::Answer> lead = reader.run(sql::claim_repeats);
  if (!lead) return fail(lead.error());
  if (lead->at(0).integer("mine") == 0) return {};
  const Result<store::Answer> rows = reader.run(sql::list_waiting, {{"most", kRepeatsMax}});
  if (!rows) return fail(rows.error());
  std::vector<bus::Message> due;
  for (const store::Row& row : *rows) {
    if (!is_repeat_due(from_ms(row.integer("since_ms")), last_, now)) continue;
    due.push_back(state_message(env_, CoreId(row.text("core")), state_from(row)));
  }
  last_ = now;
  return due;
}

}  // namespace trayline::monitors
