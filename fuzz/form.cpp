// Form bodies as the simulator of Stripe reads them: whatever is accepted can be flattened and
// read again, and means the same.
#include "sim/stripe/form.hpp"

#include "lib/base/encoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  const auto form = stripe_sim::parse_form(as_text({data, size}));
  if (!form) return 0;
  const auto pairs = stripe_sim::flatten(*form);
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += percent_encode(name) + "=" + percent_encode(value) + "&";
  }
  if (text.size() > stripe_sim::FormLimits{}.bytes_max) return 0;
  const auto again = stripe_sim::parse_form(text);
  if (!again || stripe_sim::flatten(*again) != pairs) __builtin_trap();
  return 0;
}
