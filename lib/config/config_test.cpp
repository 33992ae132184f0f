// A file and an environment into a struct: good ones, and the exact words for bad ones.
#include "lib/config/config.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

namespace trayline::config {

enum class Mode { simulated, live };
constexpr auto enum_names(Mode) {
  return std::array{std::pair{Mode::simulated, std::string_view("simulated")},
                    std::pair{Mode::live, std::string_view("live")}};
}

namespace {

struct Listen {
  std::string host = "127.0.0.1";
  int port = 8080;
  ByteSize body_max{256 << 10};
  Duration timeout{std::chrono::seconds(30)};
  static void describe(auto& member, auto& self) {
    member.defaulted("host", self.host);
    member.defaulted("port", self.port);
    member.defaulted("body_max", self.body_max);
    member.defaulted("timeout", self.timeout);
  }
  void validate(Complaints& wrong) const {
    if (port < 1 || port > 65535) wrong("port", "must be 1 to 65535");
  }
};

struct Item {
  Sku sku;
  std::int64_t price_minor = 0;
  std::vector<std::string> tags;
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("price_minor", self.price_minor);
    member.defaulted("tags", self.tags);
  }
};

struct Push {
  std::string url;
  std::optional<double> ratio;
  static void describe(auto& member, auto& self) {
    member("url", self.url);
    member("ratio", self.ratio);
  }
};

struct Store {
  std::string site;
  Currency currency;
  Mode mode = Mode::simulated;
  bool strict = true;
  Listen http;
  std::vector<Item> menu;
  std::optional<Push> push;
  std::optional<Money> deposit;
  static void describe(auto& member, auto& self) {
    member("site", self.site);
    member.defaulted("currency", self.currency);
    member.defaulted("mode", self.mode);
    member.defaulted("strict", self.strict);
    member.defaulted("http", self.http);
    member.defaulted("menu", self.menu);
    member("push", self.push);
    member("deposit", self.deposit);
  }
};

Result<Store> read(std::string_view text, const Environment& environment = {}) {
  const Result<Document> document = parse_toml(text, "store.toml");
  if (!document) return fail(document.error());
  return read_config<Store>(*document, environment);
}

std::string complaint(std::string_view text, const Environment& environment = {}) {
  const auto store = read(text, environment);
  return store ? "none" : store.error().detail;
}

constexpr std::string_view kGood = R"(site = "corner"   # one comment
currency = "EUR"
mode = "live"

[http]
port = 9000
body_max = "1MiB"
timeout = "1500ms"

[[menu]]
sku = "soup"
price_minor = 450
tags = ["hot", "vegan"]

[[menu]]
sku = "tea"
price_minor = 200

[push]
url = "http://localhost/"
ratio = 1

[deposit]
amount_minor = 100
currency = "EUR"
)";

TEST(Config, ReadsAFileIntoAStruct) {
  const auto store = read(kGood);
  ASSERT_TRUE(store) << store.error().detail;
  EXPECT_EQ(store->site, "corner");
  EXPECT_EQ(store->currency.str(), "EUR");
  EXPECT_EQ(store->mode, Mode::live);
  EXPECT_TRUE(store->strict) << "what the file leaves out keeps its default";
  EXPECT_EQ(store->http.host, "127.0.0.1");
  EXPECT_EQ(store->http.port, 9000);
  EXPECT_EQ(store->http.body_max.bytes, 1U << 20);
  EXPECT_EQ(store->http.timeout.value.count(), 1500);
  ASSERT_EQ(store->menu.size(), 2U);
  EXPECT_EQ(store->menu[0].tags, (std::vector<std::string>{"hot", "vegan"}));
  EXPECT_EQ(store->menu[1].price_minor, 200);
  EXPECT_EQ(store->push->ratio, 1.0);
  EXPECT_EQ(store->deposit->minor, 100);
}

