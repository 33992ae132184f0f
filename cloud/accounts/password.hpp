// Passwords at rest: sealed SRP verifiers, so that signing in by SRP needs no reset later. Also
// what stands in for a user who does not exist.
#pragma once
#include <string>
#include <string_view>

#include "lib/auth/sealed.hpp"
#include "lib/base/random.hpp"

namespace trayline::accounts {

// Binds a verifier to its owner.
struct Owner {
  std::string pool_name;
  std::string user_id;
};

// A new salt and verifier, sealed. Takes milliseconds: for workers.
std::string seal_password(const auth::Sealer& sealer, const Owner& owner, std::string_view password,
                          Random& random);
// The same time whether it fits or not; false for text that does not open.
bool password_fits(const auth::Sealer& sealer, const Owner& owner, const std::string& sealed,
                   std::string_view password);
// For an unknown user: as much work as password_fits.
void waste_as_much_time(const auth::Sealer& sealer, const std::string& username_key,
                        std::string_view password);

// Six digits.
std::string new_code(Random& random);
// Binds a code to a name and a purpose; useless to who reads the table without the sealing key.
std::string code_hash(const auth::Sealer& sealer, std::string_view purpose,
                      const std::string& username_key, std::string_view code);
// What a sealed code belongs to.
std::string code_owner(std::string_view purpose, const std::string& username_key);

}  // namespace trayline::accounts
