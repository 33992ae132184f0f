// Feeds a fuzz target: its seeds, then seeded mutations of them, as many as asked for. The short
// deterministic run of every test suite; `--runs N --seed S` makes it longer. Not guided by
// coverage.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kInputBytesMax = 64 * 1024;
// Texts that parsers care about, to be spliced in.
constexpr std::string_view kWords[] = {"{",
                                       "}",
                                       "[",
                                       "]",
                                       "\"",
                                       ":",
                                       ",",
                                       "\\u0000",
                                       "null",
                                       "-1",
                                       "1e999",
                                       "9223372036854775808",
                                       "/",
                                       "+",
                                       "#",
                                       "$",
                                       "%00",
                                       "%",
                                       "..",
                                       "\r\n",
                                       "\r\n\r\n",
                                       "&",
                                       "=",
                                       "[]",
                                       "t=",
                                       ",v1=",
                                       std::string_view("\0", 1),
                                       "\xff\xd8\xff",
                                       "\x89PNG\r\n\x1a\n",
                                       "Transfer-Encoding: chunked"};

// By name, because a folder has no order of its own.
std::vector<std::string> read_seeds(const std::string& folder) {
  std::set<std::filesystem::path> files;
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ec)) {
    files.insert(entry.path());
  }
  std::vector<std::string> seeds{""};
  for (const std::filesystem::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return seeds;
}

std::string mutate(std::string text, trayline::Random& random) {
  for (std::uint64_t steps = 1 + random.below(6); steps > 0; --steps) {
    const std::size_t at = text.empty() ? 0 : random.below(text.size());
    switch (random.below(6)) {
      case 0:
        text.insert(at, kWords[random.below(std::size(kWords))]);
        break;
      case 1:
        if (!text.empty()) text[at] = static_cast<char>(random.below(256));
        break;
      case 2:
        if (!text.empty()) text.erase(at, 1 + random.below(16));
        break;
      case 3:
        text.insert(at, 1 + random.below(64), static_cast<char>(random.below(256)));
        break;
      case 4:
        text.insert(at, text.substr(at / 2, 1 + random.below(256)));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  text.resize(std::min(text.size(), kInputBytesMax));
  return text;
}

void feed(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

// driver SEEDS [--runs N] [--seed S]
int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : ".";
  std::uint64_t runs = 2000;
  std::uint64_t seed = 1;
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--runs") runs = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  const std::vector<std::string> seeds = read_seeds(folder);
  for (const std::string& text : seeds) feed(text);
  trayline::SeededRandom random(seed);
  for (std::uint64_t i = 0; i < runs; ++i) feed(mutate(seeds[random.below(seeds.size())], random));
  std::printf("{\"executions\":%llu,\"crashes\":0}\n",
              static_cast<unsigned long long>(runs + seeds.size()));
  return 0;
}
