// The real program with good and bad arguments: what it says, and its exit status.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "lib/base/json.hpp"

namespace trayline::standalone {
namespace {

namespace fs = std::filesystem;

struct Ran {
  int status = -1;
  std::string said;  // on both outputs
};

// arguments: as in a shell, with @ for the test's own folder.
class Command : public testing::Test {
 protected:
  Command() : folder_(fs::temp_directory_path() / ("trayline-cli-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~Command() override { fs::remove_all(folder_); }

  Ran run(std::string arguments, const std::string& outputs = "2>&1") const {
    for (std::size_t at = 0; (at = arguments.find('@', at)) != std::string::npos;) {
      arguments.replace(at, 1, folder_.string());
    }
    const std::string line =
        std::string(TRAYLINE_BIN_DIR) + "/trayline " + arguments + " " + outputs + " </dev/null";
    FILE* pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) return {};
    Ran ran;
    char piece[4096];
    for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) {
      ran.said.append(piece, n);
    }
    const int how = ::pclose(pipe);
    ran.status = WIFEXITED(how) ? WEXITSTATUS(how) : -1;
    return ran;
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }

  fs::path folder_;
};

struct Case {
  const char* arguments;
  int status;
  const char* says;
};

TEST_F(Command, EveryMistakeIsNamedAndHasItsStatus) {
  write("broken.toml", "env = 'local'\ndata_dirr = 'x'\n");
  write("broken.json", "{\"frames\": [");
  const Case cases[] = {
      // 2: the command line.
      {"", 2, "trayline COMMAND"},
      {"fly", 2, "there is no command \"fly\""},
      {"core", 2, "subcommand is required"},
      {"core create --core c1", 2, "--env is required"},
      {"core create --env local --core c1 --locl", 2, "--locl"},
      {"replay", 2, "order is required"},
      {"vision", 2, "subcommand is required"},
      {"vision enrol --sku x photo.jpg", 2, "--gallery is required"},
      {"vision predict --gallery g --manifest", 2, "--manifest"},
      {"vision embed", 2, "photos is required"},
      {"vision enrol --gallery g --sku x --px-per-mm much p.jpg", 2, "--px-per-mm"},
      {"doctor --stat /tmp", 2, "--stat"},
      {"cloud --confg x", 2, "--confg"},
      {"up --camera photos", 2, "dir:FOLDER"},
      {"bench", 2, "subcommand is required"},
      // 1: it could not be done, and what to do.
      {"core create --env local --core c1 --state @/new", 1, "--local"},
      {"core create --env Local --core c1 --local --state @/new", 1, "[a-z0-9]{1,16}"},
      {"core create --env local --core C_1 --local --state @/new", 1, "[a-z0-9-]{1,40}"},
      {"cloud --config @/none.toml", 1, "none.toml"},
      {"cloud --config @/broken.toml --print-config", 1, "broken.toml:2:1: data_dirr"},
      {"replay 1 --state @/none", 1, "--state"},
      {"replay 1 --state @", 1, "--config"},
      {"vision enrol --gallery @/g --sku 'a b' @/none.jpg", 1, "a SKU has"},
      {"vision enrol --gallery @/g --sku x @/none.jpg", 1, "none.jpg"},
      {"vision predict --gallery @/g --manifest @/none.json", 1, "none.json"},
      {"vision predict --gallery @/g --manifest @/broken.json", 1, "broken.json"},
      {"vision embed @/none.jpg", 1, "none.jpg"},
  };
  for (const Case& c : cases) {
    const Ran ran = run(c.arguments);
    EXPECT_EQ(ran.status, c.status) << "trayline " << c.arguments << "\nsaid: " << ran.said;
    EXPECT_NE(ran.said.find(c.says), std::string::npos)
        << "trayline " << c.arguments << "\nsaid: " << ran.said << "but not: " << c.says;
  }
}

TEST_F(Command, HelpNamesEveryCommandAndGivesAnExample) {
  const Ran help = run("--help", "2>/dev/null");
  EXPECT_EQ(help.status, 0);
  for (const char* name : {"up", "cloud", "core", "vision", "replay", "doctor", "bench"}) {
    EXPECT_NE(help.said.find("\n  " + std::string(name) + " "), std::string::npos)
        << name << " is not listed";
    if (std::string(name) == "up") continue;  // its only argument is --once, which it explains
    const Ran its = run(std::string(name) + " --help", "2>/dev/null");
    EXPECT_EQ(its.status, 0) << name;
    EXPECT_NE(its.said.find("Example: trayline " + std::string(name)), std::string::npos)
        << name << " --help has no example: " << its.said;
  }
}

TEST_F(Command, VersionIsOneLine) {
  const Ran ran = run("--version", "2>/dev/null");
  EXPECT_EQ(ran.status, 0);
  EXPECT_TRUE(ran.said.starts_with("trayline ") && ran.said.find('\n') == ran.said.size() - 1)
      << ran.said;
}

TEST_F(Command, CoreCreateSaysWhatItMadeAndMakesItOnce) {
  const std::string create = "core create --env local --core c1 --local --json --state @/s";
  const Ran made = run(create, "2>/dev/null");
  ASSERT_EQ(made.status, 0) << made.said;
  const Result<Json> json = parse_json(made.said);
  ASSERT_TRUE(json) << made.said;
  EXPECT_EQ(json->text_at("resource"), "IoT-local-c1");
  EXPECT_TRUE(fs::exists(json->text_at("identity") + "/cert.pem")) << made.said;
  EXPECT_EQ(run(create).status, 1) << "a core's key is never written over";
}

TEST_F(Command, DoctorTellsMachinesAndPeopleTheSame) {
  ASSERT_EQ(run("core create --env local --core c1 --local --state @/s").status, 0);
  const Ran machine = run("doctor --json --state @/s", "2>/dev/null");
  const Result<Json> json = parse_json(machine.said);
  ASSERT_TRUE(json) << machine.said;
  const bool* ok = json->at("ok")->as_bool();
  ASSERT_NE(ok, nullptr);
  EXPECT_EQ(machine.status, *ok ? 0 : 1);
  EXPECT_NE(json->at("limits")->at("http.body_bytes_max"), nullptr);
  const Ran people = run("doctor --state @/s", "2>/dev/null");
  EXPECT_EQ(people.status, machine.status);
  for (const Json& line : *json->at("lines")->as_array()) {
    EXPECT_NE(people.said.find(line.text_at("what")), std::string::npos) << line.dump();
  }
  EXPECT_NE(people.said.find("IoT-local-c1, "), std::string::npos) << people.said;
}

TEST_F(Command, DoctorNamesACertificateThatCannotBeRead) {
  fs::create_directories(folder_ / "s/broker");
  write("s/broker/cert.pem", "not a certificate");
  const Ran ran = run("doctor --state @/s", "2>/dev/null");
  EXPECT_EQ(ran.status, 1) << ran.said;
  EXPECT_NE(ran.said.find("bad   broker/cert.pem"), std::string::npos) << ran.said;
}

}  // namespace
}  // namespace trayline::standalone
