#include "cloud/payments/provider.hpp"

namespace trayline::payments {
namespace {

tl::unexpected<Error> not_done() { return fail(Code::invalid_argument, "provider_refused"); }

}  // namespace

void Provider::increment(std::string, std::int64_t, std::string, Seen seen) { seen(not_done()); }
void Provider::find(NewIntent, Seen seen) { seen(fail(Code::not_found, "no such intent")); }
void Provider::refund(NewRefund, Refunded done) { done(not_done()); }
void Provider::find_refund(NewRefund, Refunded done) {
  done(fail(Code::not_found, "no such refund"));
}
void Provider::settle(std::string, std::string, Seen seen) { seen(not_done()); }
void Provider::detach(std::string, std::string, std::function<void(Result<void>)> done) {
  done({});
}
void Provider::secret(std::string, std::function<void(Result<Json>)> done) { done(not_done()); }

}  // namespace trayline::payments
