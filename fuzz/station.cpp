// Text that claims to be a station.json: what is read can be written and read again.
#include "edge/vision/station.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto station = trayline::vision::read_station({reinterpret_cast<const char*>(data), size});
  if (station && !trayline::vision::read_station(trayline::vision::write_station(*station))) {
    __builtin_trap();
  }
  return 0;
}
