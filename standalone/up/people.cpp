#include "standalone/up/people.hpp"

#include "lib/auth/secret_file.hpp"
#include "standalone/up/config_files.hpp"
#include "standalone/up/customer.hpp"
#include "standalone/up/process_world.hpp"

namespace trayline::up {
namespace {

Result<void> meet(Launch& launch, std::string_view name, const std::string& password, bool pays) {
  PhoneSettings settings;
  settings.cloud_url = launch.cloud_url();
  settings.site = launch.store().site.id.value;
  Customer person(launch.loop(), launch.random(), settings, Account{std::string(name), password});
  if (person.sign_in()) return {};
  ProcessWorld world(launch);
  const Customer::Until until = [&world](const auto& condition) { return world.until(condition); };
  const auto code = [&launch](const std::string& user) { return launch.code_for(user); };
  if (auto done = person.sign_up(code, until); !done || !pays) return done;
  return person.save_card("visa", until);
}

}  // namespace

Result<std::string> meet_people(Launch& launch) {
  Result<std::string> password = auth::read_secret_file(launch.people_file());
  if (!password) return password;
  if (auto met = meet(launch, kGuest, *password, true); !met) return fail(met.error());
  if (auto met = meet(launch, kStaffMember, *password, false); !met) return fail(met.error());
  return password;
}

}  // namespace trayline::up
