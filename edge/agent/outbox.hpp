// Store and forward towards the cloud: the table on its disk thread, the window on the loop.
// Everything here belongs to the loop's thread; the disk thread is inside.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "edge/agent/sender.hpp"
#include "edge/agent/table.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::agent {

class Outbox {
 public:
  struct Out {
    std::function<void(const Row&)> send;         // publish it; the broker's answer: delivered()
    std::function<void(const Settled&)> settled;  // the cloud's answer is on disk
    std::function<void()> changed;                // totals or stalled() may have changed
  };
  // Reads what waits, and fails as the table does. What is on disk starts to be sent after
  // connection(true).
  static Result<std::unique_ptr<Outbox>> open(Loop& loop, Sender sender, const Clock& clock,
                                              std::unique_ptr<Table> table, Out out);
  // Waits for the disk to finish what it has; answers that come later are not given.
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // done runs after the commit (or at once, with full, where too much waits for the disk).
  using Done = std::function<void(PutResult result, std::int64_t seq)>;
  void put(Row row, Done done);
  // The message is waited for until the answer is on disk; what the disk does not take is tried
  // again.
  void answered(const wire::Ack& ack);
  void connection(bool up);
  void delivered(std::int64_t seq);
  // The picture needs no upload any more; done: the cloud has it.
  void upload_ended(const std::string& hash, bool done);

  // Uploads that were asked for before this start.
  const std::vector<wire::Upload>& uploads() const;
  const Totals& totals() const;
  // The cloud owes answers.
  bool stalled() const;
  bool connected() const;

 private:
  struct State;
  explicit Outbox(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace trayline::agent
