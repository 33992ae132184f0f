// Looks around: versions, programs, locks, certificates, ports, disk, the books.
#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <opencv2/core/utility.hpp>

#include "cloud/open_store.hpp"
#include "cloud/payments/books_state.hpp"
#include "infra/broker/process.hpp"
#include "infra/pki/pki.hpp"
#include "standalone/doctor/judge.hpp"
#include "standalone/places/places.hpp"
#include "standalone/places/version.hpp"

namespace trayline::doctor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrograms[] = {"trayline-edge", "trayline-camera", "trayline-screen",
                                     "trayline-stripe", "trayline-tray"};

struct Known {
  std::uint16_t port;
  const char* what;
};
constexpr Known kPorts[] = {{8080, "the cloud's API"},
                            {8883, "the broker, for devices"},
                            {8884, "the broker, for the cloud"},
                            {12111, "the payment simulator"},
                            {8090, "the screen's page"}};

using Lines = std::vector<Line>;

void say(Lines& out, const char* section, std::string what, std::string found) {
  out.push_back({section, std::move(what), Level::ok, std::move(found), ""});
}

// The first line that `mosquitto -h` prints, "mosquitto version 2.0.11".
std::string version_of_mosquitto(const std::string& program) {
  const std::string command = "'" + program + "' -h 2>/dev/null";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  char text[128] = "";
  if (std::fgets(text, sizeof text, pipe) == nullptr) text[0] = '\0';
  while (std::fgetc(pipe) != EOF) {
  }
  ::pclose(pipe);
  std::string line(text);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line;
}

void look_at_versions(Lines& out) {
  say(out, "versions", "trayline", std::string(kVersion));
  say(out, "versions", "compiler", __VERSION__);
  say(out, "versions", "OpenSSL", ::OpenSSL_version(OPENSSL_VERSION));
  say(out, "versions", "SQLite", ::sqlite3_libversion());
  say(out, "versions", "OpenCV", cv::getVersionString());
  const std::string mosquitto = broker::mosquitto_program();
  if (mosquitto.empty()) {
    out.push_back({"versions", "mosquitto", Level::bad, "not installed",
                   "install the broker: apt-get install mosquitto"});
  } else {
    say(out, "versions", "mosquitto", mosquitto + ", " + version_of_mosquitto(mosquitto));
  }
}

void look_at_programs(Lines& out, const std::string& program) {
  const fs::path folder = fs::path(program).parent_path();
  for (const char* name : kPrograms) {
    const fs::path path = folder / name;
    if (::access(path.c_str(), X_OK) == 0) {
      say(out, "programs", name, "found");
    } else {
      out.push_back({"programs", name, Level::bad, "not in " + folder.string(),
                     "build it: `./trayline` in the source tree builds all programs"});
    }
  }
}

// Reads who wrote the lock file, and whether that process lives and is one of ours. The lock itself
// is not touched: a program that starts meanwhile must not be refused because of us.
Holder holder_of(const std::string& lock, const std::string& shown) {
  Holder holder{shown, 0, ""};
  std::ifstream(lock) >> holder.pid;
  if (holder.pid <= 0) return holder;
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(holder.pid) + "/comm"), name);
  if (name.starts_with("trayline")) holder.program = name;
  return holder;
}

// True where one of our programs has a store of this folder open.
bool look_at_state(Lines& out, const std::string& state) {
  const auto locks = places::find_files(state, ".db.lock");
  if (!locks) {
    const bool absent = locks.error().code == Code::not_found;
    out.push_back({"state", state, Level::warn,
                   absent ? "there is no such folder" : locks.error().detail,
                   absent ? "name the store's folder by --state; `trayline up` makes one"
                          : "name another state folder by --state"});
    return false;
  }
  bool runs = false;
  for (const std::string& lock : *locks) {
    const std::string shown = fs::path(lock).lexically_relative(state).string();
    const Holder holder = holder_of(lock, shown);
    runs = runs || !holder.program.empty();
    out.push_back(judge_holder(holder));
  }
  if (!runs) say(out, "state", state, "no program runs on it");
  return runs;
}

