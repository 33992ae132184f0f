// Finds the route of a method and path. A trie over segments: a literal beats {name}, {name} beats
// {name*}; a branch that cannot serve the method is left for one that can. Pure; knows no handlers.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trayline::http {

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // The pattern begins with "/"; {name} is one segment that is not empty; {name*}, only as the
  // last, is the rest of the path (at least the "/" before it). route is the caller's number for
  // it. A malformed pattern or one method twice on a pattern is a failed check.
  void add(std::string_view method, std::string_view pattern, std::size_t route);

  struct Match {
    bool found = false;
    std::size_t route = 0;
    std::map<std::string, std::string> params;
    // When not found: the methods that the path does have, for Allow; empty: no such path.
    std::vector<std::string> allowed;
  };
  // HEAD finds GET's route unless it has one of its own.
  Match find(std::string_view method, const std::vector<std::string>& segments) const;

 private:
  struct Node;
  struct Search;
  std::unique_ptr<Node> root_;
};

}  // namespace trayline::http
