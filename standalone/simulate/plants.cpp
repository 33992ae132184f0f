#include "standalone/simulate/plants.hpp"

namespace trayline::simulate {

const std::vector<Plant>& all_plants() {
  static const std::vector<Plant> all;
  return all;
}

store::Statement Plants::changed(const store::Statement& statement) const { return statement; }

void Plants::change_answer(std::string_view, const store::Rows&, store::Answer&) const {}

}  // namespace trayline::simulate
