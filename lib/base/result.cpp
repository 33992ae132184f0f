#include "lib/base/result.hpp"

namespace trayline {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return "invalid_argument";
    case Code::not_found:
      return "not_found";
    case Code::conflict:
      return "conflict";
    case Code::unauthenticated:
      return "unauthenticated";
    case Code::permission_denied:
      return "permission_denied";
    case Code::unavailable:
      return "unavailable";
    case Code::exhausted:
      return "exhausted";
    case Code::unknown_outcome:
      return "unknown_outcome";
  }
  return "unknown";
}

}  // namespace trayline
