// Encodings, digests, ids, money, random, time, queue, check.
#include <gtest/gtest.h>

#include <limits>

#include "lib/base/check.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/metrics.hpp"
#include "lib/base/money.hpp"
#include "lib/base/queue.hpp"
#include "lib/base/random.hpp"
#include "lib/base/utf8.hpp"

namespace trayline {
namespace {

TEST(Encoding, MatchesTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : table) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    const auto back = from_base64(coded);
    ASSERT_TRUE(back) << coded;
    EXPECT_EQ(as_text(*back), plain);
  }
  EXPECT_EQ(to_base64url(as_bytes("\xfb\xff")), "-_8");
  for (const std::string_view bad : {"Zg=", "Zh==", "Z", "Zg==Zg==", "Zm 8="}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
}

TEST(Encoding, HexAndPercentRoundTripAndRefuseBrokenText) {
  EXPECT_EQ(to_hex(as_bytes("\x01\xab")), "01ab");
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_EQ(percent_encode("a b/\xc3\xa9"), "a%20b%2F%C3%A9");
  EXPECT_EQ(*percent_decode("a%20b+c", true), "a b c");
  EXPECT_FALSE(percent_decode("%2"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(Digest, MatchesPublishedVectors) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2.
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Ids, RefuseWhatCouldEscapeATopicOrAPath) {
  for (const std::string_view good : {"a", "core-1", "0123456789012345678901234567890123456789"}) {
    EXPECT_TRUE(is_core_id(good)) << good;
  }
  for (const std::string_view bad : {"", "A", "a/b", "a+", "#", "$x", "a_b", "a b",
                                     "01234567890123456789012345678901234567890"}) {
    EXPECT_FALSE(is_core_id(bad)) << bad;
  }
}

TEST(Ids, Uuid7SortsByTimeAndIsWellFormed) {
  SeededRandom random(1);
  const std::string a = uuid7(from_ms(1000), random);
  const std::string b = uuid7(from_ms(1001), random);
  EXPECT_LT(a, b);
  EXPECT_TRUE(is_uuid7(a));
  EXPECT_FALSE(is_uuid7("0b8d3d8e-9f0e-4a51-8b0a-3a1d5a6c7e11")) << "version 4";
}

TEST(Money, RefusesOverflowAndMixedCurrencies) {
  const Currency eur = *Currency::parse("EUR");
  const Money most{std::numeric_limits<std::int64_t>::max(), eur};
  EXPECT_FALSE(add(most, Money{1, eur}));
  EXPECT_FALSE(multiply(most, 2));
  EXPECT_FALSE(add(Money{1, eur}, Money{1, *Currency::parse("USD")}));
  EXPECT_EQ(*add(Money{1, eur}, Money{2, eur}), (Money{3, eur}));
  for (const std::string_view bad : {"", "eur", "EURO", "E1R"}) EXPECT_FALSE(Currency::parse(bad));
}

TEST(Money, PrintsMinorUnitsPerCurrency) {
  EXPECT_EQ(to_string(Money{1250, *Currency::parse("EUR")}), "EUR 12.50");
  EXPECT_EQ(to_string(Money{-5, *Currency::parse("EUR")}), "EUR -0.05");
  EXPECT_EQ(to_string(Money{500, *Currency::parse("JPY")}), "JPY 500");
}

TEST(Clock, PrintsRfc3339) {
  EXPECT_EQ(to_rfc3339(from_ms(1772510706007)), "2026-03-03T04:05:06.007Z");
}

TEST(Queue, RefusesWhenFullAndDrainsAfterClose) {
  BoundedQueue<int> queue(2);
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  EXPECT_FALSE(queue.push(3)) << "a full queue refuses";
  queue.close();
  EXPECT_FALSE(queue.push(4)) << "a closed queue refuses";
  EXPECT_EQ(queue.take(64, std::nullopt), (std::vector<int>{1, 2}));
}

TEST(Check, ThrowsInsideATickOnly) {
  const ChecksThrow scope;
  EXPECT_THROW(check(false, "broken"), Broken);
  EXPECT_NO_THROW(check(true, "fine"));
}

TEST(Metrics, CountsByNameAndLabels) {
  Metrics metrics;
  metrics.counter("trayline_test_total", "A test.", {{"kind", "a"}}).add(2);
  metrics.counter("trayline_test_total", "A test.", {{"kind", "a"}}).add();
  EXPECT_EQ(metrics.counter("trayline_test_total", "A test.", {{"kind", "a"}}).value(), 3U);
  EXPECT_NE(metrics.text().find("trayline_test_total{kind=\"a\"} 3"), std::string::npos);
}

TEST(Utf8, KnowsTheEdgesOfTheEncoding) {
  struct Case {
    std::string text;
    bool valid;
  };
  const Case cases[] = {
      {"", true},
      {"a\x7f", true},
      {"\xc2\x80", true},
      {"\xc1\xbf", false},
      {"\x80", false},
      {"\xc2", false},
      {"\xc2\x41", false},
      {"\xe0\xa0\x80", true},
      {"\xe0\x9f\xbf", false},
      {"\xed\x9f\xbf", true},
      {"\xed\xa0\x80", false},
      {"\xef\xbf\xbf", true},
      {"\xf0\x90\x80\x80", true},
      {"\xf0\x8f\xbf\xbf", false},
      {"\xf4\x8f\xbf\xbf", true},
      {"\xf4\x90\x80\x80", false},
      {"\xf5\x80\x80\x80", false},
      {"\xe2\x82", false},
      {"\xe2\x82\x41", false},
  };
  for (const auto& c : cases) {
    std::string shown;
    for (const char byte : c.text) shown += " " + std::to_string(static_cast<unsigned char>(byte));
    EXPECT_EQ(is_utf8(c.text), c.valid) << "bytes" << shown;
  }
}

}  // namespace
}  // namespace trayline
