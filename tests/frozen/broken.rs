//! Files that are not as they must be are told with file, test and reason.

use std::fs;

use vcispec::corpus::frozen;

use super::FILES;

#[test]
fn broken_files_are_told_with_file_and_place() {
    let (path, file) = FILES
        .iter()
        .find(|(path, _)| path.ends_with("state.json"))
        .unwrap();
    let good = frozen::format(file);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(path.file_name().unwrap());
    let read = |text: &str| {
        fs::write(&path, text).unwrap();
        let file = frozen::read_file(&path).map_err(|error| error.to_string())?;
        let problems = frozen::lint(&[(path.clone(), file)]);
        Ok::<_, String>(problems.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(read(&good).unwrap(), Vec::<String>::new());
    let truncated = read(&good[..good.len() / 2]).unwrap_err();
    assert!(
        truncated.contains("state.json") && truncated.contains("line"),
        "{truncated}"
    );
    let unknown = read(&good.replacen("\"method\"", "\"verb\"", 1)).unwrap_err();
    assert!(unknown.contains("unknown field `verb`"), "{unknown}");
    for (from, to, problem) in [
        (
            "\"numberOfTests\": ",
            "\"numberOfTests\": 9",
            "numberOfTests is",
        ),
        ("vcispec-frozen-1", "vcispec-frozen-9", "vcispec-frozen-9"),
        (
            "\"profile\": \"ebsi-v3\"",
            "\"profile\": \"ebsi-v9\"",
            "no profile is called",
        ),
        (
            "state/token-used-in-the-other-format",
            "state/token-used",
            "another test has this id",
        ),
        (
            "state/token-used",
            "stat/token-used",
            "does not begin with the file's topic",
        ),
        (
            "ebsi-v3/token-unused",
            "ebsi-v3/token-unsed",
            "no clause is called",
        ),
        (
            "\"endpoint\": \"credential\"",
            "\"endpoint\": \"offer\"",
            "are not frozen",
        ),
        (
            "\"body\": ",
            "\"bodyBase64\": \"AA==\", \"body\": ",
            "either body or bodyBase64",
        ),
        (
            "\"result\": \"invalid\"",
            "\"result\": \"valid\"",
            "does not fit the answers",
        ),
        ("credential before.", "credential before", "is no sentence"),
    ] {
        assert!(good.contains(from), "{from}");
        let problems = read(&good.replacen(from, to, 1)).unwrap().join("\n");
        assert!(problems.contains(problem), "{to}: {problems}");
        assert!(problems.contains("state.json"), "{problems}");
    }
}

#[test]
fn a_setup_of_its_own_is_told() {
    let mut files: Vec<_> = FILES.iter().take(2).cloned().collect();
    files[1].1.setup.time += 1;
    let problems = frozen::lint(&files);
    assert!(
        problems
            .iter()
            .any(|problem| problem.to_string().contains("setup")),
        "{problems:?}"
    );
}
