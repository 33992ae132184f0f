#include "edge/agent/outbox.hpp"

#include <algorithm>
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

// What the disk thread took at once, and what came of it.
struct Round {
  Batch batch = {};
  std::vector<Outbox::Done> dones = {};  // of the batch's puts
  std::vector<Ended> ended = {};         // of the batch's uploads
  Result<BatchDone> done = BatchDone{};
  std::vector<LoadDone> loads = {};
  Totals totals = {};
};

bool same_answer(const wire::Ack& a, const wire::Ack& b) {
  return a.prediction == b.prediction && a.payload_sha256 == b.payload_sha256;
}

}  // namespace

// Shared with tasks that may run after the Outbox is gone; open says that it is not.
struct Outbox::State : std::enable_shared_from_this<Outbox::State> {
  State(Loop& l, const Clock& c, Sender s, Out o)
      : loop(l), clock(c), sender(std::move(s)), out(std::move(o)) {}

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
  std::vector<Command> again;  // what the disk could not take or do; wanted once more
  Loop::Timer again_later;

  void step(const SenderEvent& event) {
    for (SenderAction& action : sender.step(event, clock.monotonic())) {
      if (Send* send = std::get_if<Send>(&action)) {
        out.send(send->row);
      } else if (Forget* forget = std::get_if<Forget>(&action)) {
        want(*forget);
      } else {
        want(std::get<Load>(action));
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

  void want(const Command& command) {
    if (!queue.push(command)) want_later(command);
  }
  void want_later(Command command) {
    again.push_back(std::move(command));
    if (again.size() > 1) return;
    again_later = loop.after(kDiskRetry, [this] {
      for (const Command& waiting : std::exchange(again, {})) want(waiting);
    });
  }

  // ---- the disk thread ----
  void work() {
    for (;;) {
      std::vector<Command> commands = queue.take(kBatchMax, std::nullopt);
      if (commands.empty()) {
        if (queue.closed()) return;
        continue;
      }
      const auto round = std::make_shared<Round>();
      std::vector<Load> loads;
      for (Command& command : commands) {
        if (Put* put = std::get_if<Put>(&command)) {
          round->batch.puts.push_back(std::move(put->row));
          round->dones.push_back(std::move(put->done));
        } else if (wire::Ack* ack = std::get_if<wire::Ack>(&command)) {
          round->batch.acks.push_back(std::move(*ack));
        } else if (Forget* forget = std::get_if<Forget>(&command)) {
          round->batch.forget.push_back(forget->seq);
        } else if (Ended* ended = std::get_if<Ended>(&command)) {
          round->batch.uploads_ended.push_back(ended->hash);
          round->batch.uploads_done += ended->done ? 1 : 0;
          round->ended.push_back(std::move(*ended));
        } else {
          loads.push_back(std::get<Load>(command));
        }
      }
      if (loads.size() < commands.size()) round->done = table->commit(round->batch);
      for (const Load& load : loads) {
        round->loads.push_back({load, table->load(load.function, load.after, load.most)});
      }
      round->totals = table->totals();
      loop.post([self = shared_from_this(), round] {
        if (self->open) self->finish(*round);
      });
    }
  }

  // ---- back on the loop ----
  void finish(const Round& round) {
    totals = round.totals;
    if (round.done) {
      written(round);
    } else {
      not_written(round);
    }
    for (const LoadDone& load : round.loads) take(load);
    if (out.changed) out.changed();
  }

  void written(const Round& round) {
    const BatchDone& done = *round.done;
    // Only now: an answer that is not on disk must find its row in the window again. An answer
    // whose row is not on disk any more ends the waiting as well.
    for (const wire::Ack& ack : round.batch.acks) {
      step(Answered{ack.prediction ? ack.prediction->value : "", ack.payload_sha256.value_or("")});
    }
    for (const std::int64_t seq : done.gone) step(Gone{seq});
    for (const Row& row : done.stored) step(Stored{row});
    for (std::size_t i = 0; i < round.dones.size(); ++i) {
      round.dones[i](done.puts[i].first, done.puts[i].second);
    }
    for (const Settled& settled : done.settled) {
      if (out.settled) out.settled(settled);
    }
  }

  // Functions are told; everything else is tried again.
  void not_written(const Round& round) {
    log(Level::error, "the outbox cannot be written", {{"why", round.done.error().detail}});
    for (const Done& answer : round.dones) answer(PutResult::full, 0);
    for (const wire::Ack& ack : round.batch.acks) settle_later(ack);
    for (const std::int64_t seq : round.batch.forget) want_later(Forget{seq});
    for (const Ended& ended : round.ended) want_later(ended);
  }

  // Once however often it came; beyond the queue's size it is left to come again.
  void settle_later(const wire::Ack& ack) {
    const bool known = std::any_of(again.begin(), again.end(), [&](const Command& command) {
      const wire::Ack* waiting = std::get_if<wire::Ack>(&command);
      return waiting != nullptr && same_answer(*waiting, ack);
    });
    if (!known && again.size() < kQueueMax) want_later(ack);
  }

  void take(const LoadDone& done) {
    if (done.rows) {
      step(Loaded{done.load.function, *done.rows, done.rows->size() >= done.load.most});
      return;
    }
    log(Level::error, "the outbox cannot be read", {{"why", done.rows.error().detail}});
    want_later(done.load);
  }
};

Outbox::Outbox(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Outbox>> Outbox::open(Loop& loop, Sender sender, const Clock& clock,
                                             std::unique_ptr<Table> table, Out out) {
  auto state = std::make_shared<State>(loop, clock, std::move(sender), std::move(out));
  const Result<std::vector<std::string>> functions = table->functions();
  Result<std::vector<wire::Upload>> uploads = table->uploads();
  if (!functions) return fail(functions.error());
  if (!uploads) return fail(uploads.error());
  state->totals = table->totals();
  state->uploads = std::move(*uploads);
  state->table = std::move(table);
  state->disk = std::thread([raw = state.get()] { raw->work(); });
  for (const std::string& function : *functions) state->step(Waiting{function});
  return std::unique_ptr<Outbox>(new Outbox(std::move(state)));
}

Outbox::~Outbox() {
  state_->open = false;
  state_->tick = Loop::Timer();
  state_->again_later = Loop::Timer();
  state_->queue.close();
  state_->disk.join();
  state_->table.reset();
}

void Outbox::put(Row row, Done done) {
  if (state_->queue.size() >= kPutsWaitingMax) return done(PutResult::full, 0);
  state_->queue.push(Put{std::move(row), std::move(done)});
}

void Outbox::answered(const wire::Ack& ack) {
  state_->queue.push(ack);  // when it does not fit the row is sent again, and answered again
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

void Outbox::upload_ended(const std::string& hash, bool done) { state_->want(Ended{hash, done}); }

const std::vector<wire::Upload>& Outbox::uploads() const { return state_->uploads; }
const Totals& Outbox::totals() const { return state_->totals; }
bool Outbox::stalled() const { return state_->sender.stalled(); }
bool Outbox::connected() const { return state_->connected; }

}  // namespace trayline::agent
