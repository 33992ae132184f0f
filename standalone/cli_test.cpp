// The real program with good and bad arguments: what it says, and its exit status.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

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
  // Of a cloud, without a store yet.
  void write_config() const {
    write("store.toml",
          "[site]\nid = 'main'\nname = 'Main'\ncurrency = 'EUR'\n"
          "[[item]]\nsku = 'soup'\nname = 'Soup'\nprice_minor = 390\n"
          "[[core]]\nid = 'c1'\n[[core.station]]\nid = 's1'\nscreen = 's1'\n");
    write("cloud.toml",
          "data_dir = '.'\nstore_file = 'store.toml'\n[payments]\nsecret_key_file = 'k'\n"
          "publishable_key_file = 'k'\nwebhook_secret_files = ['k']\n");
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
      {"fly", 2, "there is no command \"fly\"; these are: up, "},
      {"core", 2, "trayline core: a subcommand is required, one of: create"},
      {"core create --core c1", 2, "trayline core create: --env is required"},
      {"core create --env local --core c1 --locl", 2, "--locl; see trayline core create --help"},
      {"replay", 2, "order is required"},
      {"vision", 2, "subcommand is required"},
      {"vision enrol --sku x photo.jpg", 2, "--gallery is required"},
      {"vision predict --gallery g --manifest", 2, "--manifest"},
      {"vision embed", 2, "photos is required"},
      {"vision enrol --gallery g --sku x --px-per-mm much p.jpg", 2, "--px-per-mm"},
      {"doctor --stat /tmp", 2, "--stat"},
      {"cloud --confg x", 2, "--confg"},
      {"up --camera photos", 2, "dir:FOLDER"},
      {"bench", 2, "subcommand is required, one of: flow, kill, pause, powercut"},
      {"bench nosuch", 2, "there is no \"nosuch\"; these are: flow, kill, pause, powercut"},
      {"bench kill --engine oracle", 2, "oracle not in {sqlite,postgres}"},
      {"bench flow --engine oracle", 2, "oracle not in {postgres,sqlite}"},
      {"simulate --plant none", 2, "these are:"},
      {"settlement --day 2026-11-30 --csv @/x --html @/./x", 2, "the same file"},
      // 1: it could not be done, and what to do.
      {"core create --env local --core c1 --state @/new", 1, "--local"},
      {"core create --env Local --core c1 --local --state @/new", 1, "[a-z0-9]{1,16}"},
      {"core create --env local --core C_1 --local --state @/new", 1, "[a-z0-9-]{1,40}"},
      {"cloud --config @/none.toml", 1, "name the cloud's settings by --config"},
      {"backup --config @/none.toml --to @/b", 1, "name the cloud's settings by --config"},
      {"settlement --day 2026-11-31", 1, "the calendar has no day 2026-11-31"},
      {"settlement --day today", 1, "written like 2026-11-30"},
      {"audit --state @/none", 2, "--state"},
      {"move --from sqlite:@/a --to sqlite:@/a", 1, "the same store"},
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
  for (const char* name : {"up", "cloud", "core", "vision", "replay", "doctor", "bench", "audit",
                           "settlement", "migrate", "backup", "restore", "move", "simulate"}) {
    EXPECT_NE(help.said.find("\n  " + std::string(name) + " "), std::string::npos)
        << name << " is not listed";
    const Ran its = run(std::string(name) + " --help", "2>/dev/null");
    EXPECT_EQ(its.status, 0) << name;
    EXPECT_NE(its.said.find("Example: trayline " + std::string(name)), std::string::npos)
        << name << " --help has no example: " << its.said;
  }
}

