// expand[]: ids in a reply become the objects they name (docs.stripe.com/api/expanding_objects).
// Inside the module only.
#pragma once
#include <optional>

#include "sim/stripe/context.hpp"

namespace trayline::stripe_sim {

// 400 for what cannot be expanded. Lists are expanded with a leading "data.".
std::optional<Reply> expand(const Work& work, const Json& params, Json& body);

}  // namespace trayline::stripe_sim