TEST(Config, NamesThePlaceOfEveryProblem) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "store.toml:1:1: site: is required"},
      {"site = 7", "store.toml:1:8: site: expected a text"},
      {"site = \"a\"\nhttp = 1", "store.toml:2:8: http: expected a table"},
      {"site = \"a\"\nmenu = 1", "store.toml:2:8: menu: expected an array"},
      {"site = \"a\"\nmenu = [1]", "store.toml:2:9: menu[0]: expected a table"},
      {"site = \"a\"\nstrict = 1", "store.toml:2:10: strict: expected true or false"},
      {"site = \"a\"\nmode = \"best\"", "store.toml:2:8: mode: expected one of simulated live"},
      {"site = \"a\"\n[http]\nport = 1.5", "store.toml:3:8: http.port: expected an integer"},
      {"site = \"a\"\n[http]\nport = 99999999999",
       "store.toml:3:8: http.port: the number is out of range"},
      {"site = \"a\"\n[http]\nport = 70000", "store.toml:3:8: http.port: must be 1 to 65535"},
      {"site = \"a\"\n[http]\ntimeout = 30",
       "store.toml:3:11: http.timeout: expected a whole number with one of ms s min h d, such as "
       "\"30s\""},
      {"site = \"a\"\n[http]\nbody_max = \"1 MiB\"",
       "store.toml:3:12: http.body_max: expected a whole number with one of B KB KiB MB MiB GB GiB "
       "TB TiB, such as \"30KB\""},
      {"site = \"a\"\n[[menu]]\nsku = \"soup\"\n  price_minor = \"4.50\"",
       "store.toml:4:17: menu[0].price_minor: expected an integer"},
      {"site = \"a\"\n\n[[menu]]\nsku = \"soup\"",
       "store.toml:3:1: menu[0].price_minor: is required"},
      {"site = \"a\"\n[push]\nratio = 1.5", "store.toml:2:1: push.url: is required"},
      {"site = \"a\"\n[[menu]]\nsku = \"s\"\nprice_minor = 1\ntags = [\"a\", 2]",
       "store.toml:5:14: menu[0].tags[1]: expected a text"},
      {"site = \"a\"\ndeposit = {amount_minor = 1}",
       "store.toml:2:11: deposit.currency: is required"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(complaint(text), expected) << text;
}

TEST(Config, RefusesUnknownKeysAndSuggestsTheNearest) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"site = \"a\"\nstite = 1", "store.toml:2:1: stite: unknown key; did you mean site?"},
      {"site = \"a\"\nwholly_else = 1", "store.toml:2:1: wholly_else: unknown key"},
      {"site = \"a\"\n[htpp]\nport = 1", "store.toml:2:2: htpp: unknown key; did you mean http?"},
      {"site = \"a\"\n[http]\n  prot = 1",
       "store.toml:3:3: http.prot: unknown key; did you mean port?"},
      {"site = \"a\"\nhttp.Port = 1", "store.toml:2:6: http.Port: unknown key; did you mean port?"},
      {"site = \"a\"\n[[menu]]\nsku = \"s\"\nprice_minor = 1\nprise_minor = 2",
       "store.toml:5:1: menu[0].prise_minor: unknown key; did you mean price_minor?"},
      {"site = \"a\"\n[deposit]\namount_minor = 1\ncurrency = \"EUR\"\namount = 2",
       "store.toml:5:1: deposit.amount: unknown key"},
      {"site = \"a\"\n\"a/b\" = 1", "store.toml:2:1: a/b: unknown key"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(complaint(text), expected) << text;
}

TEST(Config, TellsAllProblemsInTheOrderOfTheFile) {
  EXPECT_EQ(complaint("strikt = 1\nsite = 2\n[http]\nport = \"x\"\nhots = \"\"\n"),
            "store.toml:1:1: strikt: unknown key; did you mean strict?\n"
            "store.toml:2:8: site: expected a text\n"
            "store.toml:4:8: http.port: expected an integer\n"
            "store.toml:5:1: http.hots: unknown key; did you mean host?");
  std::string many = "site = \"a\"\n";
  for (int i = 0; i < 25; ++i) many += fmt::format("unknown_{} = 1\n", i);
  EXPECT_TRUE(complaint(many).ends_with("\nand 5 more")) << complaint(many);
}

