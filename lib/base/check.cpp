#include "lib/base/check.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace trayline {
namespace {

thread_local int throwing = 0;

}  // namespace

void check_failed(std::string_view what, const char* file, int line) {
  const std::string text = fmt::format("{}:{}: {}", file, line, what);
  if (throwing > 0) throw Broken(text);
  std::fprintf(stderr, "check failed: %s\n", text.c_str());
  std::abort();
}

ChecksThrow::ChecksThrow() { ++throwing; }
ChecksThrow::~ChecksThrow() { --throwing; }

}  // namespace trayline
