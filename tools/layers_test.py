#!/usr/bin/env python3
# Tests of layers.py on small made-up trees: forbidden edges, cycles, includes, SQL, deployments.
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import layers
from affected import affected

# Who may see whom (section "the tree" of the architecture), as pairs.
FORBIDDEN = """
lib/base lib/wire
lib/wire cloud/orders
lib/store edge/agent
lib/host sim/stripe
cloud/orders cloud/payments
cloud/orders cloud
cloud/orders cloud/payments/stripe
cloud/orders edge/sdk
cloud/orders infra/pki
cloud edge/agent
edge/camera cloud/orders
edge/camera edge/screen
edge/camera edge/agent
edge/camera lib/http
edge/camera lib/bus
edge/screen edge/vision
edge/screen lib/store
edge/scale lib/store
edge/vision lib/wire
edge/vision edge/sdk
edge/gallery lib/wire
edge/agent edge/camera
edge/agent edge/screen
edge/agent cloud/fleet
edge/sdk edge/agent
edge/agent infra/pki
sim/tray edge/camera
sim/stripe cloud/payments
sim/tray sim/stripe
infra/pki cloud/orders
infra/pki edge/agent
cloud/orders standalone
edge/camera tests/scenarios
lib/base sim/tray
cloud/payments sim/stripe
edge/camera sim/tray
standalone tests/scenarios
tests/scenarios standalone
"""
ALLOWED = """
lib/wire lib/base
lib/host lib/store
cloud/orders lib/wire
cloud/orders lib/verify
cloud cloud/orders
edge/camera edge/sdk
edge/camera edge/vision
edge/camera edge/gallery
edge/camera lib/store
edge/screen lib/http
edge/screen lib/loop
edge/scale edge/sdk
edge/gallery lib/store
edge/gallery edge/vision
edge/agent lib/bus
edge/sdk lib/wire
sim/tray edge/vision
sim/stripe lib/http
infra/pki lib/base
standalone cloud
standalone sim/tray
standalone standalone/up
tests/scenarios cloud/orders
tests/scenarios sim/stripe
fuzz sim/stripe
cloud/payments cloud/payments/stripe
tests/process tests/scenarios
"""


def pairs(text):
    return [tuple(line.split()) for line in text.split("\n") if line]


