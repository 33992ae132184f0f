#!/usr/bin/env python3
# Tests of tidy.py, its function scan and its ratchet on small made-up trees.
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cpp_shape
import ratchet
import tidy

HEAD = "// What it is.\n"


class Tree(unittest.TestCase):
    """A tree in a temporary folder, described as path -> text."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def write(self, path, text=""):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)

    def findings(self, formatter=None):
        return tidy.Tidy(self.root).run(formatter)

    def rules(self):
        return sorted({f.rule for f in self.findings()})


class Files(Tree):
    def test_one_bad_file_each_and_the_rule_that_finds_it(self):
        comment = "// line\n"
        machine = "/" + "home/someone/x"
        left = "TO" + "DO"
        for path, text, rule in (
            ("lib/base/x.cpp", HEAD + "int a;\n" * 500, "file"),
            ("lib/base/x.hpp", HEAD + "int a;\n" * 120, "header"),
            ("lib/base/x.cpp", HEAD + "//" + "x" * 99 + "\n", "columns"),
            ("lib/base/x.cpp", HEAD + "int a; \n", "space"),
            ("docs/x.md", "a\t\n", "space"),
            ("lib/base/x.cpp", HEAD + f"// {left}: later\n", "marker"),
            ("docs/x.md", f"see {machine}\n", "path"),
            ("lib/base/x.hpp", "#pragma once\n", "opening"),
            ("lib/base/x.cpp", '#include "lib/base/y.hpp"\n', "opening"),
            ("lib/base/x.hpp", comment * 5 + "#pragma once\n", "opening"),
            ("tools/x.py", "import os\n", "opening"),
            ("start", "#!/bin/sh\necho\n", "opening"),
            ("lib/base/deep/er/x.cpp", HEAD, "depth"),
            ("lib/base/CamelCase.cpp", HEAD, "name"),
            ("lib/base/string_utils.cpp", HEAD, "vague"),
            ("lib/base/helpers.hpp", HEAD, "vague"),
            ("cloud/orders/sql/load_x.sql", "select 1; select 2;\n", "sql-one"),
            ("cloud/orders/sql/orders.sql", "select 1\n", "sql-name"),
            ("cloud/orders/sql/next_due.sql", "select 1\n", "sql-name"),
            ("cloud/orders/migrations/first.sql", "create table orders_x (id);\n", "migration"),
            ("web/package-lock.json", '{"resolved": "https://example.org/x.tgz"}\n', "lock"),
            ("lib/base/CMakeLists.txt", "trayline_module(NAME base)\n", "readme"),
            (
                "lib/base/x.cpp",
                HEAD + "void f(int a, int b, int c, int d, int e, int f) {}\n",
                "parameters",
            ),
            ("lib/base/x.cpp", HEAD + "void f() {\n" + "  g();\n" * 70 + "}\n", "function"),
            ("tools/x.py", "# x\ndef f():\n" + "    g()\n" * 70, "function"),
            ("tools/x.py", "# x\ndef f(a, b, c, d, e, f):\n    pass\n", "parameters"),
        ):
            with self.subTest(f"{path} breaks {rule}"):
                self.setUp()
                self.write(path, text)
                self.assertEqual(self.rules(), [rule])

    def test_good_files_pass(self):
        for path, text in (
            ("lib/base/x.cpp", HEAD + "int a;\n" * 499),
            ("lib/base/x.hpp", HEAD * 4 + "#pragma once\n"),
            ("tools/x.py", "#!/usr/bin/env python3\n# What it is.\nimport os\n"),
            ("tools/x.py", "# x\nclass A:\n    def f(self, a, b, c, d, e):\n        pass\n"),
            ("docs/x.md", "route /v1/" + "home/x and ~/" + "work/x; " + "y" * 200 + "\n"),
            ("docs/x.md", "TO" + "DO(#12): described\n"),
            ("cloud/orders/sql/load_x.sqlite.sql", "-- one; really\nselect ';'\n"),
            (
                "cloud/orders/migrations/0001_begin.sql",
                "create table a (b);\ncreate table c (d);\n",
            ),
            ("web/package-lock.json", '{"funding": {"url": "https://example.org"}}\n'),
            ("README.md", "x\n" * 100),
        ):
            with self.subTest(path):
                self.setUp()
                self.write(path, text)
                self.assertEqual([f.text for f in self.findings()], [])

    def test_a_source_beside_its_header_may_begin_with_the_include(self):
        self.write("lib/base/x.hpp", HEAD)
        self.write("lib/base/x.cpp", '#include "lib/base/x.hpp"\n')
        self.write("lib/base/x_test.cpp", '#include "lib/base/x.hpp"\n')
        self.assertEqual(self.rules(), [])

    def test_a_readme_of_a_module_has_at_most_40_lines(self):
        self.write("lib/base/CMakeLists.txt", "trayline_module(NAME base)\n")
        self.write("lib/base/README.md", "x\n" * 40)
        self.assertEqual(self.rules(), [])
        self.write("lib/base/README.md", "x\n" * 41)
        self.assertEqual(self.rules(), ["readme"])

    def test_one_migration_may_have_a_text_per_engine(self):
        self.write("lib/host/migrations/0001_a.sqlite.sql", "select 1;\n")
        self.write("lib/host/migrations/0001_a.postgres.sql", "select 1;\n")
        self.assertEqual([f.rule for f in self.findings()], [])

    def test_two_migrations_with_one_number_are_found(self):
        self.write("lib/host/migrations/0001_a.sql", "select 1;\n")
        self.write("lib/host/migrations/0001_b.sql", "select 1;\n")
        self.assertEqual([f.rule for f in self.findings()], ["migration"] * 2)

    @unittest.skipUnless(tidy.clang_format(), "clang-format-14 is absent")
    def test_what_clang_format_would_change_is_found_with_its_line(self):
        self.write(".clang-format", "BasedOnStyle: Google\n")
        self.write("lib/base/x.cpp", HEAD + "int  a;\n")
        self.write("lib/base/y.cpp", HEAD + "int a;\n")
        found = [(f.rule, f.subject, f.line) for f in self.findings(tidy.clang_format())]
        self.assertEqual(found, [("format", "lib/base/x.cpp", 2)])


class Functions(unittest.TestCase):
    def test_names_lines_and_parameters(self):
        for text, expected in (
            ("int f() { return 1; }", [("f", 1, 0)]),
            ("void f(int a, std::map<int, int> b);", [("f", 1, 2)]),
            ("Result<A> A::f(int a) const noexcept {\n  g(1, 2);\n}\n", [("f", 3, 1)]),
            ("namespace a::b {\nvoid f() {\n}\n}\n", [("f", 2, 0)]),
            (
                "class A : public B<C> {\n  void f() {\n  }\n  int g(int);\n};",
                [("f", 2, 0), ("g", 1, 1)],
            ),
            ("A::A(int a) : a_{a}, b_(2) {\n  f();\n}", [("A", 3, 1)]),
            ("template <class T, class U>\nT f(T a, U b) {\n}\n", [("f", 3, 2)]),
            (
                "void f() {\n  g(\"}\");  // }\n  h('}');\n}\nint k() { return 0; }",
                [("f", 4, 0), ("k", 1, 0)],
            ),
            ("TEST(Orders, PaysOnce) {\n}\n", [("TEST", 2, 2)]),
            ("int a = f(1, 2);\nstd::vector<int> b{1, 2};\n", []),
            ("bool operator==(const A& a, const B& b) {\n}\n", [("operator==", 2, 2)]),
            ("void f(std::function<int(int, int)> g, int a = h(1, 2)) {}", [("f", 1, 2)]),
            ("void f() {\n  auto g = [&](int a, int b) {\n    return a;\n  };\n}\n", [("f", 5, 0)]),
            ("enum class A { b, c };\nstruct D { int e = 1; };\nvoid f();", [("f", 1, 0)]),
            ('const char* a = R"(void g() {)";\nvoid f() {}', [("f", 1, 0)]),
        ):
            with self.subTest(text):
                found = [(f.name, f.lines, f.parameters) for f in cpp_shape.functions(text)]
                self.assertEqual(found, expected)

    def test_a_long_function_is_told_with_its_first_line(self):
        text = "#include <a>\n\n// f\nstatic int f(\n    int a) {\n" + "  g();\n" * 70 + "}\n"
        found = cpp_shape.functions(text)
        self.assertEqual([(f.name, f.line, f.lines) for f in found], [("f", 4, 73)])


class Ratchet(unittest.TestCase):
    LONG = ratchet.Finding("file", "a.cpp", 600, 500, "has 600 lines")

    def judge(self, findings, **exceptions):
        entries = {("file", "a.cpp"): ratchet.Exception_(n, "why", 2) for n in exceptions.values()}
        return [text for _, _, text in ratchet.judge(findings, entries)]

    def test_an_exception_covers_up_to_its_value(self):
        self.assertEqual(self.judge([self.LONG], value=600), [])
        self.assertIn("its exception ends at 599", self.judge([self.LONG], value=599)[0])
        self.assertEqual(self.judge([self.LONG]), ["has 600 lines [file]"])

    def test_an_exception_that_nothing_needs_is_an_error(self):
        self.assertIn("is no longer needed", self.judge([], value=600)[0])

    def test_an_exception_whose_rule_cannot_be_checked_here_stays(self):
        entries = {("format", "a.cpp"): ratchet.Exception_(1, "why", 2)}
        self.assertEqual(ratchet.judge([], entries, ("format",)), [])
        self.assertEqual(ratchet.update([], entries, None, ("format",)), entries)

    def test_update_shrinks_and_grows_only_with_a_reason(self):
        old = {
            ("file", "a.cpp"): ratchet.Exception_(700, "why", 2),
            ("file", "b.cpp"): ratchet.Exception_(700, "why", 3),
        }
        new = ratchet.Finding("columns", "c.cpp", 1, 1, "wide")
        shrunk = ratchet.update([self.LONG, new], old)
        self.assertEqual(shrunk, {("file", "a.cpp"): ratchet.Exception_(600, "why", 2)})
        grown = ratchet.update([self.LONG, new], old, "a table")
        self.assertEqual(grown["columns", "c.cpp"].reason, "a table")
        kept = ratchet.update([self.LONG], {("file", "a.cpp"): ratchet.Exception_(550, "why", 2)})
        self.assertEqual(kept["file", "a.cpp"].value, 550)

    def test_what_is_written_is_read_back(self):
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "tools"))
            entries = {("function", "a.cpp:f"): ratchet.Exception_(80, "one table", 2)}
            ratchet.write(root, entries)
            self.assertEqual(ratchet.read(root), entries)


if __name__ == "__main__":
    unittest.main()
