// The table of endpoints: method, path, parameters, who may call. Inside the module only.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/stripe/handlers.hpp"
#include "sim/stripe/params.hpp"

namespace trayline::stripe_sim {

struct Route {
  std::string_view method;
  std::string_view pattern;  // {id} is one segment; up to two of them
  std::span<const Param> params;
  Handler handler;
  bool publishable = false;  // also with a publishable key (and the object's client_secret)
};

struct Match {
  const Route* route;
  std::string id;
  std::string second;  // of a pattern with two
};

std::optional<Match> find_route(std::string_view method, std::string_view path);
std::span<const Route> all_routes();

}  // namespace trayline::stripe_sim