class Tree(unittest.TestCase):
    """A tree in a temporary folder, described as path -> text; a module as folder -> its call."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def write(self, path, text=""):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)

    def module(self, folder, *deps, rest="", own=True):
        """A module that declares deps and, unless own is False, includes a header of each."""
        name = os.path.basename(folder)
        named = f" DEPS {' '.join(deps)}" if deps else ""
        self.write(f"{folder}/CMakeLists.txt", f"trayline_module(NAME {name}{named} {rest})\n")
        self.write(f"{folder}/{name}.hpp", "#pragma once\n")
        if own:
            includes = "".join(f'#include "{d}/{os.path.basename(d)}.hpp"\n' for d in deps)
            self.write(f"{folder}/{name}.cpp", includes)

    def problems(self):
        return [f"{p}:{n}: {t}" for p, n, t in layers.Check(self.root).run()]

    def assertFinds(self, *parts):
        said = self.problems()
        found = any(all(part in line for part in parts) for line in said)
        self.assertTrue(found, f"no message with all of {parts} in {said}")

    def assertClean(self):
        self.assertEqual(self.problems(), [])


class Edges(Tree):
    def test_every_forbidden_edge_is_found_where_it_is_declared(self):
        for a, b in pairs(FORBIDDEN):
            with self.subTest(f"{a} -> {b}"):
                self.setUp()
                self.module(b)
                self.module(a, b)
                self.assertFinds(f"{a}/CMakeLists.txt:1: {a} must not see {b}:")

    def test_every_forbidden_edge_is_found_where_it_is_included(self):
        for a, b in pairs(FORBIDDEN):
            with self.subTest(f"{a} -> {b}"):
                self.setUp()
                self.module(b)
                self.module(a)
                self.write(f"{a}/x.cpp", f'\n#include "{b}/{os.path.basename(b)}.hpp"\n')
                self.assertFinds(f"{a}/x.cpp:2: {a} must not see {b}:")

    def test_every_allowed_edge_passes(self):
        for a, b in pairs(ALLOWED):
            with self.subTest(f"{a} -> {b}"):
                self.setUp()
                self.module(b)
                self.module(a, b)
                self.assertClean()

    def test_tests_of_a_service_do_not_see_another_service_either(self):
        self.module("cloud/payments")
        self.module("cloud/orders", rest="TEST_DEPS cloud/payments")
        self.assertFinds("cloud/orders must not see cloud/payments")

    def test_tests_of_an_edge_function_may_see_any_library(self):
        self.module("lib/bus")
        self.module("edge/camera", rest="TEST_DEPS lib/bus")
        self.write("edge/camera/camera_test.cpp", '#include "lib/bus/bus.hpp"\n')
        self.assertClean()

    def test_a_cycle_is_shown_as_a_path(self):
        self.module("lib/a", "lib/b")
        self.module("lib/b", "lib/c")
        self.module("lib/c", "lib/a")
        self.assertFinds("lib/c/CMakeLists.txt:1: lib/a -> lib/b -> lib/c -> lib/a:")

    def test_a_dependency_that_is_no_module_is_named(self):
        self.module("lib/a", "lib/nowhere", own=False)
        self.assertFinds("DEPS lib/nowhere: no such module")

    def test_comments_in_cmake_declare_nothing(self):
        self.module("lib/a")
        self.write("lib/b/CMakeLists.txt", "# trayline_module(NAME x DEPS cloud/orders)\n")
        self.assertClean()

    def test_two_modules_of_one_name_are_found(self):
        self.write("lib/a/CMakeLists.txt", "trayline_module(NAME x)")
        self.write("sim/a/CMakeLists.txt", "trayline_module(NAME x)")
        self.assertFinds("lib/a/CMakeLists.txt:1: NAME x is that of sim/a too")

    def test_a_module_without_a_name_is_found(self):
        self.write("lib/a/CMakeLists.txt", "trayline_module(DEPS)")
        self.assertFinds("NAME is missing")


class Includes(Tree):
    def test_an_undeclared_include_names_file_line_and_remedy(self):
        self.module("lib/base")
        self.module("lib/wire")
        self.write("lib/wire/x.cpp", '// x\n#include "lib/base/base.hpp"\n')
        self.assertFinds(
            "lib/wire/x.cpp:2: lib/base is not declared; add it to DEPS in lib/wire/CMakeLists.txt"
        )

    def test_what_a_dependency_declares_is_not_declared_by_oneself(self):
        self.module("lib/base")
        self.module("lib/wire", "lib/base")
        self.module("lib/host", "lib/wire")
        self.write("lib/host/x.cpp", '#include "lib/base/base.hpp"\n')
        self.assertFinds("lib/host/x.cpp:1: lib/base is not declared")

    def test_only_tests_may_use_what_only_tests_declare(self):
        self.module("lib/base")
        self.module("lib/wire", rest="TEST_DEPS lib/base")
        self.write("lib/wire/wire_test.cpp", '#include "lib/base/base.hpp"\n')
        self.assertClean()
        self.write("lib/wire/x.cpp", '#include "lib/base/base.hpp"\n')
        self.assertFinds("lib/wire/x.cpp:1: lib/base is not declared; add it to DEPS")

    def test_an_unused_dependency_is_reported(self):
        self.module("lib/base")
        self.module("lib/wire", "lib/base", own=False)
        self.assertFinds("DEPS lib/base: no file includes it; remove it")
        self.write("lib/wire/wire_test.cpp", '#include "lib/base/base.hpp"\n')
        self.assertFinds("DEPS lib/base: no file includes it; move it to TEST_DEPS")

    def test_sql_counts_as_use_of_the_store(self):
        self.module("lib/store")
        self.module("lib/host", "lib/store", own=False)
        self.write("lib/host/sql/load_x.sql", "select 1 from host_x")
        self.assertClean()
        self.module("lib/host", own=False)
        self.assertFinds("needs lib/store; add it to DEPS")

    def test_third_party_headers_stay_out_of_headers(self):
        self.module("lib/base")
        self.write("lib/base/x.hpp", "#include <string>\n#include <fmt/format.h>\n")
        self.write("lib/base/x.cpp", "#include <fmt/format.h>\n")
        self.assertFinds("lib/base/x.hpp:2: #include <fmt/format.h>: a header of ours")
        self.assertEqual(len(self.problems()), 1)

    def test_the_one_exception_for_headers_is_result(self):
        self.module("lib/base")
        self.write("lib/base/result.hpp", "#include <tl/expected.hpp>\n")
        self.assertClean()
        self.write("lib/base/other.hpp", "#include <tl/expected.hpp>\n")
        self.assertFinds("lib/base/other.hpp:1:")

    def test_a_hidden_library_is_seen_by_its_module_alone(self):
        self.module("lib/store")
        self.module("cloud/orders")
        self.write("lib/store/x.cpp", "#include <sqlite3.h>\n")
        self.assertClean()
        self.write("cloud/orders/x.cpp", "#include <sqlite3.h>\n")
        self.assertFinds("cloud/orders/x.cpp:1:", "lib/store hides this library")

    def test_an_include_from_elsewhere_than_the_root_is_found(self):
        self.module("lib/base")
        self.write("lib/base/x.cpp", '#include "base.hpp"\n')
        self.assertFinds('lib/base/x.cpp:1: #include "base.hpp": names no folder of ours')

    def test_a_source_file_without_module_is_found(self):
        self.write("lib/base/x.cpp")
        self.assertFinds("lib/base/x.cpp:1: belongs to no module")


class Tables(Tree):
    def setUp(self):
        super().setUp()
        self.module("lib/store")
        for service in ("orders", "payments"):
            self.module(f"cloud/{service}", "lib/store")
            text = f"create table {service}_row (id text primary key, orders_count bigint);"
            self.write(f"cloud/{service}/migrations/0001_begin.sql", text)

    def test_own_tables_row_sets_and_ctes_pass(self):
        text = (
            "-- from payments_row\nwith due as (select id from orders_row, json_each(:x) j)\n"
            "insert into orders_row (id) select r.id from @rows(id text) r join due on 1\n"
            "where r.id is not distinct from due.id and r.id <> 'from payments_row'\n"
            "on conflict (id) do update set orders_count = 1"
        )
        self.write("cloud/orders/sql/insert_row.sql", text)
        self.assertClean()

    def test_the_table_of_another_service_is_found_wherever_it_stands(self):
        for text in (
            "select * from payments_row",
            "select * from orders_row o, payments_row p",
            "select * from orders_row join payments_row using (id)",
            "select (select max(id) from payments_row)",
            "update payments_row set id = 1",
            "insert or ignore into payments_row values (1)",
            "delete from payments_row",
            "select exists (select payments_row.id)",
        ):
            with self.subTest(text):
                self.write("cloud/orders/sql/load_row.sql", "select 1;\n" + text)
                self.assertFinds(
                    "cloud/orders/sql/load_row.sql:2: names table payments_row of cloud/payments"
                )

    def test_a_table_that_nobody_created_is_found_too(self):
        self.write("cloud/orders/sql/load_row.sql", "select * from ledger")
        self.assertFinds("names table ledger: cloud/orders sees only its own tables, orders_...")

    def test_a_table_without_the_services_name_is_found(self):
        self.write(
            "cloud/orders/migrations/0002_more.sql", "\ncreate table if not exists item (id);"
        )
        self.assertFinds("0002_more.sql:2: table item: tables of cloud/orders are named orders_...")

    def test_an_index_on_anothers_table_is_found(self):
        self.write("cloud/orders/migrations/0002_i.sql", "create index i on payments_row (id);")
        self.assertFinds("0002_i.sql:1: names table payments_row")


class Affected(Tree):
    def setUp(self):
        super().setUp()
        self.module("lib/base")
        self.module("lib/wire", "lib/base")
        self.module("lib/verify", "lib/base")
        self.module("cloud/orders", "lib/wire", "lib/verify")
        self.module("cloud/push", "lib/wire")
        self.module("cloud", "cloud/orders", "cloud/push")
        self.module("edge/vision", "lib/base")
        self.module("edge/camera", "lib/wire", "edge/vision", rest="PROGRAM trayline-camera")
        self.module("edge/screen", "lib/wire", rest="PROGRAM s PAGES screen")
        self.module("standalone", "cloud")
        self.module("infra/pki", "lib/base")
        self.module("cloud/push/web", "lib/base")

    def assertAffected(self, files, expected):
        check = layers.Check(self.root)
        self.assertEqual(affected(check.modules, files.split()), sorted(expected.split()), files)

    def test_what_is_deployed_again_for_a_change(self):
        for files, expected in (
            ("cloud/orders/decide.cpp", "cloud/orders"),
            ("cloud/orders/sql/load_x.sql", "cloud/orders"),
            ("cloud/orders/decide_test.cpp", ""),
            ("cloud/orders/README.md docs/overview.md standalone/up.cpp", ""),
            ("lib/verify/verify.cpp", "cloud/orders"),
            ("lib/wire/gone.hpp", "cloud/orders cloud/push edge/camera edge/screen"),
            ("lib/base/x.cpp", "cloud/orders cloud/push edge/camera edge/screen infra/pki"),
            ("edge/vision/x.cpp", "edge/camera"),
            ("cloud/push/web/x.cpp", "cloud/push"),
            ("edge/camera/x.cpp cloud/push/x.cpp", "edge/camera cloud/push"),
            ("cloud/main.cpp", "cloud/orders cloud/push"),
            ("edge/CMakeLists.txt", "edge/camera edge/screen"),
            ("infra/stacks/core.toml", "infra/stacks"),
            ("infra/pki/x.cpp", "infra/pki"),
            ("web/screen/page.html", "edge/screen"),
            ("web/screen/style.css", "edge/screen"),
            ("web/shared/time.ts", "edge/screen"),
            ("web/build.mjs", "edge/screen"),
            ("docs/spec/openapi.json", "edge/screen"),
            ("web/app/app.ts", ""),
            ("cmake/module.cmake", "cloud/orders cloud/push edge/camera edge/screen infra/pki"),
        ):
            with self.subTest(files):
                self.assertAffected(files, expected)


if __name__ == "__main__":
    unittest.main()
