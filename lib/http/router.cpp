#include "lib/http/router.hpp"

#include <algorithm>
#include <functional>

#include "lib/base/check.hpp"

namespace trayline::http {

namespace {

struct Leaf {
  std::string method;
  std::size_t route = 0;
  std::vector<std::string> names;  // of the parameters, in order
};

const Leaf* leaf_of(const std::vector<Leaf>& leaves, std::string_view method) {
  for (const auto& leaf : leaves) {
    if (leaf.method == method) return &leaf;
  }
  return nullptr;
}

std::string join(const std::vector<std::string>& segments, std::size_t from) {
  std::string text;
  for (auto i = from; i < segments.size(); ++i) {
    if (i > from) text += '/';
    text += segments[i];
  }
  return text;
}

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> any;
  std::vector<Leaf> leaves;  // of paths that end here
  std::vector<Leaf> rests;   // of patterns that take the rest from here
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(std::string_view method, std::string_view pattern, std::size_t route) {
  check(pattern.starts_with('/'), "a route's pattern begins with /");
  Leaf leaf{std::string(method), route, {}};
  Node* node = root_.get();
  std::vector<Leaf>* ends = nullptr;
  while (!pattern.empty()) {
    check(ends == nullptr, "{name*} is the last of a pattern");
    pattern.remove_prefix(1);
    auto segment = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(segment.size());
    if (segment.starts_with('{') && segment.ends_with('}')) {
      segment = segment.substr(1, segment.size() - 2);
      const bool rest = segment.ends_with('*');
      if (rest) segment.remove_suffix(1);
      check(!segment.empty(), "a route's parameter has a name");
      leaf.names.emplace_back(segment);
      if (rest) {
        ends = &node->rests;
        continue;
      }
      if (!node->any) node->any = std::make_unique<Node>();
      node = node->any.get();
    } else {
      check(segment.find_first_of("{}*") == segment.npos, "{name} fills a whole segment");
      auto& next = node->literals[std::string(segment)];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
    }
  }
  if (ends == nullptr) ends = &node->leaves;
  check(leaf_of(*ends, method) == nullptr, "a route is declared once");
  ends->push_back(std::move(leaf));
}

struct Router::Search {
  std::string_view method;
  const std::vector<std::string>& segments;
  std::vector<std::size_t> taken{};  // indices of the segments that parameters hold
  std::vector<std::string> allowed{};
  const Leaf* leaf = nullptr;
  bool rest = false;

  bool pick(const std::vector<Leaf>& leaves) {
    leaf = leaf_of(leaves, method);
    if (leaf == nullptr && method == "HEAD") leaf = leaf_of(leaves, "GET");
    if (leaf != nullptr) return true;
    for (const auto& other : leaves) allowed.push_back(other.method);
    return false;
  }

  bool walk(const Node& node, std::size_t at) {
    if (at == segments.size()) return pick(node.leaves);
    const auto& segment = segments[at];
    if (const auto next = node.literals.find(segment);
        next != node.literals.end() && walk(*next->second, at + 1))
      return true;
    if (node.any && !segment.empty()) {
      taken.push_back(at);
      if (walk(*node.any, at + 1)) return true;
      taken.pop_back();
    }
    if (!pick(node.rests)) return false;
    taken.push_back(at);
    rest = true;
    return true;
  }
};

Router::Match Router::find(std::string_view method,
                           const std::vector<std::string>& segments) const {
  Search search{method, segments};
  Match match;
  match.found = search.walk(*root_, 0);
  if (!match.found) {
    auto& allowed = search.allowed;
    if (std::find(allowed.begin(), allowed.end(), "GET") != allowed.end())
      allowed.emplace_back("HEAD");
    std::sort(allowed.begin(), allowed.end());
    allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
    match.allowed = std::move(allowed);
    return match;
  }
  match.route = search.leaf->route;
  for (std::size_t i = 0; i < search.taken.size(); ++i) {
    const bool last = search.rest && i + 1 == search.taken.size();
    const auto at = search.taken[i];
    match.params.insert_or_assign(search.leaf->names[i], last ? join(segments, at) : segments[at]);
  }
  return match;
}

}  // namespace trayline::http
