// The outbox on disk: whole batches in one transaction each. No thread and no network; one thread
// at a time (the disk's). Conservation: of critical messages stored = acked + quarantined + rows.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "edge/agent/row.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/metrics.hpp"
#include "lib/store/store.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::agent {

struct OutboxLimits {
  std::int64_t bytes_max = 512LL << 20;        // payloads and kRowBytes for each
  std::int64_t other_bytes_max = 128LL << 20;  // of that, everything that is not critical
};
// What a row costs beside its payload, about.
inline constexpr std::int64_t kRowBytes = 256;

struct Totals {
  struct OfClass {
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
  };
  std::array<OfClass, 3> by_class;  // by Class
  // Over the life of the file; of critical messages.
  std::int64_t stored = 0;
  std::int64_t acked = 0;
  std::int64_t quarantined = 0;
  std::int64_t dropped = 0;   // normal ones, for room
  std::int64_t uploaded = 0;  // pictures
  std::int64_t corrupt = 0;   // times that the file was moved aside
  OfClass& of(Class cls) { return by_class[static_cast<std::size_t>(cls)]; }
  const OfClass& of(Class cls) const { return by_class[static_cast<std::size_t>(cls)]; }
};

// Where a message to be stored goes; pure.
enum class Admission { take, full };
Admission admit(const Totals& totals, const OutboxLimits& limits, Class cls, std::size_t bytes);

enum class PutResult {
  stored,
  repeated,  // the same key and payload are there already
  conflict,  // the same key with another payload
  full,
};

// What is waiting, at most kBatchMax rows to put.
inline constexpr std::size_t kBatchMax = 64;
struct Batch {
  std::vector<Row> puts = {};
  std::vector<wire::Ack> acks = {};
  std::vector<std::int64_t> forget = {};
  std::vector<std::string> uploads_ended = {};  // hashes
  std::int64_t uploads_done = 0;                // of these, those that the cloud has now
};
// An answer and the row it ended.
struct Settled {
  Row row;
  wire::Ack ack;
};
struct BatchDone {
  std::vector<std::pair<PutResult, std::int64_t>> puts;  // with the sequence number
  std::vector<Row> stored;                               // those of them that are new, numbered
  std::vector<std::int64_t> gone;                        // replaced or dropped rows
  std::vector<Settled> settled;
};

class Table {
 public:
  // A file that is no sound database is moved aside (outbox.db.corrupt-<ms>), counted and logged.
  // conflict: another process has it; unavailable: the folder cannot be written.
  static Result<std::unique_ptr<Table>> open(const std::string& path, const OutboxLimits& limits,
                                             const Clock& clock, Metrics* metrics);
  // On a store that is open already; errors as the store's.
  static Result<std::unique_ptr<Table>> on(std::unique_ptr<store::Store> store,
                                           const OutboxLimits& limits, const Clock& clock);

  // One transaction. On an error nothing of the batch has happened, or all of it (unavailable from
  // the commit itself); both are mended by repetition: keys are unique, answers come again, and the
  // totals are read anew.
  Result<BatchDone> commit(const Batch& batch);
  Result<std::vector<Row>> load(const std::string& function, std::int64_t after, std::size_t most);
  Result<std::vector<std::string>> functions();
  Result<std::vector<wire::Upload>> uploads();
  const Totals& totals() const { return totals_; }

 private:
  Table(std::unique_ptr<store::Store> store, const OutboxLimits& limits, const Clock& clock)
      : store_(std::move(store)), limits_(limits), clock_(clock) {}
  struct Change;
  Result<void> load_totals();
  // After a commit of unknown outcome; rows that turn out to be on disk are new to the caller.
  Result<std::vector<Row>> resolve_doubt();
  Result<void> put(store::Session& session, const std::vector<Row>& rows, Change& change);
  Result<void> settle(store::Session& session, const std::vector<wire::Ack>& acks, Change& change);
  Result<void> drop_normal(store::Session& session, Change& change);
  Result<store::Answer> read(const store::Statement& statement, const store::Args& args);

  std::unique_ptr<store::Store> store_;
  OutboxLimits limits_;
  const Clock& clock_;
  Totals totals_;
  std::int64_t next_seq_ = 1;
  // A commit's outcome is not known: totals_ and next_seq_ may be old, and these may be on disk.
  bool doubtful_ = false;
  std::vector<Row> doubtful_puts_;
};

}  // namespace trayline::agent
