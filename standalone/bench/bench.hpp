// `trayline bench`: figures with one JSON object per line and row.
#pragma once

namespace trayline::bench {

int main_of_bench(int argc, char** argv);

}  // namespace trayline::bench
