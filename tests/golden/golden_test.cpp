// The lists made from the code's own tables: routes, topics, config keys, statements.
#include "tests/golden/golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "cloud/accounts/facade.hpp"
#include "cloud/accounts/sql.hpp"
#include "cloud/api/openapi.hpp"
#include "cloud/catalogue/service.hpp"
#include "cloud/catalogue/sql.hpp"
#include "cloud/evidence/service.hpp"
#include "cloud/evidence/sql.hpp"
#include "cloud/monitors/service.hpp"
#include "cloud/monitors/sql.hpp"
#include "cloud/orders/service.hpp"
#include "cloud/orders/sql.hpp"
#include "cloud/payments/service.hpp"
#include "cloud/payments/sql.hpp"
#include "cloud/push/service.hpp"
#include "cloud/push/sql.hpp"
#include "cloud/settings.hpp"
#include "cloud/store_file.hpp"
#include "cloud/webhooks/service.hpp"
#include "cloud/webhooks/sql.hpp"
#include "edge/agent/settings.hpp"
#include "edge/agent/sql.hpp"
#include "edge/camera/config.hpp"
#include "edge/gallery/sql.hpp"
#include "edge/screen/function.hpp"
#include "lib/base/describe.hpp"
#include "lib/host/sql.hpp"

