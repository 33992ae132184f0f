#include "standalone/up/people.hpp"

#include <thread>

#include "lib/auth/secret_file.hpp"
#include "standalone/up/config_files.hpp"
#include "standalone/up/customer.hpp"

namespace trayline::up {
namespace {

constexpr Millis kPatience{20'000};
constexpr Millis kLook{50};

Result<void> meet(Launch& launch, std::string_view name, const std::string& password, bool pays) {
  PhoneSettings settings;
  settings.cloud_url = launch.cloud_url();
  settings.site = launch.store().site.id.value;
  Customer person(launch.loop(), launch.random(), settings, Account{std::string(name), password});
  if (person.sign_in()) return {};
  const Customer::Until until = [&launch](const auto& condition) {
    const Millis end = launch.clock().monotonic() + kPatience;
    while (!condition()) {
      if (launch.stopping() || launch.clock().monotonic() > end) return false;
      std::this_thread::sleep_for(kLook);
    }
    return true;
  };
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
