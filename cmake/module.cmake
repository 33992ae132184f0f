# The only CMake helper of the project. One call describes one folder:
#
#   trayline_module(NAME orders                      # namespace trayline::orders, folder cloud/orders
#                   DEPS lib/base lib/wire lib/host  # modules, by folder; the DAG that tools/layers.py checks
#                   LIBS PkgConfig::SQLITE           # third-party libraries, linked privately
#                   TEST_DEPS lib/store              # modules that only the tests see
#                   PROGRAM trayline-camera          # main.cpp becomes this program
#                   ASSETS page.html                 # files compiled in, see <folder>/assets.hpp
#                   PAGES app)                       # pages of web/, built and compiled in likewise:
#                                                    # "app/index.html", "app/page.js", ...
#
# Sources are the folder's *.cpp; *_test.cpp become one test program, main.cpp the program.
# sql/<verb_noun>.sql and migrations/NNNN_what.sql are compiled into <folder>/sql.hpp.
# The target of lib/base is lib_base, of its tests lib_base_test.
include_guard(GLOBAL)

get_filename_component(TRAYLINE_ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(TRAYLINE_GEN "${CMAKE_BINARY_DIR}/gen")
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
option(TRAYLINE_TESTS "build the test programs" ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")  # no NDEBUG: assertions stay on
enable_testing()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

add_library(trayline_options INTERFACE)
target_compile_options(trayline_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports std::string's own copies at -O2 (GCC bugs 105329, 105651); sanitizers look instead.
  target_compile_options(trayline_options INTERFACE -fpch-preprocess -Wno-array-bounds
    -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized)
endif()
target_include_directories(trayline_options INTERFACE "${TRAYLINE_ROOT}" "${TRAYLINE_GEN}")
target_link_libraries(trayline_options INTERFACE Threads::Threads)

# Two precompiled headers for the whole build: the standard library, and the same with GoogleTest.
file(CONFIGURE OUTPUT "${TRAYLINE_GEN}/pch.cpp" CONTENT "")  # touched only once
add_library(trayline_pch OBJECT "${TRAYLINE_GEN}/pch.cpp")
target_link_libraries(trayline_pch PRIVATE trayline_options)
target_precompile_headers(trayline_pch PRIVATE <algorithm> <array> <chrono> <cstdint> <functional>
  <map> <memory> <optional> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>)
if(TRAYLINE_TESTS)
  find_package(GTest REQUIRED)
  add_library(trayline_test_pch OBJECT "${TRAYLINE_GEN}/pch.cpp")
  target_link_libraries(trayline_test_pch PRIVATE trayline_options GTest::gtest)
  target_precompile_headers(trayline_test_pch PRIVATE <algorithm> <functional> <map> <memory>
    <optional> <string> <vector> <gtest/gtest.h>)
endif()

# Makes <folder>/sql.hpp from sql/ and migrations/, and <folder>/assets.hpp from ASSETS and PAGES.
function(trayline_embed target name folder)
  cmake_parse_arguments(E "" "" "ASSETS;PAGES" ${ARGN})
  set(gen "${TRAYLINE_GEN}/${folder}")
  file(GLOB sql CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/sql/*.sql")
  file(GLOB migrations CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/migrations/*.sql")
  if(sql OR migrations)
    string(MD5 names "${sql};${migrations}")  # a renamed file makes the command another one
    add_custom_command(OUTPUT "${gen}/sql.hpp" "${gen}/sql.cpp"
      COMMAND "${CMAKE_COMMAND}" "-DNAMESPACE=${name}" "-DFOLDER=${folder}" "-DOUT=${gen}"
              "-DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}" "-DNAMES=${names}"
              -P "${TRAYLINE_ROOT}/cmake/embed_sql.cmake"
      DEPENDS ${sql} ${migrations} "${TRAYLINE_ROOT}/cmake/embed_sql.cmake"
      COMMENT "Embedding the SQL of ${folder}" VERBATIM)
    target_sources(${target} PRIVATE "${gen}/sql.cpp" "${gen}/sql.hpp")
  endif()
  if(E_ASSETS OR E_PAGES)
    list(TRANSFORM E_ASSETS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE assets)
    set(build "")
    foreach(page ${E_PAGES})
      list(APPEND build COMMAND "${TRAYLINE_ROOT}/web/build.sh" "${CMAKE_BINARY_DIR}/web" "${page}"
                                "${gen}/pages/${page}")
    endforeach()
    if(E_PAGES)
      file(GLOB_RECURSE web CONFIGURE_DEPENDS LIST_DIRECTORIES false "${TRAYLINE_ROOT}/web/*")
      list(FILTER web EXCLUDE REGEX "/node_modules/|/tests/|\\.md$")
      list(APPEND web "${TRAYLINE_ROOT}/docs/spec/openapi.json")
    endif()
    add_custom_command(OUTPUT "${gen}/assets.hpp" "${gen}/assets.cpp" ${build}
      COMMAND "${CMAKE_COMMAND}" "-DNAMESPACE=${name}" "-DFOLDER=${folder}" "-DOUT=${gen}"
              "-DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}" "-DASSETS=${E_ASSETS}" "-DPAGES=${E_PAGES}"
              -P "${TRAYLINE_ROOT}/cmake/embed_assets.cmake"
      DEPENDS ${assets} ${web} "${TRAYLINE_ROOT}/cmake/embed_assets.cmake"
      COMMENT "Embedding the assets of ${folder}" VERBATIM)
    target_sources(${target} PRIVATE "${gen}/assets.cpp" "${gen}/assets.hpp")
  endif()
endfunction()

function(trayline_module)
  cmake_parse_arguments(M "" "NAME;PROGRAM" "DEPS;LIBS;TEST_DEPS;TEST_LIBS;ASSETS;PAGES" ${ARGN})
  file(RELATIVE_PATH folder "${TRAYLINE_ROOT}" "${CMAKE_CURRENT_SOURCE_DIR}")
  string(REPLACE "/" "_" target "${folder}")
  list(TRANSFORM M_DEPS REPLACE "/" "_")
  list(TRANSFORM M_TEST_DEPS REPLACE "/" "_")

  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
  list(REMOVE_ITEM sources ${tests} "${CMAKE_CURRENT_SOURCE_DIR}/main.cpp")
  if(NOT sources)
    set(sources "${TRAYLINE_GEN}/pch.cpp")
  endif()

  add_library(${target} STATIC ${sources})
  trayline_embed(${target} ${M_NAME} ${folder} ASSETS ${M_ASSETS} PAGES ${M_PAGES})
  target_link_libraries(${target} PUBLIC ${M_DEPS} PRIVATE trayline_options ${M_LIBS})
  target_precompile_headers(${target} REUSE_FROM trayline_pch)

  if(M_PROGRAM)
    add_executable(${M_PROGRAM} main.cpp)
    target_link_libraries(${M_PROGRAM} PRIVATE ${target} trayline_options)
    target_precompile_headers(${M_PROGRAM} REUSE_FROM trayline_pch)
    set_property(GLOBAL APPEND PROPERTY TRAYLINE_PROGRAMS ${M_PROGRAM})
  endif()

  if(tests AND TRAYLINE_TESTS)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} ${M_TEST_DEPS} ${M_TEST_LIBS}
      trayline_options GTest::gtest_main)
    target_precompile_headers(${target}_test REUSE_FROM trayline_test_pch)
    target_compile_definitions(${target}_test PRIVATE
      TRAYLINE_SOURCE_DIR="${TRAYLINE_ROOT}" TRAYLINE_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
    add_test(NAME ${folder} COMMAND ${target}_test)
    set_tests_properties(${folder} PROPERTIES TIMEOUT 900)
  endif()
endfunction()

# Adds the folders below this one that exist and describe a module.
macro(trayline_folders)
  foreach(child ${ARGN})
    if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${child}/CMakeLists.txt")
      add_subdirectory(${child})
    endif()
  endforeach()
endmacro()

# For infra/, cloud/ and edge/ configured by themselves: brings in lib/ once.
macro(trayline_with_lib)
  if(NOT TARGET lib_base)
    add_subdirectory("${TRAYLINE_ROOT}/lib" "${CMAKE_BINARY_DIR}/lib")
  endif()
endmacro()
