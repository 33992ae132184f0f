// Kuhn-Munkres with potentials (shortest augmenting paths).
#include <limits>

#include "lib/base/check.hpp"
#include "lib/verify/verify.hpp"

namespace trayline::verify {

std::vector<std::size_t> assign(const std::vector<double>& costs, std::size_t rows,
                                std::size_t columns) {
  check(rows <= columns && costs.size() == rows * columns,
        "assign: not a matrix of rows <= columns");
  constexpr double kFar = std::numeric_limits<double>::infinity();
  // Index 0 is a virtual row and column; the real ones are 1-based here.
  std::vector<double> row_potential(rows + 1, 0);
  std::vector<double> column_potential(columns + 1, 0);
  std::vector<std::size_t> row_of(columns + 1, 0);
  for (std::size_t row = 1; row <= rows; ++row) {
    std::vector<double> least(columns + 1, kFar);
    std::vector<std::size_t> way(columns + 1, 0);
    std::vector<bool> used(columns + 1, false);
    row_of[0] = row;
    std::size_t column = 0;
    do {
      used[column] = true;
      const std::size_t at = row_of[column];
      double delta = kFar;
      std::size_t next = 0;
      for (std::size_t j = 1; j <= columns; ++j) {
        if (used[j]) continue;
        const double cost =
            costs[(at - 1) * columns + j - 1] - row_potential[at] - column_potential[j];
        if (cost < least[j]) {
          least[j] = cost;
          way[j] = column;
        }
        if (least[j] < delta) {
          delta = least[j];
          next = j;
        }
      }
      for (std::size_t j = 0; j <= columns; ++j) {
        if (used[j]) {
          row_potential[row_of[j]] += delta;
          column_potential[j] -= delta;
        } else {
          least[j] -= delta;
        }
      }
      column = next;
    } while (row_of[column] != 0);
    while (column != 0) {
      row_of[column] = row_of[way[column]];
      column = way[column];
    }
  }
  std::vector<std::size_t> result(rows, 0);
  for (std::size_t j = 1; j <= columns; ++j) {
    if (row_of[j] != 0) result[row_of[j] - 1] = j - 1;
  }
  return result;
}

}  // namespace trayline::verify
