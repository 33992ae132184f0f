// When each waiting message is sent, and when again: the outbox's window as a pure state machine.
// It does no I/O and keeps no time; the shell (outbox.cpp) performs its actions. One thread.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "edge/agent/row.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"

namespace trayline::agent {

struct SenderLimits {
  std::size_t window = 100;  // rows in flight per function
  Millis first_wait{2'000};
  Millis longest_wait{600'000};
};

struct Connected {};
struct Lost {};
struct Stored {  // on disk since now
  Row row;
};
struct Waiting {  // there are rows of this function on disk
  std::string function;
};
struct Gone {  // replaced or dropped on disk
  std::int64_t seq = 0;
};
struct Loaded {  // what a Load asked for
  std::string function;
  std::vector<Row> rows;
  bool more = false;
};
struct Delivered {  // the broker has it
  std::int64_t seq = 0;
};
struct Answered {  // by the cloud; either may be empty
  std::string key;
  std::string sha256;
};
struct Tick {};
using SenderEvent =
    std::variant<Connected, Lost, Stored, Waiting, Gone, Loaded, Delivered, Answered, Tick>;

struct Send {
  Row row;
};
struct Forget {  // not critical, and the broker has it: delete it
  std::int64_t seq = 0;
};
struct Load {
  std::string function;
  std::int64_t after = 0;
  std::size_t most = 0;
};
using SenderAction = std::variant<Send, Forget, Load>;

// Per function a window of the oldest rows is in memory; the rest waits on disk. Rows are sent in
// order. When the oldest sent row of a function has no answer in time, the function is stalled:
// its whole window is sent again, in order, and nothing newer overtakes it until some answer shows
// that the cloud listens. Waits double from 2 s to 10 min, +-20 %; a new connection sends all at
// once again.
class Sender {
 public:
  explicit Sender(Random& random, SenderLimits limits = {}) : random_(random), limits_(limits) {}
  std::vector<SenderAction> step(const SenderEvent& event, Millis now);
  // When Tick is due; none while nothing is in flight or there is no connection.
  std::optional<Millis> due() const;
  // Some function waits for an overdue answer.
  bool stalled() const;

 private:
  struct Entry {
    Row row;
    bool sent = false;
    int tries = 0;
    Millis due{0};
  };
  struct Lane {
    std::map<std::int64_t, Entry> entries;  // the window, by seq
    std::int64_t last = 0;                  // highest seq that was ever in it
    bool more = false;                      // on disk beyond it
    bool loading = false;
    bool stalled = false;
    Entry* oldest_sent();
    const Entry* oldest_sent() const;
  };
  using Actions = std::vector<SenderAction>;

  void on(const Connected&, Millis now, Actions& out);
  void on(const Lost&, Millis now, Actions& out);
  void on(const Stored& event, Millis now, Actions& out);
  void on(const Waiting& event, Millis now, Actions& out);
  void on(const Gone& event, Millis now, Actions& out);
  void on(const Loaded& event, Millis now, Actions& out);
  void on(const Delivered& event, Millis now, Actions& out);
  void on(const Answered& event, Millis now, Actions& out);
  void on(const Tick&, Millis now, Actions& out);
  void send(Entry& entry, Millis now, Actions& out);
  // Sends what may go and asks for more where the window has room.
  void advance(const std::string& function, Lane& lane, Millis now, Actions& out);
  Millis wait(int tries);

  Random& random_;
  SenderLimits limits_;
  bool connected_ = false;
  std::map<std::string, Lane> lanes_;
};

}  // namespace trayline::agent
