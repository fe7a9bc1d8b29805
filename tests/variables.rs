//! The variables that stand for options.

use crate::support::real_project;

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
