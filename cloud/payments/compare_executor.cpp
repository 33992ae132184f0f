#include "cloud/payments/compare_executor.hpp"

#include "cloud/payments/provider_lists.hpp"
#include "lib/base/log.hpp"

namespace trayline::payments {
namespace {

wire::payments::Compared summed_up(const AuditReport& report) {
  wire::payments::Compared out;
  out.differences = std::ssize(report.findings);
  out.difference_minor = report.difference_minor;
  out.payments = report.payments;
  out.transfers = report.transfers;
  for (std::size_t i = 0; i < report.findings.size() && i < kFindingsKept; ++i) {
    const Finding& finding = report.findings[i];
    out.findings += finding.kind + " " + finding.about + ": " + finding.words + "\n";
  }
  return out;
}

void tell(const wire::payments::Compared& result) {
  log(result.differences == 0 ? Level::info : Level::error,
      result.differences == 0 ? "the books agree with the provider's"
                              : "the books differ from the provider's: run trayline audit",
      {{"differences", std::to_string(result.differences)},
       {"difference_minor", std::to_string(result.difference_minor)},
       {"payments", std::to_string(result.payments)},
       {"findings", result.findings}});
}

// One comparison on its way; kept by the calls that are under way.
struct Comparison : std::enable_shared_from_this<Comparison> {
  Comparison(CompareParts p, std::string id, int t, std::shared_ptr<const host::Done> d)
      : parts(std::move(p)), effect(std::move(id)), tries(t), done(std::move(d)) {}

  const CompareParts parts;
  const std::string effect;
  const int tries;
  const std::shared_ptr<const host::Done> done;
  int looks = 0;

  void look() {
    const Time from = parts.clock.now() - kCompareWindow;
    parts.post([self = shared_from_this(), from] {
      const std::int64_t from_s = std::max<std::int64_t>(to_ms(from) / 1000, 0);
      list_provider(self->parts.client, from_s, [self, from](Result<std::vector<ProviderBook>> b) {
        if (!b) return self->again(b.error());
        const auto theirs = std::make_shared<std::vector<ProviderBook>>(std::move(*b));
        const bool runs = self->parts.work(
            [self, theirs, from](store::Session& reader) { self->compare(reader, *theirs, from); });
        if (!runs) self->again({Code::exhausted, "no worker has time"});
      });
    });
  }
  void compare(store::Session& reader, std::vector<ProviderBook> theirs, Time from) {
    Result<Books> books = parts.gather(reader);
    if (!books) return again(books.error());
    books->provider = std::move(theirs);
    // What was asked for at the edge of the window may be listed or not.
    books->provider_from_ms = to_ms(from + std::chrono::hours(1));
    const AuditReport report = audit(*books);
    if (!report.ok() && ++looks < kCompareLooks) return look();
    host::Outcome outcome;
    outcome.id = effect;
    const wire::payments::Compared result = summed_up(report);
    tell(result);
    outcome.result = host::to<wire::payments::In>(wire::payments::kService, result);
    (*done)({std::move(outcome)});
  }
  void again(const Error& error) {
    log(Level::warning, "the books could not be compared", {{"why", error.detail}});
    host::Outcome outcome;
    outcome.id = effect;
    outcome.retry_after = host::retry_delay(tries);
    outcome.error = error.detail;
    (*done)({std::move(outcome)});
  }
};

class CompareExecutor final : public host::Executor {
 public:
  explicit CompareExecutor(CompareParts parts) : parts_(std::move(parts)) {}

  bool carries(std::string_view kind) const override { return kind == kCompareEffect; }
  void execute(std::vector<host::Claimed> effects, host::Done done) override {
    const auto shared = std::make_shared<const host::Done>(std::move(done));
    for (const host::Claimed& effect : effects) {
      std::make_shared<Comparison>(parts_, effect.id, effect.tries, shared)->look();
    }
  }

 private:
  const CompareParts parts_;
};

}  // namespace

std::unique_ptr<host::Executor> make_compare_executor(CompareParts parts) {
  return std::make_unique<CompareExecutor>(std::move(parts));
}

}  // namespace trayline::payments
