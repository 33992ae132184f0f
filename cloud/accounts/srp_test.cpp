// The known answer of a whole exchange, and the padding rule.
#include "cloud/accounts/srp.hpp"

#include <gtest/gtest.h>

#include "lib/base/digest.hpp"

namespace trayline::accounts::srp {
namespace {

// Lower-case hex without leading zeros, as a big integer prints.
std::string hex(const Bytes& number) {
  const std::string text = to_hex(number);
  return text.substr(std::min(text.find_first_not_of('0'), text.size()));
}
Bytes bytes(std::string_view text) { return *from_hex(text); }

TEST(Srp, PadsLikeASignedBigInteger) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"7f", "7f"}, {"80", "0080"}, {"ff01", "00ff01"}, {"0001", "01"},
      {"00", "00"}, {"", "00"},     {"0080", "0080"},   {"000000007f", "7f"}};
  for (const auto& [in, out] : table) EXPECT_EQ(to_hex(pad(bytes(in))), out) << in;
}

TEST(Srp, GivesTheKnownAnswer) {
  const Identity who{"TrayPool1", "0b8d3d8e-9f0e-4a51-8b0a-3a1d5a6c7e11"};
  const Bytes salt = bytes("beb25379d1a8581eb5a727673a2441ee");
  const Bytes a = bytes("60975527035cf2ad1989806f0407210bc81edc04e2762a56afd529ddda2d4393");
  const Bytes b = bytes("e487cb59d31ac550471e81f00f6928e01dda08e974a004f49e61f5d105284d20");
  EXPECT_EQ(hex(multiplier()), "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6");
  const Bytes x = private_exponent(salt, who, "Tray-Passw0rd!");
  EXPECT_EQ(hex(x), "cb20075b5aaa9b326e98b8379c8daaad5b7ffc35dfe9f3e1628f3b530299ba93");
  const Bytes v = verifier(x);
  EXPECT_EQ(sha256_hex(hex(v)), "8dd284eb3f632ac5ce1b0e8167819b4034f693247eef81a04b4bb80f44c5c485");
  const Bytes a_public = client_public(a);
  EXPECT_EQ(sha256_hex(hex(a_public)),
            "218da0eb2ea467c6019e6db682c15da9e934bc643f23ea208aabd1cde715d658");
  const Bytes b_public = server_public(v, b);
  EXPECT_EQ(sha256_hex(hex(b_public)),
            "5ae721e0ae4283e3084b0223241ac1be1b247f258fea7058af818b3a7a3edda1");
  const Bytes u = scramble(a_public, b_public);
  EXPECT_EQ(hex(u), "64230a7050f15822b8b4e17ceac0c16b8ccb649945413fefb494081966495e2f");
  const Bytes key = session_key(u, server_secret({a_public, v, b, u}));
  EXPECT_EQ(hex(key), "7a181727dae87d2348902bf7864cf716");
  EXPECT_EQ(signature(key, who, "tray-secret-block-0001", "Tue Mar 3 04:05:06 UTC 2026"),
            "pLtLI61eeqcLb47TbbabygAHNLKBIRYgQOqyuodiLoY=");
}

TEST(Srp, RefusesPublicValuesThatAreZeroModuloN) {
  // With v = 0 and b = (N - 1) / 2 the public value is g^b = 1 or N - 1; N itself follows from it.
  EXPECT_FALSE(is_sound_public({}));
  EXPECT_FALSE(is_sound_public({0, 0}));
  EXPECT_TRUE(is_sound_public({1}));
}

}  // namespace
}  // namespace trayline::accounts::srp
