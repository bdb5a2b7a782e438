//! Who imports whom: the table in docs/DESIGN.md, enforced.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module's layer, and what it may import.
type Table = BTreeMap<String, (u32, BTreeSet<String>)>;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn table() -> Table {
    let design = include_str!("../docs/DESIGN.md");
    let section = design.split("## Who may import whom").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().replace('`', "")).collect();
        let imports = cells[3].split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        (cells[1].clone(), (cells[2].parse().unwrap(), imports))
    })
    .collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns the code of a file: no comments, no unit tests, which may use whatever they test with.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Returns the first parts of all paths that begin with `crate::`, those in braces too.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let list = after.strip_prefix('{').map_or(after, |list| list.split("};").next().unwrap_or_default());
        let mut depth = 0;
        let mut name = String::new();
        for character in list.chars() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 && after.starts_with('{') => {
                    found.insert(std::mem::take(&mut name).trim().to_owned());
                    continue;
                }
                _ => {}
            }
            if depth == 0 && !(character.is_alphanumeric() || character == '_' || character.is_whitespace()) {
                if !after.starts_with('{') {
                    break;
                }
                name.push('.');
                continue;
            }
            if depth == 0 {
                name.push(character);
            }
        }
        found.insert(name.trim().to_owned());
    }
    found.into_iter().filter_map(|name| name.split('.').next().map(|name| name.trim().to_owned())).collect()
}

/// What the crate's root re-exports counts as the module that it is from.
fn home(name: &str) -> Option<String> {
    let lib = fs::read_to_string(source().join("lib.rs")).unwrap();
    let exports = lib.split("pub use ").skip(1).map(|export| export.split(';').next().unwrap());
    for export in exports {
        let (module, names) = export.split_once("::")?;
        if names.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|exported| exported == name) {
            return Some(module.to_owned());
        }
    }
    None
}

fn module_of(path: &Path) -> String {
    let first = path.strip_prefix(source()).unwrap().components().next().unwrap();
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn every_arrow_is_in_the_table() {
    let table = table();
    let mut found = Vec::new();
    files(&source(), &mut found);
    let mut arrows = 0;
    for path in found {
        let module = module_of(&path);
        if module == "lib" {
            continue;
        }
        let (_, allowed) = table.get(&module).unwrap_or_else(|| panic!("{module} is not in the table"));
        for import in imports(&code(&path)) {
            let import = if table.contains_key(&import) { import } else { home(&import).unwrap_or(import) };
            if import != module && !import.is_empty() {
                assert!(allowed.contains(&import), "{}: {module} imports {import}", path.display());
                arrows += 1;
            }
        }
    }
    assert!(arrows > 50, "only {arrows} arrows found: does this test still read the source?");
}

#[test]
fn the_table_leads_downwards() {
    let table = table();
    for (module, (layer, imports)) in &table {
        for import in imports {
            assert!(
                table[import].0 < *layer,
                "{module} ({layer}) may not import {import} ({})",
                table[import].0
            );
        }
    }
}

#[test]
fn systems_are_named_in_few_places() {
    let mut found = Vec::new();
    files(&source(), &mut found);
    for path in found.iter().filter(|path| !path.starts_with(source().join("sys"))) {
        assert!(!code(path).contains("target_os"), "{} names a system", path.display());
    }
}

#[test]
fn unsafe_code_is_in_sys_alone() {
    let mut found = Vec::new();
    files(&source(), &mut found);
    for path in found.iter().filter(|path| !path.starts_with(source().join("sys"))) {
        assert!(!code(path).contains("unsafe "), "{} has unsafe code", path.display());
    }
}

#[test]
fn the_reader_of_imports_reads_them() {
    let code = "use crate::addr::{Address, Family};\nuse crate::{error::Errno, kind::{Kind, Protocol}};\nfn f() { crate::sys::wait() }";
    let names: Vec<_> = imports(code).into_iter().collect();
    assert_eq!(names, ["addr", "error", "kind", "sys"]);
}