TEST(Config, RefusesWhatIsNoToml) {
  const std::pair<std::string_view, std::string_view> starts[] = {
      {"site", "store.toml:1:5: "},
      {"site = \"a", "store.toml:1:10: "},
      {"a = 1\na = 2", "store.toml:2:"},
      {"a = \"\x80\"", "store.toml:1:"},
      {"[a\n", "store.toml:1:3: "},
      {"\xC3\xA9 = 1", "store.toml:1:1: "},
      {"[[]]", "store.toml:1:3: "},
      {"[[\xC3\xA9]]", "store.toml:1:3: "},
      {"d = 2024-01-01", "store.toml:1:5: dates and times are not used; write a text in quotes"},
      {"d = [inf]", "store.toml:1:6: a number must be finite"},
      {"n = 9223372036854775808", "store.toml:1:"},
  };
  for (const auto& [text, start] : starts)
    EXPECT_TRUE(complaint(text).starts_with(start)) << text << " gave " << complaint(text);
  EXPECT_EQ(complaint(std::string(kFileBytesMax + 1, '#')),
            "store.toml: larger than 1048576 bytes");
  EXPECT_NE(complaint(std::string(100'000, '[')), "none") << "depth is bounded";
}

TEST(Config, TheEnvironmentOverridesScalars) {
  const auto store = read(kGood, {{"TRAYLINE_SITE", "42"},
                                  {"TRAYLINE_STRICT", "false"},
                                  {"TRAYLINE_HTTP_PORT", "1234"},
                                  {"TRAYLINE_HTTP_BODY_MAX", "2KiB"},
                                  {"TRAYLINE_MODE", "simulated"},
                                  {"TRAYLINE_PUSH_RATIO", "0.5"},
                                  {"TRAYLINE_MENU_0_SKU", "ignored: in an array"},
                                  {"TRAYLINE_OTHER", "of another program"}});
  ASSERT_TRUE(store) << store.error().detail;
  EXPECT_EQ(store->site, "42") << "a text stays a text";
  EXPECT_FALSE(store->strict);
  EXPECT_EQ(store->http.port, 1234);
  EXPECT_EQ(store->http.body_max.bytes, 2048U);
  EXPECT_EQ(store->mode, Mode::simulated);
  EXPECT_EQ(store->push->ratio, 0.5);
  EXPECT_EQ(store->menu[0].sku, Sku("soup"));
}

TEST(Config, TheEnvironmentMakesTablesThatTheFileLacks) {
  const auto none = read("site = \"a\"", {{"TRAYLINE_PUSHES_URL", "x"}});
  ASSERT_TRUE(none) << none.error().detail;
  EXPECT_FALSE(none->push);
  const auto made = read(
      "",
      {{"TRAYLINE_SITE", "a"}, {"TRAYLINE_PUSH_URL", "http://x/"}, {"TRAYLINE_HTTP_PORT", "9"}});
  ASSERT_TRUE(made) << made.error().detail;
  ASSERT_TRUE(made->push);
  EXPECT_EQ(made->push->url, "http://x/");
  EXPECT_EQ(made->http.port, 9);
}

TEST(Config, BlamesTheVariableForWhatItSays) {
  const std::pair<Environment, std::string_view> cases[] = {
      {{{"TRAYLINE_HTTP_PORT", "http"}}, "TRAYLINE_HTTP_PORT: http.port: expected an integer"},
      {{{"TRAYLINE_HTTP_PORT", "0"}}, "TRAYLINE_HTTP_PORT: http.port: must be 1 to 65535"},
      {{{"TRAYLINE_STRICT", "yes"}}, "TRAYLINE_STRICT: strict: expected true or false"},
      {{{"TRAYLINE_PUSH_RATIO", "1"}}, "store.toml:1:1: push.url: is required"},
      {{{"TRAYLINE_MODE", ""}}, "TRAYLINE_MODE: mode: expected one of simulated live"},
      {{{"TRAYLINE_HTTP_TIMEOUT", "5 s"}},
       "TRAYLINE_HTTP_TIMEOUT: http.timeout: expected a whole number with one of ms s min h d, "
       "such as \"30s\""},
  };
  for (const auto& [environment, expected] : cases)
    EXPECT_EQ(complaint("site = \"a\"", environment), expected);
}

TEST(Config, TakesItsOwnVariablesFromTheProcess) {
  ASSERT_EQ(::setenv("TRAYLINE_CONFIG_TEST", "a=b", 1), 0);
  const Environment environment = process_environment();
  ASSERT_TRUE(environment.contains("TRAYLINE_CONFIG_TEST"));
  EXPECT_EQ(environment.at("TRAYLINE_CONFIG_TEST"), "a=b");
  EXPECT_FALSE(environment.contains("PATH"));
}

TEST(Config, PrintsTheEffectiveValuesAsAFileThatReadsBack) {
  const auto store = read(kGood);
  ASSERT_TRUE(store);
  const std::string text = print_config(*store);
  EXPECT_EQ(text, R"(site = "corner"
currency = "EUR"
mode = "live"
strict = true

[http]
host = "127.0.0.1"
port = 9000
body_max = "1MiB"
timeout = "1500ms"

[[menu]]
sku = "soup"
price_minor = 450
tags = ["hot", "vegan"]

[[menu]]
sku = "tea"
price_minor = 200
tags = []

[push]
url = "http://localhost/"
ratio = 1.0

[deposit]
amount_minor = 100
currency = "EUR"
)");
  const auto again = read(text);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(print_config(*again), text);
}

}  // namespace
}  // namespace trayline::config
