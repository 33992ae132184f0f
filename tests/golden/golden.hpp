// A list of lines against its text file. Test code only.
#pragma once
#include <set>
#include <string>

namespace trayline::golden {

using Lines = std::set<std::string>;

// Fails the test, naming what came and what went, where the file says otherwise; with
// TRAYLINE_UPDATE_GOLDEN=1 in the environment it writes the file instead. name: "routes".
void expect(const std::string& name, const Lines& lines);

// The whole text of a file of the source tree; fails the test where it cannot be read.
std::string read(const std::string& path);

}  // namespace trayline::golden
