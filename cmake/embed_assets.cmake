# cmake -P script: writes OUT/assets.hpp and OUT/assets.cpp; each asset's bytes come in by .incbin.
# ASSETS lie in SOURCE; whatever was built for one of PAGES lies in OUT/pages/<page>.
set(paths "")
foreach(asset ${ASSETS})
  list(APPEND paths "${SOURCE}/${asset}")
endforeach()
foreach(page ${PAGES})
  file(GLOB built RELATIVE "${OUT}/pages" "${OUT}/pages/${page}/*")
  list(SORT built)
  foreach(asset ${built})
    list(APPEND ASSETS "${asset}")
    list(APPEND paths "${OUT}/pages/${asset}")
  endforeach()
endforeach()
set(table "")
set(blocks "")
set(n 0)
foreach(asset path IN ZIP_LISTS ASSETS paths)
  set(label "trayline_${NAMESPACE}_asset_${n}")
  string(APPEND blocks "__asm__(\".section .rodata\\n.global ${label}\\n${label}:\\n.incbin \\\"${path}\\\"\\n.global ${label}_end\\n${label}_end:\\n.byte 0\\n.previous\\n\");
extern \"C\" const char ${label}[];
extern \"C\" const char ${label}_end[];
")
  string(APPEND table "  if (path == \"${asset}\") return std::string_view(${label}, static_cast<std::size_t>(${label}_end - ${label}));\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE "${OUT}/assets.hpp" "// Made from the ASSETS of ${FOLDER}.
#pragma once
#include <optional>
#include <string_view>
namespace trayline::${NAMESPACE} {
std::optional<std::string_view> asset(std::string_view path);
}  // namespace trayline::${NAMESPACE}
")
file(WRITE "${OUT}/assets.cpp" "#include \"${FOLDER}/assets.hpp\"
${blocks}namespace trayline::${NAMESPACE} {
std::optional<std::string_view> asset(std::string_view path) {
${table}  return std::nullopt;
}
}  // namespace trayline::${NAMESPACE}
")
