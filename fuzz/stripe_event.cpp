// A provider's event: read or refused, and what is read can be written and read again.
#include "cloud/payments/stripe_provider.hpp"
#include "lib/base/encoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  const Result<stripe::Event> event = stripe::decode_event(as_text({data, size}));
  if (!event) return 0;
  const auto message = payments::message_of(*event);
  if (!message || !*message) return 0;
  const auto& in = std::any_cast<const wire::payments::In&>((*message)->body);
  const Json json = wire::variant_to_json(in);
  if (!wire::variant_from_json<wire::payments::In>(json)) __builtin_trap();
  return 0;
}
