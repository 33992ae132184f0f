// cloud.toml: what is taken, and what is refused with a word on how to mend it.
#include "cloud/settings.hpp"

#include <gtest/gtest.h>

namespace trayline::cloud {
namespace {

Result<Settings> read(const std::string& more) {
  const auto document = config::parse_toml(R"(
data_dir = "state"
store_file = "store.toml"
[payments]
secret_key_file = "k"
publishable_key_file = "p"
webhook_secret_files = ["w"]
)" + more,
                                           "cloud.toml");
  if (!document) return fail(document.error());
  return config::read_config<Settings>(*document);
}

TEST(Settings, TakesEndpointsOfWebhooks) {
  const Result<Settings> settings = read(R"(
[[webhooks.endpoint]]
id = "books-2"
url = "https://books.example.com/trayline"
secret_files = ["new", "old"]
events = ["order.paid", "order.refunded"]
[[webhooks.endpoint]]
id = "kitchen"
url = "http://10.0.0.7:8080/a@b"
secret_files = ["k"]
)");
  ASSERT_TRUE(settings) << settings.error().detail;
  ASSERT_EQ(settings->webhooks.endpoint.size(), 2U);
  EXPECT_EQ(settings->webhooks.endpoint[0].events.size(), 2U);
  EXPECT_TRUE(settings->webhooks.endpoint[1].events.empty());
  EXPECT_TRUE(read("")->webhooks.endpoint.empty());
}

TEST(Settings, RefusesEndpointsThatCannotWork) {
  const auto endpoint = [](const std::string& id, const std::string& url, const std::string& rest) {
    return "[[webhooks.endpoint]]\nid = \"" + id + "\"\nurl = \"" + url + "\"\n" + rest + "\n";
  };
  const std::string one = endpoint("a", "http://h/", "secret_files = [\"k\"]");
  std::string many;
  for (int i = 0; i < 17; ++i) {
    many += endpoint("e" + std::to_string(i), "http://h/", "secret_files = [\"k\"]");
  }
  const std::pair<std::string, const char*> wrong[] = {
      {endpoint("A", "http://h/", "secret_files = [\"k\"]"), "[a-z0-9-]{1,40}"},
      {endpoint("a", "ftp://h/", "secret_files = [\"k\"]"), "http:// or https://"},
      {endpoint("a", "http://me:word@h/", "secret_files = [\"k\"]"), "user name or password"},
      {endpoint("a", "http://h/" + std::string(2'000, 'x'), "secret_files = [\"k\"]"), "2000"},
      {endpoint("a", "http://h/", "secret_files = []"), "1 to 4 files"},
      {endpoint("a", "http://h/", "secret_files = [\"a\", \"b\", \"c\", \"d\", \"e\"]"), "1 to 4"},
      {endpoint("a", "http://h/", ""), "secret_files"},
      {endpoint("a", "http://h/", "secret_files = [\"k\"]\nevents = [\"order.payed\"]"),
       "order.paid"},
      {endpoint("a", "http://h/", "secret_files = [\"k\"]\nsecret = \"whsec_\""), "secret"},
      {one + one, "two have the id"},
      {many, "16 at most"}};
  for (const auto& [text, says] : wrong) {
    const Result<Settings> settings = read(text);
    ASSERT_FALSE(settings) << text;
    EXPECT_NE(settings.error().detail.find(says), std::string::npos) << settings.error().detail;
  }
}

}  // namespace
}  // namespace trayline::cloud
