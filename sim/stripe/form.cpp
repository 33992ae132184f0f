#include "sim/stripe/form.hpp"

#include <algorithm>

#include "lib/base/encoding.hpp"
#include "lib/base/utf8.hpp"

namespace trayline::stripe_sim {
namespace {

using Path = std::vector<std::string>;

// "a[b][]" -> {"a", "b", ""}.
Result<Path> split_name(std::string_view name, std::size_t depth_max) {
  const std::size_t open = name.find('[');
  const std::string_view head = name.substr(0, open);
  if (head.empty() || head.find(']') != std::string_view::npos) {
    return fail(Code::invalid_argument, "a parameter without a name");
  }
  Path path{std::string(head)};
  std::string_view rest = open == std::string_view::npos ? std::string_view{} : name.substr(open);
  while (!rest.empty()) {
    const std::size_t close = rest.find(']');
    if (rest.front() != '[' || close == std::string_view::npos ||
        rest.substr(1, close - 1).find('[') != std::string_view::npos) {
      return fail(Code::invalid_argument, "brackets do not match in a parameter's name");
    }
    if (path.size() == depth_max) return fail(Code::exhausted, "parameters are nested too deeply");
    path.emplace_back(rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
  }
  return path;
}

Result<void> insert(Json& root, const Path& path, std::string value) {
  Json* here = &root;
  for (std::size_t i = 0; i < path.size(); ++i) {
    Json::Object* group = here->as_object();
    if (group == nullptr) {
      return fail(Code::invalid_argument, "a parameter is a value and a group: " + path[0]);
    }
    // `a[]` appends: the next index.
    const std::string name = path[i].empty() ? std::to_string(group->size()) : path[i];
    const bool last = i + 1 == path.size();
    Json* next = group->find(name);
    if (next != nullptr && last) {
      return fail(Code::invalid_argument, "a parameter is given twice: " + path[0]);
    }
    if (next == nullptr) {
      group->set(name, last ? Json(std::move(value)) : Json(Json::Object{}));
      next = group->find(name);
    }
    here = next;
  }
  return {};
}

void flatten_into(const Json& node, const std::string& name,
                  std::vector<std::pair<std::string, std::string>>& out) {
  const Json::Object* group = node.as_object();
  if (group == nullptr) {
    out.emplace_back(name, node.as_string() != nullptr ? *node.as_string() : node.dump());
    return;
  }
  for (const auto& [key, value] : *group) {
    flatten_into(value, name.empty() ? key : name + "[" + key + "]", out);
  }
}

}  // namespace

Result<Json> parse_form(std::string_view text, const FormLimits& limits) {
  if (text.size() > limits.bytes_max) return fail(Code::exhausted, "the parameters are too long");
  Json root{Json::Object{}};
  std::size_t pairs = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (++pairs > limits.pairs_max) return fail(Code::exhausted, "there are too many parameters");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true);
    if (!name) return fail(name.error());
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!value) return fail(value.error());
    if (!is_utf8(*name) || !is_utf8(*value)) {
      return fail(Code::invalid_argument, "a parameter is not UTF-8");
    }
    const auto path = split_name(*name, limits.depth_max);
    if (!path) return fail(path.error());
    if (auto done = insert(root, *path, std::move(*value)); !done) return fail(done.error());
  }
  return root;
}

std::vector<std::pair<std::string, std::string>> flatten(const Json& form) {
  std::vector<std::pair<std::string, std::string>> out;
  flatten_into(form, "", out);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace trayline::stripe_sim