void look_at_certificates(Lines& out, const std::string& state, Time now) {
  const auto files = places::find_files(state, ".pem");
  if (!files) return;  // said by look_at_state
  for (const std::string& file : *files) {
    const std::string shown = fs::path(file).lexically_relative(state).string();
    if (shown.find("key") != std::string::npos) continue;  // keys, by file or folder
    const Result<pki::CertificateInfo> info = pki::read_certificate(file);
    if (!info) {
      out.push_back({"certificates", shown, Level::bad, "cannot be read: " + info.error().detail,
                     "move it away and make it anew (`trayline core create`, `trayline up`)"});
      continue;
    }
    out.push_back(
        judge_certificate({shown, info->common_name, info->not_before, info->not_after}, now));
  }
}

bool is_taken(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const int yes = 1;  // a port in TIME_WAIT is free for a server
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool taken = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0;
  ::close(fd);
  return taken;
}

void look_at_disk(Lines& out, const std::string& state) {
  std::error_code error;
  fs::path folder = fs::absolute(state, error);
  while (!folder.empty() && !fs::exists(folder, error) && folder != folder.root_path()) {
    folder = folder.parent_path();
  }
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) {
    out.push_back({"disk", folder.string(), Level::warn, "cannot be asked", "look with df"});
    return;
  }
  out.push_back(
      judge_disk(folder.string(), std::uint64_t{disk.f_bavail} * std::uint64_t{disk.f_frsize}));
}

// False: an earlier release wrote it.
Result<bool> has_books(store::Session& reader) {
  const auto rows = reader.run({"doctor.find_books",
                                "SELECT count(*) AS n FROM store_migrations "
                                "WHERE module = 'payments' AND name = '0006_books'",
                                {}});
  if (!rows) return fail(rows.error());
  return rows->at(0).integer("n") > 0;
}

// Beside the cloud that runs on it, or without one.
void look_at_books(Lines& out, const std::string& state, Time now) {
  const Result<std::string> config = places::find_cloud_config(state);
  if (!config) return;  // no store there yet, or several
  const Result<cloud::Settings> settings = cloud::load_settings(*config);
  if (!settings)
    return out.push_back({"payments", *config, Level::bad, settings.error().detail,
                          "mend it: the cloud does not start with it"});
  if (settings->store.engine != "postgres" && !fs::exists(cloud::sqlite_path(*settings))) return;
  const auto reader = cloud::open_reader(*settings);
  const Result<bool> present = reader ? has_books(**reader) : Result<bool>(fail(reader.error()));
  if (present && !*present)
    return out.push_back({"payments", *config, Level::warn, "an earlier release wrote the store",
                          "start the cloud once, or `trayline migrate`, and look again"});
  const Result<payments::BooksState> books =
      present ? payments::read_books_state(**reader)
              : Result<payments::BooksState>(fail(present.error()));
  if (!books)
    return out.push_back(
        {"payments", *config, Level::bad, "cannot be read: " + books.error().detail,
         "see that the store is the right one, and restore a backup where it is damaged"});
  BooksSeen seen{fs::path(*config).lexically_relative(state).string(), books->stopped,
                 books->parked, std::nullopt, books->compared_at};
  if (books->compared) seen.differences = books->compared->differences;
  for (Line& line : judge_books(seen, now)) out.push_back(std::move(line));
}

}  // namespace

Report examine(const std::string& program, const std::string& state, const Clock& clock) {
  Report report;
  look_at_versions(report.lines);
  look_at_programs(report.lines, program);
  const bool runs = look_at_state(report.lines, state);
  look_at_books(report.lines, state, clock.now());
  look_at_certificates(report.lines, state, clock.now());
  for (const Known& known : kPorts) {
    report.lines.push_back(judge_port({known.port, known.what, is_taken(known.port), runs}));
  }
  look_at_disk(report.lines, state);
  report.limits = limits();
  return report;
}

}  // namespace trayline::doctor
