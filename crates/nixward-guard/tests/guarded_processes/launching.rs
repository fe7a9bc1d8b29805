//! Children that a launcher starts: whoever cancels the run reaches them all.

use nixward_guard::{
    ChildOutput, ChildRegistry, Ending, GuardedChild, Launcher, TerminationSignal,
};

use crate::support::{Mark, host};

fn sleeping(launcher: &Launcher, mark: &Mark) -> GuardedChild {
    let mut command = launcher.command("/bin/sleep".into(), "/".into());
    command.args = vec!["1000".into()];
    command.env = vec![mark.variable()];
    launcher.spawn(&command).expect("the guard starts")
}

#[test]
fn a_cancelled_run_ends_its_children_and_those_that_come_later() {
    let mark = Mark::new();
    let children = ChildRegistry::default();
    let launcher = Launcher::new(host(), children.clone());
    let before = [sleeping(&launcher, &mark), sleeping(&launcher, &mark)];
    mark.expect_processes(2);
    assert!(!launcher.is_cancelled());
    children.cancel(TerminationSignal::Interrupt);
    assert!(launcher.is_cancelled());
    let later = sleeping(&launcher, &mark);
    for mut child in before.into_iter().chain([later]) {
        drop::<Option<ChildOutput>>(child.take_output());
        let report = child.wait().expect("the guard reports");
        assert!(
            !matches!(report.ending, Ending::Exited(0) | Ending::StillRunning),
            "{report:?}"
        );
    }
    mark.assert_nothing_lives();
}

#[test]
fn a_killed_run_kills_them() {
    let mark = Mark::new();
    let children = ChildRegistry::default();
    let launcher = Launcher::new(host(), children.clone());
    let child = sleeping(&launcher, &mark);
    mark.expect_processes(1);
    children.kill();
    let report = child.wait().expect("the guard reports");
    assert_eq!(report.ending, Ending::Signaled(9));
    mark.assert_nothing_lives();
}
