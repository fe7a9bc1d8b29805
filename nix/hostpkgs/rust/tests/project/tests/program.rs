//! The program as it is built.

use std::process::Command;

#[test]
fn prints_the_message() {
    let output = Command::new(env!("CARGO_BIN_EXE_paper-jam"))
        .output()
        .expect("it starts");
    assert!(
        String::from_utf8_lossy(&output.stdout)
            .to_lowercase()
            .contains("paper jam in tray 2")
    );
}
