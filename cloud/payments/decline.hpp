// Why a payment did not go through, in words for its customer. Pure; a closed list, so that nothing
// of the provider's inside is ever shown. Codes: docs.stripe.com/declines/codes.
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>

namespace trayline::payments {

enum class NextStep { other_card, try_again, contact_bank, confirm, add_card, ask_staff };
constexpr auto enum_names(NextStep) {
  using enum NextStep;
  using namespace std::string_view_literals;
  return std::array{std::pair{other_card, "other_card"sv},     std::pair{try_again, "try_again"sv},
                    std::pair{contact_bank, "contact_bank"sv}, std::pair{confirm, "confirm"sv},
                    std::pair{add_card, "add_card"sv},         std::pair{ask_staff, "ask_staff"sv}};
}

struct Decline {
  std::string_view code;    // the provider's word, or ours
  std::string_view reason;  // what leaves the service: a lost card is told like any other
  std::string_view words;
  NextStep next = NextStep::other_card;
};

std::span<const Decline> all_declines();
// What a code means; codes that are not listed are declined cards.
const Decline& decline_of(std::string_view code);
// "" stays "".
std::string public_reason(std::string_view code);

}  // namespace trayline::payments