namespace trayline::golden {

std::string read(const std::string& path) {
  std::ifstream file(std::string(TRAYLINE_SOURCE_DIR) + "/" + path);
  EXPECT_TRUE(file) << path << " cannot be read";
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

namespace {

bool updates() {
  const char* update = std::getenv("TRAYLINE_UPDATE_GOLDEN");
  return update != nullptr && std::string(update) == "1";
}

// As a person reads it: two spaces a level.
std::string indented(const Json& json, const std::string& margin = "\n") {
  std::string out;
  const std::string inner = margin + "  ";
  if (const auto* items = json.as_array(); items != nullptr && !items->empty()) {
    for (const Json& item : *items)
      out += (out.empty() ? "[" : ",") + inner + indented(item, inner);
    return out + margin + "]";
  }
  if (const auto* object = json.as_object();
      object != nullptr && object->begin() != object->end()) {
    for (const auto& [name, member] : *object) {
      out += (out.empty() ? "{" : ",") + inner + Json(name).dump() + ": " + indented(member, inner);
    }
    return out + margin + "}";
  }
  return json.dump();
}

}  // namespace

void expect(const std::string& name, const Lines& lines) {
  ASSERT_FALSE(lines.empty()) << "the list of " << name << " is empty: it is no longer found";
  const std::string path = "tests/golden/" + name + ".txt";
  if (updates()) {
    std::ofstream file(std::string(TRAYLINE_SOURCE_DIR) + "/" + path);
    for (const std::string& line : lines) file << line << '\n';
    ASSERT_TRUE(file.flush()) << path << " cannot be written";
    return;
  }
  std::istringstream text(read(path));
  Lines known;
  for (std::string line; std::getline(text, line);) known.insert(line);
  for (const std::string& line : lines) {
    EXPECT_TRUE(known.contains(line)) << path << " does not have \"" << line
                                      << "\"; TRAYLINE_UPDATE_GOLDEN=1 takes meant changes over";
  }
  for (const std::string& line : known) {
    EXPECT_TRUE(lines.contains(line)) << "\"" << line << "\" of " << path
                                      << " is gone, and somebody may rely on it; "
                                         "TRAYLINE_UPDATE_GOLDEN=1 takes meant changes over";
  }
}

namespace {

std::string told(host::Access access) {
  switch (access) {
    case host::Access::anybody:
      return "anybody";
    case host::Access::user:
      return "user";
    case host::Access::staff:
      break;
  }
  return "staff";
}

constexpr const char* kKinds[] = {"command", "query", "live", "raw"};  // as in host::Route

void add(Lines& lines, const std::vector<host::Route>& routes) {
  for (const host::Route& route : routes) {
    lines.insert(route.method + " " + route.pattern + " " + told(route.access) + " " +
                 kKinds[route.handle.index()] + (route.idempotent ? " idempotent" : ""));
  }
}

Result<void> nobody(const host::Message&, const host::Host::Answered&) { return {}; }

// Those that the API itself serves stand in its source alone.
void add_routes_of_api(Lines& lines) {
  const std::string text = read("cloud/api/api.cpp");
  const std::regex route(R"re(route\("([A-Z]+)", "([^"]+)")re");
  for (std::sregex_iterator at(text.begin(), text.end(), route), end; at != end; ++at) {
    lines.insert((*at)[1].str() + " " + (*at)[2].str() + " anybody raw");
  }
}

void add_routes_of_accounts(Lines& lines) {
  const SystemClock clock;
  SystemRandom random;
  auth::Revocations revocations;
  const auto sealer = auth::Sealer::from_text("k1 " + std::string(64, 'd'));
  ASSERT_TRUE(sealer);
  const accounts::Facade facade({.settings = {},
                                 .keys = {},
                                 .sealer = *sealer,
                                 .clock = clock,
                                 .random = random,
                                 .revocations = revocations,
                                 .ask = nobody,
                                 .post = [](const host::Message&) -> Result<void> { return {}; },
                                 .work = [](const auto&) { return false; },
                                 .on_loop = [](const auto&) {}});
  add(lines, facade.routes());
}

std::vector<host::Route> routes_of_services() {
  static const SystemClock clock;
  std::vector<host::Route> all;
  const auto take = [&all](std::vector<host::Route> more) {
    for (host::Route& route : more) all.push_back(std::move(route));
  };
  take(catalogue::routes());
  take(orders::routes(std::make_shared<orders::Settings>()));
  take(payments::routes({}, clock, nobody));
  take(monitors::routes());
  take(push::routes());
  take(webhooks::routes());
  auto uploads = std::make_shared<evidence::Settings>();
  uploads->upload_key = "k";
  take(evidence::routes({uploads, nullptr, clock, nobody, {}}));
  return all;
}

TEST(Golden, Routes) {
  Lines lines;
  add_routes_of_api(lines);
  add_routes_of_accounts(lines);
  add(lines, routes_of_services());
  expect("routes", lines);
}

// What the pages' typed client is made from.
TEST(Golden, Description) {
  const std::string path = "docs/spec/openapi.json";
  const std::string now = indented(api::openapi({}, routes_of_services()));
  if (updates()) {
    std::ofstream file(std::string(TRAYLINE_SOURCE_DIR) + "/" + path);
    ASSERT_TRUE(file << now << std::flush) << path << " cannot be written";
    return;
  }
  EXPECT_TRUE(read(path) == now) << path
                                 << " is not what /openapi.json says; "
                                    "TRAYLINE_UPDATE_GOLDEN=1 takes meant changes over";
}

TEST(Golden, Topics) {
  Lines lines;
  for (const host::Topic& topic : orders::topics("local")) lines.insert("up/" + topic.filter);
  for (const host::Topic& topic : monitors::topics()) lines.insert("up/" + topic.filter);
  // What the cloud publishes is named where it is made.
  for (const char* source :
       {"cloud/orders/routes.cpp", "cloud/evidence/decide.cpp", "cloud/monitors/decide.cpp"}) {
    const std::string text = read(source);
    const std::regex down(R"re("(agent|screen)",\s*([^)]*)\))re");
    for (std::sregex_iterator at(text.begin(), text.end(), down), end; at != end; ++at) {
      const std::string rest = (*at)[2].str();
      const std::size_t quote = rest.find('"');
      if (quote == std::string::npos) continue;
      std::string topic = rest.substr(quote + 1, rest.rfind('"') - quote - 1);
      if (quote > 0) topic = "<id>" + topic;
      lines.insert("down/" + (*at)[1].str() + "/" + topic);
    }
  }
  expect("topics", lines);
}

// Walks described settings: "listen.port", "core[].station[].id", and which of them must be there.
class Keys {
 public:
  Keys(Lines& lines, std::string at) : lines_(lines), at_(std::move(at)) {}
  template <class T>
  void operator()(std::string_view name, T& value) {
    add(name, value, describe_detail::is_optional<T>::value ? "" : " required");
  }
  template <class T>
  void defaulted(std::string_view name, T& value) {
    add(name, value, "");
  }

 private:
  template <class T>
  void add(std::string_view name, T& value, const char* required) {
    walk(at_ + std::string(name), value, required);
  }
  template <class T>
  void walk(const std::string& path, T& value, const char* required) {
    if constexpr (describe_detail::Described<T>) {
      Keys keys(lines_, path + ".");
      T::describe(keys, value);
    } else if constexpr (describe_detail::is_optional<T>::value) {
      typename T::value_type inner{};
      walk(path, inner, "");
    } else {
      lines_.insert(path + required);
    }
  }
  template <class T>
  void walk(const std::string& path, std::vector<T>&, const char* required) {
    T element{};
    walk(path + "[]", element, required);
  }

  Lines& lines_;
  std::string at_;
};

template <class T>
void add_keys(Lines& lines, const std::string& file) {
  T settings{};
  Keys keys(lines, file + " ");
  T::describe(keys, settings);
}

TEST(Golden, ConfigKeys) {
  Lines lines;
  add_keys<cloud::Settings>(lines, "cloud.toml");
  add_keys<cloud::StoreFile>(lines, "store.toml");
  add_keys<agent::Settings>(lines, "edge.toml");
  add_keys<camera::Config>(lines, "camera");
  add_keys<screen::Settings>(lines, "screen");
  add_keys<vision::Station>(lines, "station.json");
  expect("config_keys", lines);
}

TEST(Golden, Statements) {
  Lines lines;
  for (const auto* statements :
       {&accounts::sql::statements, &catalogue::sql::statements, &evidence::sql::statements,
        &monitors::sql::statements, &orders::sql::statements, &payments::sql::statements,
        &push::sql::statements, &webhooks::sql::statements, &host::sql::statements,
        &agent::sql::statements, &gallery::sql::statements}) {
    for (const store::Statement* statement : *statements) {
      EXPECT_TRUE(lines.insert(std::string(statement->name)).second)
          << statement->name << " is the name of two statements";
    }
  }
  expect("statements", lines);
}

}  // namespace
}  // namespace trayline::golden
