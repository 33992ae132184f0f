#include "standalone/database/backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cloud/open_store.hpp"
#include "lib/postgres/programs.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::database {
namespace {

using store::Engine;

// A password as libpq reads it from a file (libpq manual, "The Password File"); removed with this.
class PassFile {
 public:
  static Result<std::unique_ptr<PassFile>> make(const std::string& password_file) {
    std::string line;
    std::ifstream source(password_file);
    if (!source || !std::getline(source, line))
      return fail(Code::unavailable, "cannot read the password from " + password_file);
    std::string path = (std::filesystem::temp_directory_path() / "trayline-pass-XXXXXX").string();
    const int fd = ::mkstemp(path.data());  // 0600
    if (fd < 0) return fail(Code::unavailable, "cannot write " + path);
    std::unique_ptr<PassFile> file(new PassFile(path));
    std::string text = "*:*:*:*:";
    for (const char c : line) {
      if (c == ':' || c == '\\') text += '\\';
      text += c;
    }
    text += '\n';
    const bool written = ::write(fd, text.data(), text.size()) == std::ssize(text);
    ::close(fd);
    if (!written) return fail(Code::unavailable, "cannot write " + path);
    return file;
  }
  ~PassFile() { ::unlink(path_.c_str()); }
  PassFile(const PassFile&) = delete;
  PassFile& operator=(const PassFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  explicit PassFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Error no_program(const std::string& name) {
  return {Code::not_found, "there is no " + name + " here; install the client of PostgreSQL"};
}

// Runs a program of PostgreSQL against the database.
Result<void> run_program(const std::string& name, std::vector<std::string> arguments,
                         const Place& place) {
  postgres::Run what;
  what.command = {postgres::program(name)};
  if (what.command[0].empty()) return fail(no_program(name));
  what.command.insert(what.command.end(), {"--no-password", "--dbname=" + place.address});
  what.command.insert(what.command.end(), arguments.begin(), arguments.end());
  std::unique_ptr<PassFile> password;
  if (!place.password_file.empty()) {
    auto made = PassFile::make(place.password_file);
    if (!made) return fail(made.error());
    password = std::move(*made);
    what.environment["PGPASSFILE"] = password->path();
  }
  const Result<std::string> done = postgres::run(what);
  if (!done) return fail(done.error());
  return {};
}

Result<void> sync(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!done) return fail(Code::unavailable, path + " cannot be written to the disk");
  return {};
}

// To its name only when it is whole and on the disk.
Result<void> put_in_place(const std::string& part, const std::string& file) {
  if (auto done = sync(part); !done) return done;
  std::error_code failed;
  std::filesystem::rename(part, file, failed);
  if (failed) return fail(Code::unavailable, file + ": " + failed.message());
  return sync(std::filesystem::absolute(file).parent_path().string());
}

Result<void> dump(const Place& from, const std::string& file) {
  const std::string part = file + ".part";
  ::umask(S_IRWXG | S_IRWXO);
  auto done = run_program("pg_dump", {"--format=custom", "--no-owner", "--file=" + part}, from);
  if (done) done = put_in_place(part, file);
  std::error_code ignored;
  if (!done) std::filesystem::remove(part, ignored);
  return done;
}

Result<Engine> engine_of(const std::string& file) {
  std::error_code failed;
  const auto status = std::filesystem::status(file, failed);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return fail(Code::invalid_argument, file + " is no regular file; copy the backup into one");
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Code::not_found, "there is no backup " + file);
  std::string begin(16, '\0');
  in.read(begin.data(), std::ssize(begin));
  if (begin.starts_with("SQLite format 3")) return Engine::sqlite;
  if (begin.starts_with("PGDMP")) return Engine::postgres;
  return fail(Code::invalid_argument, file + " is no backup of a store");
}

tl::unexpected<Error> not_ours(const std::string& file) {
  return fail(Code::invalid_argument, file + " is no backup of a store of Trayline");
}

// Files that are gone when this is, unless they have found their place.
struct Part {
  ~Part() {
    std::error_code failed;
    for (const char* suffix : {"", "-wal", "-shm", ".lock"})
      std::filesystem::remove(path + suffix, failed);
  }
  std::string path;
};

// Scans the copy, and looks whether it is a store.
Result<void> check_copy(const std::string& part, const std::string& file) {
  if (auto sound = store::open_sqlite({.path = part}, nullptr); !sound) return fail(sound.error());
  const auto reader = store::open_sqlite_reader(part);
  if (!reader) return fail(reader.error());
  const Result<void> ours = cloud::must_be_ours(**reader, file);
  if (!ours && ours.error().code == Code::not_found) return not_ours(file);
  return ours;
}

// The copy is looked at before it takes the place of what is there.
Result<RestoreReport> restore_sqlite(const std::string& file, const Place& to, bool replace,
                                     const Clock& clock) {
  const std::string part = to.address + ".restored";
  std::error_code failed;
  std::filesystem::remove(part, failed);
  const Part leaves_nothing{part};
  if (auto copied = store::copy_sqlite(file, part); !copied) return fail(copied.error());
  RestoreReport report;
  if (auto sound = check_copy(part, file); !sound) return fail(sound.error());
  {
    const auto present = open_alone(to);  // and so holds the lock while it is replaced
    if (!present) return fail(present.error());
    auto reader = (*present)->reader();
    if (!reader) return fail(reader.error());
    const Result<std::int64_t> rows = count_rows(**reader);
    if (!rows || *rows > 0) {
      if (!replace)
        return fail(Code::conflict, to.address +
                                        " is not empty; --replace keeps it under another "
                                        "name and restores the backup");
      report.kept = fmt::format("{}.before-{}", to.address, to_ms(clock.now()));
      if (auto kept = store::copy_sqlite(to.address, report.kept); !kept) return fail(kept.error());
    }
  }
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(to.address + suffix, failed);
  if (auto done = put_in_place(part, to.address); !done) return fail(done.error());
  return report;
}

Result<RestoreReport> restore_postgres(const std::string& file, const Place& to, bool replace) {
  const std::string program = postgres::program("pg_restore");
  if (program.empty()) return fail(no_program("pg_restore"));
  const Result<std::string> listed = postgres::run({.command = {program, "--list", file}});
  if (!listed) return fail(listed.error());
  if (listed->find(" store_migrations ") == std::string::npos) return not_ours(file);
  {
    const auto present = open_alone(to);
    if (!present) return fail(present.error());
    auto reader = (*present)->reader();
    if (!reader) return fail(reader.error());
    const Result<std::int64_t> rows = count_rows(**reader);
    if (!replace && (!rows || *rows > 0))
      return fail(Code::conflict, "the database is not empty; --replace restores over it");
  }
  const auto done = run_program(
      "pg_restore",
      {"--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error", file},
      to);
  if (!done) return fail(done.error());
  return RestoreReport{};
}

}  // namespace

Result<BackupReport> back_up(const Place& from, const std::string& file) {
  if (std::filesystem::exists(file))
    return fail(Code::conflict, file + " is there already; name another file or remove it");
  if (auto ours = must_be_ours(from); !ours) return fail(ours.error());
  const Result<void> done =
      from.engine == Engine::sqlite ? store::copy_sqlite(from.address, file) : dump(from, file);
  if (!done) return fail(done.error());
  std::error_code failed;
  return BackupReport{file, static_cast<std::int64_t>(std::filesystem::file_size(file, failed))};
}

Result<RestoreReport> restore(const std::string& file, const Place& to, bool replace,
                              const Clock& clock) {
  const Result<Engine> engine = engine_of(file);
  if (!engine) return fail(engine.error());
  if (*engine != to.engine)
    return fail(
        Code::invalid_argument,
        file + " is a backup of the other engine; restore it there, then use trayline move");
  if (auto fits = look_into(to); !fits) return fail(fits.error());
  return to.engine == Engine::sqlite ? restore_sqlite(file, to, replace, clock)
                                     : restore_postgres(file, to, replace);
}

}  // namespace trayline::database
