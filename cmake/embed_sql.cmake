# cmake -P script: writes OUT/sql.hpp and OUT/sql.cpp from SOURCE/sql and SOURCE/migrations.
# One statement per file; the file name is the statement's name. x.sqlite.sql and x.postgres.sql
# are two texts of one statement, or of one migration.
set(declare "")
set(define "")
file(GLOB statements "${SOURCE}/sql/*.sql")
set(names "")
foreach(path ${statements})
  get_filename_component(file "${path}" NAME)
  string(REGEX REPLACE "(\\.(sqlite|postgres))?\\.sql$" "" name "${file}")
  list(APPEND names ${name})
endforeach()
list(REMOVE_DUPLICATES names)
foreach(name ${names})
  foreach(engine sqlite postgres)
    set(path "${SOURCE}/sql/${name}.${engine}.sql")
    if(NOT EXISTS "${path}")
      set(path "${SOURCE}/sql/${name}.sql")
    endif()
    file(READ "${path}" ${engine})
  endforeach()
  string(APPEND declare "extern const store::Statement ${name};\n")
  if(sqlite STREQUAL postgres)
    string(APPEND define "const store::Statement ${name}{\"${NAMESPACE}.${name}\", R\"sql(${sqlite})sql\", {}};\n")
  else()
    string(APPEND define "const store::Statement ${name}{\"${NAMESPACE}.${name}\", R\"sql(${sqlite})sql\", R\"sql(${postgres})sql\"};\n")
  endif()
endforeach()
set(list "")
foreach(name ${names})
  string(APPEND list "    &${name},\n")
endforeach()
set(migrations "")
file(GLOB paths "${SOURCE}/migrations/*.sql")
list(FILTER paths EXCLUDE REGEX "\\.postgres\\.sql$")
list(SORT paths)
foreach(path ${paths})
  get_filename_component(name "${path}" NAME_WE)
  file(READ "${path}" text)
  set(postgres "")
  if(EXISTS "${SOURCE}/migrations/${name}.postgres.sql")
    file(READ "${SOURCE}/migrations/${name}.postgres.sql" postgres)
  endif()
  string(APPEND migrations "    {\"${name}\", R\"sql(${text})sql\", R\"sql(${postgres})sql\"},\n")
endforeach()
file(WRITE "${OUT}/sql.hpp" "// Made from ${FOLDER}/sql and ${FOLDER}/migrations.
#pragma once
#include \"lib/store/statement.hpp\"
namespace trayline::${NAMESPACE}::sql {
${declare}extern const std::vector<const store::Statement*> statements;
extern const store::Migrations migrations;
}  // namespace trayline::${NAMESPACE}::sql
")
file(WRITE "${OUT}/sql.cpp" "#include \"${FOLDER}/sql.hpp\"
namespace trayline::${NAMESPACE}::sql {
${define}const std::vector<const store::Statement*> statements{
${list}};
const store::Migrations migrations{\"${NAMESPACE}\", {
${migrations}}};
}  // namespace trayline::${NAMESPACE}::sql
")
