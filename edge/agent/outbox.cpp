#include "edge/agent/outbox.hpp"

#include <thread>
#include <utility>

#include "lib/base/log.hpp"
#include "lib/base/queue.hpp"

namespace trayline::agent {
namespace {

constexpr std::size_t kPutsWaitingMax = 2048;
constexpr std::size_t kQueueMax = 8192;
constexpr Millis kDiskRetry{1000};

struct Put {
  Row row;
  Outbox::Done done;
};
struct Ended {
  std::string hash;
  bool done = false;
};
using Command = std::variant<Put, wire::Ack, Forget, Ended, Load>;

struct LoadDone {
  Load load;
  Result<std::vector<Row>> rows;
};

}  // namespace

// Shared with tasks that may run after the Outbox is gone; open says that it is not.
struct Outbox::State : std::enable_shared_from_this<Outbox::State> {
  State(Loop& l, const Clock& c, Random& r, const Config& config, Out o)
      : loop(l), clock(c), sender(r, config.sender), out(std::move(o)) {}

  Loop& loop;
  const Clock& clock;
  Sender sender;
  Out out;
  std::unique_ptr<Table> table;  // the disk thread's
  BoundedQueue<Command> queue{kQueueMax};
  std::thread disk;
  bool open = true;
  bool connected = false;
  bool was_stalled = false;
  Totals totals;
  std::vector<wire::Upload> uploads;
  Loop::Timer tick;
  std::vector<Loop::Timer> retries;

  void step(const SenderEvent& event) {
    for (SenderAction& action : sender.step(event, clock.monotonic())) {
      if (Send* send = std::get_if<Send>(&action)) {
        out.send(send->row);
      } else if (Forget* forget = std::get_if<Forget>(&action)) {
        queue.push(*forget);  // when it does not fit, the row is sent once more and forgotten then
      } else {
        queue.push(std::get<Load>(action));
      }
    }
    arm();
    if (std::exchange(was_stalled, sender.stalled()) != was_stalled && out.changed) out.changed();
  }

  void arm() {
    const std::optional<Millis> due = sender.due();
    if (!due) {
      tick = Loop::Timer();
      return;
    }
    const Millis left = std::max(Millis(0), *due - clock.monotonic());
    tick = loop.after(left, [this] { step(Tick{}); });
  }

  // ---- the disk thread ----
  void work() {
    for (;;) {
      std::vector<Command> commands = queue.take(kBatchMax, std::nullopt);
      if (commands.empty()) {
        if (queue.closed()) return;
        continue;
      }
      auto batch = std::make_shared<Batch>();
      auto dones = std::make_shared<std::vector<Done>>();
      std::vector<Load> loads;
      for (Command& command : commands) {
        if (Put* put = std::get_if<Put>(&command)) {
          batch->puts.push_back(std::move(put->row));
          dones->push_back(std::move(put->done));
        } else if (wire::Ack* ack = std::get_if<wire::Ack>(&command)) {
          batch->acks.push_back(std::move(*ack));
        } else if (Forget* forget = std::get_if<Forget>(&command)) {
          batch->forget.push_back(forget->seq);
        } else if (Ended* ended = std::get_if<Ended>(&command)) {
          batch->uploads_ended.push_back(std::move(ended->hash));
          batch->uploads_done += ended->done ? 1 : 0;
        } else {
          loads.push_back(std::get<Load>(command));
        }
      }
      auto done = std::make_shared<Result<BatchDone>>(BatchDone{});
      if (loads.size() < commands.size()) *done = table->commit(*batch);
      auto loaded = std::make_shared<std::vector<LoadDone>>();
      for (const Load& load : loads) {
        loaded->push_back({load, table->load(load.function, load.after, load.most)});
      }
      loop.post([self = shared_from_this(), done, dones, loaded, now = table->totals()] {
        if (self->open) self->finish(*done, *dones, *loaded, now);
      });
    }
  }

  // ---- back on the loop ----
  void finish(const Result<BatchDone>& done, const std::vector<Done>& dones,
              const std::vector<LoadDone>& loaded, const Totals& now) {
    totals = now;
    if (!done) {
      log(Level::error, "the outbox cannot be written", {{"why", done.error().detail}});
      for (const Done& answer : dones) answer(PutResult::full, 0);
    } else {
      for (const std::int64_t seq : done->gone) step(Gone{seq});
      for (const Row& row : done->stored) step(Stored{row});
      for (std::size_t i = 0; i < dones.size(); ++i) {
        dones[i](done->puts[i].first, done->puts[i].second);
      }
      for (const Settled& settled : done->settled) {
        if (out.settled) out.settled(settled);
      }
    }
    for (const LoadDone& load : loaded) take(load);
    if (out.changed) out.changed();
  }

  void take(const LoadDone& done) {
    if (done.rows) {
      step(Loaded{done.load.function, *done.rows, done.rows->size() >= done.load.most});
      return;
    }
    log(Level::error, "the outbox cannot be read", {{"why", done.rows.error().detail}});
    retries.clear();
    retries.push_back(loop.after(kDiskRetry, [this, load = done.load] { queue.push(load); }));
  }
};

Outbox::Outbox(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Outbox>> Outbox::open(Loop& loop, const Clock& clock, Random& random,
                                             const Config& config, Out out) {
  auto state = std::make_shared<State>(loop, clock, random, config, std::move(out));
  Result<std::unique_ptr<Table>> table = Table::open(config.path, config.limits, clock, nullptr);
  if (!table) return fail(table.error());
  const Result<std::vector<std::string>> functions = (*table)->functions();
  Result<std::vector<wire::Upload>> uploads = (*table)->uploads();
  if (!functions) return fail(functions.error());
  if (!uploads) return fail(uploads.error());
  state->totals = (*table)->totals();
  state->uploads = std::move(*uploads);
  state->table = std::move(*table);
  state->disk = std::thread([raw = state.get()] { raw->work(); });
  for (const std::string& function : *functions) state->step(Waiting{function});
  return std::unique_ptr<Outbox>(new Outbox(std::move(state)));
}

Outbox::~Outbox() {
  state_->open = false;
  state_->tick = Loop::Timer();
  state_->retries.clear();
  state_->queue.close();
  state_->disk.join();
  state_->table.reset();
}

void Outbox::put(Row row, Done done) {
  if (state_->queue.size() >= kPutsWaitingMax) return done(PutResult::full, 0);
  state_->queue.push(Put{std::move(row), std::move(done)});
}

void Outbox::answered(const wire::Ack& ack) {
  // When it does not fit the row is sent again, and answered again.
  if (!state_->queue.push(ack)) return;
  state_->step(
      Answered{ack.prediction ? ack.prediction->value : "", ack.payload_sha256.value_or("")});
}

void Outbox::connection(bool up) {
  state_->connected = up;
  if (up) {
    state_->step(Connected{});
  } else {
    state_->step(Lost{});
  }
  if (state_->out.changed) state_->out.changed();
}

void Outbox::delivered(std::int64_t seq) { state_->step(Delivered{seq}); }

void Outbox::upload_ended(const std::string& hash, bool done) {
  state_->queue.push(Ended{hash, done});
}

const std::vector<wire::Upload>& Outbox::uploads() const { return state_->uploads; }
const Totals& Outbox::totals() const { return state_->totals; }
bool Outbox::stalled() const { return state_->sender.stalled(); }
bool Outbox::connected() const { return state_->connected; }

}  // namespace trayline::agent