// The names below "Subcommands:" in a help.
std::vector<std::string> subcommands(const std::string& help) {
  std::vector<std::string> names;
  const std::size_t at = help.find("\nSubcommands:\n");
  if (at == std::string::npos) return names;
  std::istringstream lines(help.substr(at + 14));
  for (std::string line; std::getline(lines, line);) {
    std::string name;
    if (line.starts_with("  ") && line.size() > 2 && line[2] != ' ')
      std::istringstream(line) >> name;
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

TEST_F(Command, EverySubcommandTakesJsonAndHasAnExample) {
  std::size_t seen = 0;
  for (const std::string name : {"core", "vision", "bench"}) {
    for (const std::string& sub : subcommands(run(name + " --help", "2>/dev/null").said)) {
      const std::string whole = name + " " + sub;
      const Ran help = run(whole + " --help", "2>/dev/null");
      EXPECT_NE(help.said.find("Example: trayline " + whole), std::string::npos) << help.said;
      EXPECT_NE(help.said.find("--json"), std::string::npos) << help.said;
      ++seen;
    }
  }
  EXPECT_EQ(seen, 8U);
}

TEST_F(Command, AFailureIsOneJsonObjectWhereThatIsAskedFor) {
  const std::pair<const char*, const char*> cases[] = {
      {"fly", "trayline"},
      {"core create --env Local --core c1 --local --state @/new", "trayline core create"},
      {"core create --locl", "trayline core create"},
      {"vision enrol --gallery @/g --sku x @/none.jpg", "trayline vision enrol"},
      {"vision predict --gallery @/g --manifest @/none.json", "trayline vision predict"},
      {"vision embed @/none.jpg", "trayline vision embed"},
      {"replay 1 --state @/none", "trayline replay"},
      {"audit --state @/none", "trayline audit"},
      {"settlement --day never", "trayline settlement"},
      {"migrate --config @/none.toml", "trayline migrate"},
      {"backup --config @/none.toml --to @/b", "trayline backup"},
      {"restore --config @/none.toml --from @/b", "trayline restore"},
      {"move --from x --to y", "trayline move"},
      {"bench nosuch", "trayline bench"},
      {"simulate --plant none", "trayline simulate"},
      {"up --camera photos", "trayline up"},
      {"doctor --stat x", "trayline doctor"},
  };
  for (const auto& [arguments, command] : cases) {
    const Ran people = run(arguments, "2>/dev/null");
    EXPECT_EQ(people.said, "") << arguments;
    const Ran ran = run(std::string(arguments) + " --json", "2>/dev/null");
    EXPECT_EQ(ran.status, people.status) << arguments;
    const Result<Json> json = parse_json(ran.said);
    ASSERT_TRUE(json) << arguments << ": " << ran.said;
    EXPECT_NE(json->text_at("error"), "") << ran.said;
    EXPECT_EQ(json->text_at("command"), command) << ran.said;
    EXPECT_EQ(json->int_at("status"), ran.status) << ran.said;
    EXPECT_EQ(ran.said.find('\n'), ran.said.size() - 1) << ran.said;
  }
}

TEST_F(Command, AReplayedSeedLeavesStandardOutputToTheObject) {
  const Ran machine = run("simulate --replay 1 --json", "2>/dev/null");
  ASSERT_TRUE(parse_json(machine.said)) << machine.said.substr(0, 500);
  const Ran people = run("simulate --replay 1", "2>/dev/null");
  EXPECT_GT(people.said.size(), machine.said.size()) << "people see what happens";
}

TEST_F(Command, DoctorSaysThatThereIsNothing) {
  const Ran ran = run("doctor --state @/nothere", "2>/dev/null");
  EXPECT_NE(ran.said.find("there is no such folder"), std::string::npos) << ran.said;
}

TEST_F(Command, StoresThatAreNotOursAreLeftAlone) {
  write_config();
  const std::string config = " --config @/cloud.toml";
  const Case none[] = {{"migrate", 1, "--create"}, {"backup --to @/b", 1, "there is no store"}};
  for (const Case& c : none) {
    const Ran ran = run(c.arguments + config);
    EXPECT_EQ(ran.status, c.status) << ran.said;
    EXPECT_NE(ran.said.find(c.says), std::string::npos) << ran.said;
    EXPECT_FALSE(fs::exists(folder_ / "cloud.db")) << c.arguments << " made one";
  }
  write("cloud.db", "");
  EXPECT_EQ(run("migrate" + config).status, 1) << "an empty file is no store";
  const Ran backup = run("backup --to @/b" + config);
  EXPECT_EQ(backup.status, 1);
  EXPECT_NE(backup.said.find("no tables of Trayline"), std::string::npos) << backup.said;
  const Ran made = run("migrate --create" + config);
  EXPECT_EQ(made.status, 0) << made.said;
  EXPECT_EQ(run("backup --to @/b" + config).status, 0);
  EXPECT_EQ(run("migrate" + config).status, 0) << "one that is there needs no leave";
}

TEST_F(Command, BooksThatCannotBeLookedAtAreNotBooksThatDiffer) {
  write_config();
  const std::string config = " --config @/cloud.toml";
  ASSERT_EQ(run("migrate --create" + config).status, 0);
  EXPECT_EQ(run("audit" + config).status, 0);
  const Ran nosuch = run("settlement --day 2026-11-30 --site nosuch" + config);
  EXPECT_EQ(nosuch.status, 1);
  EXPECT_NE(nosuch.said.find("no site \"nosuch\"; it has: main"), std::string::npos) << nosuch.said;
  EXPECT_EQ(run("settlement --day 2026-11-30 --site main" + config).status, 0);
  write("cloud.db", "this is no database, whatever its name says; it is a text about lunch");
  EXPECT_EQ(run("audit" + config).status, 2);
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
