//! `--timings`: the page of what ran when.

use crate::support::real_project;

#[test]
fn a_page_shows_builds_and_steps_and_what_the_time_was_for() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages = {
              good = project "good" "true" { test = test "sleep 0.3 # ${salt}"; };
              bad = project "bad" "true" { test = test "exit 3"; };
            }; }"#,
        )
        .build();
    let page = project.root().join("times.html");
    let output = project
        .nixward(["test", "--all"])
        .arg(format!("--timings={}", page.display()))
        .run()
        .expect_code(1)
        .expect_stderr("critical path: ")
        .expect_stderr("times.html");
    assert!(
        output.stderr().contains("→ good test"),
        "{}",
        output.stderr()
    );
    let text = fs_err::read_to_string(page).unwrap();
    for part in [
        "<title>nixward test: ",
        ">evaluation <",
        "class=\"build",
        "class=\"step critical\"",
        "class=\"failed",
        "1 passed, 1 failed",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    assert_eq!(text.matches("<svg").count(), text.matches("</svg>").count());
}

#[test]
fn without_a_file_it_is_beside_the_logs_and_a_page_that_cannot_be_written_fails_nothing() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(r#"{ packages.it = project "it" "true" { test = test "true"; }; }"#)
        .build();
    let output = project
        .nixward(["test", "it", "--timings"])
        .run()
        .expect_code(0);
    let path = output
        .stderr()
        .lines()
        .find_map(|line| line.strip_prefix("timings: "));
    assert!(fs_err::read(path.unwrap()).is_ok());
    project
        .nixward(["test", "it", "--timings=/dev/null/x.html"])
        .run()
        .expect_code(0)
        .expect_stderr("warning: cannot write /dev/null/x.html");
}
