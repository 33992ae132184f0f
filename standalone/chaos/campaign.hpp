// The conductor of a campaign: blow after blow, now and then a pause in which everything must come
// to its right end, and the books are compared. Runs beside the loop's thread.
#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "standalone/chaos/audit.hpp"
#include "standalone/chaos/blow.hpp"
#include "standalone/chaos/chaos.hpp"
#include "standalone/chaos/crew.hpp"
#include "standalone/chaos/disk.hpp"
#include "standalone/chaos/facts.hpp"
#include "standalone/chaos/market.hpp"

namespace trayline::chaos {

struct Report {
  int blows = 0;
  int unopenable = 0;  // a store that did not start after a blow
  int crashes = 0;     // programs that ended by themselves
  std::uint64_t steps_back = 0;
  double seconds = 0;
  std::vector<std::int64_t> recovery_ms;  // of blows to the cloud or its database
  std::vector<std::int64_t> ready_ms;     // of them, until the program said that it is ready
  std::vector<std::string> struck;        // how often whom
  Audit audit;
  bool ok(const Options& options) const;
};
Json to_json(const Report& report, const Options& options);
// The value below which this share of them lies; 0 of none. Pure.
std::int64_t percentile(std::vector<std::int64_t> values, double share);

struct Parts {
  const Options& options;
  const Stage& stage;
  Loop& loop;
  const Clock& clock;
  Random& random;  // of the conductor alone
  Moments& moments;
  Crew& crew;
  Market& market;
  Disk* disk = nullptr;  // powercut
  const std::atomic<bool>& stop;
  std::function<void(const std::string&)> say;
};

class Campaign {
 public:
  explicit Campaign(Parts parts) : parts_(std::move(parts)), archive_(parts_.stage) {}
  // Starts everything, strikes, and audits. An error: it could not be carried out.
  Result<Report> run();

 private:
  Result<void> open();
  std::vector<std::string> victims() const;
  Result<void> strike(const Blow& blow);
  Result<void> kill(const std::string& victim);
  Result<void> pause(const std::string& victim, Millis time);
  Result<void> cut();
  void recover(const Blow& blow, Millis began, const std::string& committed_after);
  // Everything up, nothing new, until all is as it should be or the time is over; then the audit.
  Result<void> settle();
  bool converged(Facts& facts);
  void note(const std::string& victim);

  Parts parts_;
  Archive archive_;
  Report report_;
  std::vector<std::string> tokens_;
  std::map<std::string, int> struck_;
};

}  // namespace trayline::chaos
