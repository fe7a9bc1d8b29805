//! The time between two tries of a test, in which others have its jobs.

use crate::support::real_project;

#[test]
fn while_a_test_waits_for_its_next_try_others_have_its_jobs() {
    // The first passes only when the second has ended, which starts when the first waits.
    let first = "[ -e \"$STAMPS/second\" ] || { touch \"$STAMPS/first\"; exit 1; }";
    let second = "[ -e \"$STAMPS/first\" ] || exit 1; sleep 0.3; touch \"$STAMPS/second\"";
    for (settings, jobs) in [
        ("retries = 1", "-j1"),
        ("retries = 1, group = \"db\"", "-j2"),
    ] {
        let Some(project) = real_project() else {
            return;
        };
        let manifest =
            format!("[workspace]\n[verbs]\ntest = {{ pass-env = [\"STAMPS\"], {settings} }}\n");
        let outputs = format!(
            "{{ packages = {{ a = project \"a\" \"true\" {{ test = test ''{first}''; }}; \
             b = project \"b\" \"true\" {{ test = test ''{second}''; }}; }}; }}"
        );
        let project = project.manifest(&manifest).outputs(&outputs).build();
        let stamps = project.root().join("stamps");
        fs_err::create_dir(&stamps).unwrap();
        // Built first: it is about the order in which they run.
        project
            .nixward(["build", "a.test", "b.test"])
            .run()
            .expect_code(0);
        project
            .nixward(["test", "--all", jobs])
            .env("STAMPS", &stamps)
            .run()
            .expect_code(0)
            .expect_stderr("FLAKY 2/2")
            .expect_stderr("2 run: 2 passed (1 flaky)\n");
        fs_err::remove_dir_all(&stamps).unwrap();
        fs_err::create_dir(&stamps).unwrap();
        // One after the other, so that somebody can follow them: nothing comes between two tries.
        project
            .nixward(["test", "--all", "--no-capture"])
            .env("STAMPS", &stamps)
            .run()
            .expect_code(1)
            .expect_stderr("1 passed, 1 failed\n");
    }
}
