// Pictures on their way to the cloud: files in the hand-over folder, named by the SHA-256 of their
// bytes. Who takes them from there is the agent.
#pragma once
#include <span>
#include <string>

#include "lib/base/encoding.hpp"
#include "lib/base/result.hpp"

namespace trayline::camera {

// Lower-case hex of the SHA-256 of the bytes, the file's name. Written beside (in ".part"), then
// renamed, so that nobody sees half a picture; a picture that is there already is left alone.
Result<std::string> hand_over(const std::string& folder, std::span<const std::uint8_t> picture);

}  // namespace trayline::camera
