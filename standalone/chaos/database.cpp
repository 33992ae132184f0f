#include "standalone/chaos/database.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <sstream>

#include "lib/store/sqlite.hpp"

namespace trayline::chaos {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFolder = "/usr/lib/postgresql/15/bin/";  // of Debian
constexpr const char* kOwner = "trayline";

Result<Table> ask_sqlite(const Stage& stage, const char* sql,
                         const std::vector<std::string>& columns) {
  const auto reader = store::open_sqlite_reader(stage.disks.cloud + "/cloud.db");
  if (!reader) return fail(reader.error());
  const Result<store::Answer> rows = (*reader)->run(store::Statement{"chaos.ask", sql, ""});
  if (!rows) return fail(rows.error());
  Table out;
  for (const store::Row& row : *rows) {
    std::vector<std::string> texts;
    for (const std::string& column : columns) texts.push_back(row.text(column));
    out.push_back(std::move(texts));
  }
  return out;
}

// Unaligned output: a line per row, columns with a bar between; our texts hold neither.
Result<Table> ask_postgres(const Stage& stage, const char* sql, std::size_t columns) {
  const Result<std::string> text = run_program(
      {postgres_program("psql"), "-X", "-A", "-t", "-q", postgres_url(stage), "-c", sql});
  if (!text) return fail(text.error());
  Table out;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> texts(1);
    for (const char c : line) {
      if (c == '|') {
        texts.emplace_back();
      } else {
        texts.back().push_back(c);
      }
    }
    if (texts.size() == columns) out.push_back(std::move(texts));
  }
  return out;
}

}  // namespace

Result<std::string> run_program(std::vector<std::string> words, const std::string& user) {
  if (!user.empty() && ::geteuid() == 0) {
    words.insert(words.begin(),
                 {"setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "--"});
  }
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Code::unavailable, "no pipe can be made");
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDERR_FILENO);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, arguments[0], &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; error == 0 && (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  if (error != 0) return fail(Code::not_found, words[0] + ": " + std::strerror(error));
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  return fail(Code::unavailable, words[0] + " failed: " + text);
}

std::string postgres_program(const std::string& name) {
  const std::string path = kFolder + name;
  return ::access(path.c_str(), X_OK) == 0 ? path : std::string();
}

std::string postgres_data(const Stage& stage) { return stage.disks.postgres + "/data"; }

std::string postgres_url(const Stage& stage) {
  return "postgresql://" + std::string(kOwner) +
         "@127.0.0.1:" + std::to_string(stage.postgres_port) + "/postgres";
}

Result<void> make_cluster(const Stage& stage) {
  const std::string data = postgres_data(stage);
  std::error_code error;
  fs::create_directories(data, error);
  if (error) return fail(Code::unavailable, data + ": " + error.message());
  if (::geteuid() == 0) {
    const auto owned = run_program({"chown", kPostgresUser, data});
    if (!owned) return fail(owned.error());
  }
  const auto made = run_program({postgres_program("initdb"), "-D", data, "-U", kOwner, "-A",
                                 "trust", "-E", "UTF8", "--locale=C"},
                                kPostgresUser);
  return made ? Result<void>() : fail(made.error());
}

Result<Table> ask_cloud(const Stage& stage, const char* sql,
                        const std::vector<std::string>& columns) {
  if (stage.options.engine == Engine::postgres) return ask_postgres(stage, sql, columns.size());
  return ask_sqlite(stage, sql, columns);
}

}  // namespace trayline::chaos
