//! The variables that stand for options.

use crate::support::{project, real_project};

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs("{ packages.it = project \"it\" \"true\" { test = test \"echo tested\"; }; }")
        .build();
    let options = [
        "JUNIT",
        "TIMINGS",
        "JOBS",
        "RETRIES",
        "REPORT",
        "COLOR",
        "MESSAGE_FORMAT",
        "SYSTEM",
        "VERBOSE",
        "QUIET",
        "NO_CAPTURE",
        "FAIL_FAST",
        "SHOW_TRACE",
    ];
    let call = |words: &[&str]| {
        let command = project.nixward(words.iter().copied());
        options.iter().fold(command, |command, name| {
            command.env(&format!("NIXWARD_{name}"), "")
        })
    };
    call(&["test", "it"])
        .run()
        .expect_code(0)
        .expect_stdout("tested\n")
        .expect_stderr_without("timings: ");
    call(&[]).run().expect_code(0);
    // What is written is meant.
    call(&["test", "it", "--junit="])
        .run()
        .expect_code(2)
        .expect_stderr("a value is required for '--junit <FILE>' but none was supplied");
}

#[test]
fn what_a_variable_says_wrong_is_said_with_its_name() {
    let project = project().build();
    for (name, value, option) in [
        ("NIXWARD_JOBS", "many", "--jobs <N>"),
        ("NIXWARD_REPORT", "loud", "--report <STYLE>"),
    ] {
        project
            .nixward(["test"])
            .env(name, value)
            .run()
            .expect_code(2)
            .expect_stderr(&format!("'{value}' for '{name} ({option})'"));
    }
    // One that was typed is the option's, whatever the variable says.
    project
        .nixward(["test", "--jobs=many"])
        .env("NIXWARD_JOBS", "many")
        .run()
        .expect_code(2)
        .expect_stderr("'many' for '--jobs <N>'");
}
