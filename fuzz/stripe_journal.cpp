// Lines of the simulator's journal: whatever is accepted is applied, and written again means the
// same.
#include "lib/base/encoding.hpp"
#include "sim/stripe/journal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  auto changes = stripe_sim::decode_journal_line(as_text({data, size}));
  if (!changes) return 0;
  const std::string line = stripe_sim::encode_journal_line(*changes);
  const auto again = stripe_sim::decode_journal_line(line.substr(0, line.size() - 1));
  if (!again || again->size() != changes->size()) __builtin_trap();
  for (std::size_t i = 0; i < again->size(); ++i) {
    if ((*again)[i].id != (*changes)[i].id || (*again)[i].value != (*changes)[i].value) {
      __builtin_trap();
    }
  }
  stripe_sim::State state;
  for (stripe_sim::Change& change : *changes) state.apply(std::move(change));
  return 0;
}
