// Configuration file + environment -> struct.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "lib/base/describe.hpp"
#include "lib/config/document.hpp"
#include "lib/config/reader.hpp"
#include "lib/config/secret.hpp"
#include "lib/config/units.hpp"

namespace trayline::config {

// A struct describes its members as for JSON (lib/base/describe.hpp); unknown keys are errors. A
// scalar outside arrays is overridden by TRAYLINE_<SECTION>_<KEY>, its path in capitals. A struct
// may bound its values: void validate(config::Complaints& wrong) const, which calls
// wrong("port", "must be 1 to 65535"). invalid_argument with one line per problem, in the order of
// the file: "store.toml:12:5: menu[0].price_minor: expected an integer".
template <class T>
Result<T> read_config(const Document& document, const Environment& environment = {}) {
  T out{};
  Reader reader(document, environment);
  reader.read_root(out);
  if (auto sound = reader.result(); !sound) return fail(sound.error());
  return out;
}

// The effective values as TOML, for --print-config.
template <class T>
std::string print_config(const T& config) {
  return to_toml(to_json(config));
}

}  // namespace trayline::config
