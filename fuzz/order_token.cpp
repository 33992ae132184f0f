// Any bytes as the code of an order or a customer: nothing passes that was not signed.
#include "cloud/orders/token.hpp"
#include "lib/base/check.hpp"
#include "lib/base/encoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  const std::string key(32, 'k');
  static const std::string ours =
      orders::sign_token({"0123456789abcdef", from_ms(1'800'000'000'000)}, key);
  static const std::string theirs =
      orders::sign_customer({UserId("somebody"), from_ms(1'800'000'000'000)}, key);
  const std::string_view text = as_text({data, size});
  const bool read = orders::read_token(text, key).has_value();
  check(!read || text == ours, "only what we signed is a token");
  const bool customer = orders::read_customer(text, key).has_value();
  check(!customer || text == theirs, "only what we signed is a customer's token");
  check(orders::read_token(ours, key).has_value(), "what we signed is a token");
  return 0;
}
