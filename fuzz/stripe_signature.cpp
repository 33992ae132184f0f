// Webhook headers and bodies: never a crash, and nothing passes that was not signed.
#include "cloud/payments/stripe/signature.hpp"
#include "lib/base/encoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  const std::string_view input = as_text({data, size});
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view header = input.substr(0, line);
  const std::string_view body = input.substr(std::min(line + 1, input.size()));
  const std::string secrets[] = {"whsec_fuzz"};
  const Time now = from_ms(1'700'000'000'000);
  if (stripe::verify_signature(body, header, secrets, now)) __builtin_trap();
  if (!stripe::verify_signature(body, stripe::sign(body, secrets[0], now), secrets, now)) {
    __builtin_trap();
  }
  return 0;
}
