// Files that are compiled into a program, as answers: type by their ending, entity tag, compressed
// where the client takes it and "<path>.gz" is there. Thread-safe.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "lib/http/server.hpp"

namespace trayline::http {

// The bytes of a path; none where there is no such file.
using Files = std::function<std::optional<std::string_view>(std::string_view path)>;

// 200, 304, or 404 as text. more: headers beyond type, tag and Cache-Control (no-cache: a program
// that was replaced is noticed at once, and costs no more than a tag).
Response answer_file(const Files& files, const Request& request, const std::string& path,
                     const Headers& more = {});

// Whether a header of If-None-Match's form (RFC 9110, 13.1.2) names this tag, quotes included.
bool names_tag(std::string_view header, std::string_view tag);

}  // namespace trayline::http
