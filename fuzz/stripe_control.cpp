// What tests ask of the simulator of Stripe, faults and chaos: whatever is accepted can be carried
// out within its bounds.
#include "lib/base/encoding.hpp"
#include "sim/stripe/faults.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  const auto json = parse_json(as_text({data, size}));
  if (!json) return 0;
  if (auto fault = stripe_sim::parse_fault(*json)) {
    if (fault->n < 1 || fault->ms < 0 || fault->status < 400 || fault->status > 599) {
      __builtin_trap();
    }
    stripe_sim::Faults faults;
    if (!faults.add(std::move(*fault))) __builtin_trap();
    (void)faults.take("POST", "/v1/payment_intents/pi_1/capture");
  }
  if (auto settings = stripe_sim::parse_chaos(*json)) {
    const Millis longest(settings->webhook_late_ms);
    stripe_sim::Chaos chaos(std::move(*settings));
    (void)chaos.draw("POST", "/v1/refunds");
    for (const Millis delay : chaos.deliveries()) {
      if (delay < Millis(0) || delay > longest) __builtin_trap();
    }
  }
  return 0;
}
