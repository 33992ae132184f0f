// The tray of an order looked at again, from the stored pictures, and compared with what was stored
// then. Reads beside a running cloud; changes nothing.
#pragma once
#include <string>
#include <vector>

#include "cloud/orders/orders.hpp"
#include "lib/base/json.hpp"
#include "lib/base/result.hpp"
#include "lib/verify/verify.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::replay {

struct Options {
  std::string order;
  std::string state;    // folder of the store; for what is empty below
  std::string config;   // cloud.toml
  std::string gallery;  // menu.gallery
  std::string station;  // station.json
};

// One reading of the tray, and what it means for the order.
struct Reading {
  wire::Prediction prediction;
  verify::Verification verification;
};

struct Report {
  orders::Order order;
  Reading stored;
  Reading computed;
  bool same = false;
  double score_difference = 0;   // the largest of any item
  std::vector<std::string> why;  // differences, then versions that are other ones; may be empty
};

// Pure. computed holds its own codes, items, verdict and versions.
Report compare(const orders::Order& order, const wire::Prediction& stored,
               const wire::Prediction& computed);

// Errors say which file is missing or is not what its name says. An order without a tray:
// not_found.
Result<Report> replay(const Options& options);

Json to_json(const Report& report);
// Some lines for people.
std::string to_text(const Report& report);

}  // namespace trayline::replay
