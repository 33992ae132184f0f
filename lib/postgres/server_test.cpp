// A server of our own: starts, comes back after it was killed, and leaves nothing behind.
#include "lib/postgres/server.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "lib/postgres/programs.hpp"

namespace trayline::postgres {
namespace {

Result<std::string> ask(const Server& server, const std::string& sql) {
  return run({{program("psql"), server.url("shop"), "-w", "-Atqc", sql}, {}, ""});
}

TEST(Server, KeepsItsDatabasesWhenItIsKilledAndLeavesNothingBehind) {
  std::string folder;
  {
    auto started = Server::start({});
    if (!started && started.error().code == Code::not_found) GTEST_SKIP() << started.error().detail;
    ASSERT_TRUE(started) << started.error().detail;
    Server& server = **started;
    folder = server.folder();
    ASSERT_TRUE(server.create_database("shop"));
    ASSERT_TRUE(ask(server, "CREATE TABLE t (n bigint); INSERT INTO t VALUES (7)"));
    server.kill();
    EXPECT_EQ(server.pid(), -1);
    EXPECT_FALSE(ask(server, "SELECT 1"));
    const auto again = server.start_again();
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(ask(server, "SELECT n FROM t").value_or("nothing"), "7\n");
    EXPECT_EQ(ask(server, "SHOW server_encoding").value_or("nothing"), "UTF8\n");
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(Programs, SayWhatFailed) {
  EXPECT_EQ(run({{"/nowhere/pg_dump"}, {}, ""}).error().code, Code::not_found);
  const auto failed = run({{"/bin/sh", "-c", "echo out; echo wrong >&2; exit 3"}, {}, ""});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().detail, "/bin/sh failed: wrong");
  const auto said = run({{"/bin/sh", "-c", "echo $WORD"}, {{"WORD", "hello"}}, ""});
  EXPECT_EQ(said.value_or("nothing"), "hello\n");
  EXPECT_EQ(program("no-such-program"), "");
}

}  // namespace
}  // namespace trayline::postgres
